"""Reading reports from a mailbox that is there for them alone: IMAP (RFC 3501), POP3 (RFC 1939) or a Maildir.

Each letter is stored on our disk first and deleted in the mailbox then. Being killed in between means that it is read
twice, and a report counts once.
"""

from __future__ import annotations

import imaplib
import poplib
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from broadsheet.delivery.bounces.reading import LARGEST
from broadsheet.delivery.bounces.spool import Spool

MOST_AT_ONCE = 500
TIMEOUT_SECONDS = 30
POP_LINES = 5_000
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MailboxError(Exception):
    """A mailbox cannot be read; the text says which and why, without its password."""


def collect(address: str, spool: Spool, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Move up to ``MOST_AT_ONCE`` letters of a mailbox to the spool; returns how many.

    ``address`` is as ``BROADSHEET_BOUNCES`` has it. Raises ``MailboxError`` where the mailbox cannot be read, and what
    ``Spool.store`` raises: then what is left stays in the mailbox.
    """
    parts = urlsplit(address)
    try:
        if parts.scheme == "maildir":
            return _from_maildir(Path(unquote(parts.path)), spool, should_stop)
        if parts.scheme in ("imap", "imaps"):
            return _from_imap(parts, spool, should_stop)
        return _from_pop(parts, spool, should_stop)
    except (imaplib.IMAP4.error, poplib.error_proto, OSError, EOFError) as error:
        where = parts.path if parts.scheme == "maildir" else parts.hostname
        raise MailboxError(f"{parts.scheme} mailbox at {where}: {_words(error, parts)}") from error


def _from_maildir(folder: Path, spool: Spool, should_stop: Callable[[], bool]) -> int:
    if not (folder / "new").is_dir():
        raise MailboxError(f"{folder} is no Maildir: it has no folder `new`")
    waiting = sorted(path for name in ("new", "cur") if (folder / name).is_dir() for path in (folder / name).iterdir())
    count = 0
    for path in waiting[:MOST_AT_ONCE]:
        if should_stop():
            break
        with suppress(FileNotFoundError), path.open("rb") as file:
            spool.store(file.read(LARGEST))
            count += 1
        path.unlink(missing_ok=True)
    return count


def _from_imap(parts: SplitResult, spool: Spool, should_stop: Callable[[], bool]) -> int:
    host, folder = parts.hostname or "", unquote(parts.path.lstrip("/")) or "INBOX"
    box: imaplib.IMAP4
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        box = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=TIMEOUT_SECONDS)
    else:
        box = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT_SECONDS)
    count = 0
    with box:
        if parts.scheme == "imap" and host not in _LOOPBACK:
            box.starttls(ssl.create_default_context())
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        _ok(box.select('"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'))
        found = _ok(box.uid("SEARCH", "UNDELETED"))
        for number in (found[0] or b"").split()[:MOST_AT_ONCE]:
            if should_stop():
                break
            uid = number.decode("ascii")
            told = _ok(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)"))
            raw = next((one[1] for one in told if isinstance(one, tuple)), None)
            if raw is None:
                continue
            spool.store(raw)
            _ok(box.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)"))
            count += 1
        _ok(box.expunge())
    return count


def _from_pop(parts: SplitResult, spool: Spool, should_stop: Callable[[], bool]) -> int:
    host = parts.hostname or ""
    box: poplib.POP3
    if parts.scheme == "pops":
        context = ssl.create_default_context()
        box = poplib.POP3_SSL(host, parts.port or 995, context=context, timeout=TIMEOUT_SECONDS)
    else:
        box = poplib.POP3(host, parts.port or 110, timeout=TIMEOUT_SECONDS)
    count = 0
    try:
        if parts.scheme == "pop" and host not in _LOOPBACK:
            box.stls(ssl.create_default_context())
        box.user(unquote(parts.username or ""))
        box.pass_(unquote(parts.password or ""))
        for line in box.list()[1][:MOST_AT_ONCE]:
            if should_stop():
                break
            number, size = (int(word) for word in line.split()[:2])
            # Of what is too large the beginning is enough: a report comes before the letter that it returns.
            lines = box.retr(number)[1] if size <= LARGEST else box.top(number, POP_LINES)[1]
            spool.store(b"\r\n".join(lines)[:LARGEST])
            box.dele(number)
            count += 1
    finally:
        # Deletions are only made when the session is ended in order.
        box.quit()
    return count


def _ok(answer: tuple[str, Sequence[Any]]) -> list[Any]:
    status, told = answer
    if status != "OK":
        raise imaplib.IMAP4.error(repr(told[:1]))
    return list(told)


def _words(error: Exception, parts: SplitResult) -> str:
    """An error in words, without the password that some servers repeat."""
    words = str(error) or type(error).__name__
    for secret in filter(None, {parts.password, unquote(parts.password or "")}):
        words = words.replace(secret, "…")
    return words[:300]
