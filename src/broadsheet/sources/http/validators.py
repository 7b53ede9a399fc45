"""The validators (ETag, Last-Modified) of answers that somebody has made use of, a small file each.

A server that is shown them says "nothing new" instead of sending the same again. That must never be said of an answer
that was fetched and then lost, so nothing is kept before the caller says that the content is safe. As a catalogue may
be restored or emptied without anybody telling, validators are used for a day at most; and as the last that a database
stored may be gone when the power comes back, none are used after a restart of the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from broadsheet.sources.door import Answer
from broadsheet.sources.http.waiting import Clock

LIFETIME = 86_400.0
MOST = 2_000
_HEADERS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_LONGEST = 1_000


def _is_fit(value: str) -> bool:
    return value.isascii() and value.isprintable() and len(value) <= _LONGEST


class Validators:
    """The store of one reader: two that read one address each have their own, as each needs to see every change."""

    def __init__(self, folder: Path, reader: str, clock: Clock) -> None:
        self._folder = folder / hashlib.sha256(reader.encode()).hexdigest()[:12]
        self._clock = clock

    def headers_for(self, url: str) -> dict[str, str]:
        """What to send along to be told whether an address has changed; empty where nothing is known."""
        try:
            kept = json.loads(self._path(url).read_bytes())
            is_of_now = kept["boot"] == self._clock.boot() and 0 <= self._clock.wall() - kept["at"] < LIFETIME
            is_current = is_of_now and kept["url"] == url
            return {_HEADERS[name]: str(kept[name]) for name in _HEADERS if name in kept} if is_current else {}
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def keep(self, answer: Answer) -> None:
        """Remember an answer's validators, or forget the address's if it has none.

        Raises ``OSError`` when the file cannot be written.
        """
        path = self._path(answer.url)
        given = {name: answer.headers.get(name, "") for name in _HEADERS}
        told = {name: value for name, value in given.items() if value and _is_fit(value)}
        if answer.status != 200 or not told:
            path.unlink(missing_ok=True)
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        kept = {"url": answer.url, "at": self._clock.wall(), "boot": self._clock.boot()} | told
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(path)
        self._sweep()

    def _path(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"

    def _sweep(self) -> None:
        entries = list(os.scandir(self._folder))
        if len(entries) <= MOST:
            return
        ages: list[tuple[float, str]] = []
        for entry in entries:
            with suppress(OSError):
                ages.append((entry.stat().st_mtime, entry.path))
        for _, path in sorted(ages)[: MOST // 4]:
            Path(path).unlink(missing_ok=True)
