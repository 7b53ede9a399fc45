"""The folder in which reports wait to be taken into account: whatever was accepted is on the disk before it is said so.

``HOME/bounces/new`` holds a file a report. One that was taken is deleted; being killed in between only means that it is
looked at again, and a report counts once. What cannot be taken for a reason of its own is put aside in ``unread``.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError

from broadsheet.delivery.bounces.reading import LARGEST
from broadsheet.delivery.bounces.taking import Taken, take_report

logger = logging.getLogger(__name__)

MOST_WAITING = 10_000
LONGEST_HEAD = 16 * 1024


class SpoolFullError(Exception):
    """So many reports wait that no more are accepted for now."""


class Spool:
    """The waiting reports of one home."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings.HOME / "bounces"
        self.new, self.drafts, self.unread = (self.folder / name for name in ("new", "tmp", "unread"))
        for one in (self.new, self.drafts, self.unread):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)

    def store(self, raw: bytes, recipients: Iterable[str] = ()) -> Path:
        """Keep a report with whom its envelope named; when this returns it is on the disk.

        Raises ``SpoolFullError`` where ``MOST_WAITING`` wait, and ``OSError`` where it cannot be written.
        """
        if sum(1 for _ in os.scandir(self.new)) >= MOST_WAITING:
            raise SpoolFullError
        name = f"{time.time_ns()}.{secrets.token_hex(8)}"
        clean = ("".join(sign for sign in one if sign.isprintable()) for one in recipients)
        head = "".join(f"X-Original-To: {one}\r\n" for one in clean).encode()[:LONGEST_HEAD]
        draft, final = self.drafts / name, self.new / name
        try:
            with draft.open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(head + raw)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(final)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(self.new)
        return final

    def take_all(
        self, should_stop: Callable[[], bool] = lambda: False, take: Callable[[bytes], Taken] = take_report
    ) -> dict[str, int]:
        """Take all that waits into account; returns how many counted as what (empty: as nothing).

        Raises Django's ``Error`` where the database cannot be written: all that is left waits on.
        """
        counts: dict[str, int] = {}
        for path in sorted(self.new.iterdir()):
            if should_stop():
                break
            try:
                with path.open("rb") as file:
                    raw = file.read(LARGEST + LONGEST_HEAD)
            except FileNotFoundError:
                continue  # another worker took it
            try:
                taken = take(raw[:LARGEST])
            except DatabaseError:
                raise
            except Exception:
                logger.exception("a report cannot be taken and is put aside: %s", path.name)
                with suppress(FileNotFoundError):
                    path.rename(self.unread / path.name)
                continue
            counts[taken.kind] = counts.get(taken.kind, 0) + 1
            path.unlink(missing_ok=True)
        return counts


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlive a loss of power (POSIX ``fsync`` of the folder)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
