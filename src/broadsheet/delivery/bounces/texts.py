"""Headers and texts of strangers' letters, read without ever failing."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

ADDRESS = re.compile(r"[^\s<>,;:\"@]{1,64}@[^\s<>,;:\"@]{1,255}")
_BRACKETED = re.compile(rf"<{ADDRESS.pattern}>|{ADDRESS.pattern}")
LONGEST_TEXT = 20_000
LONGEST_ANSWER = 500
LONGEST_HEADER = 2_000


def header(message: Message, name: str) -> str:
    """The first header of a name, decoded (RFC 2047) and unfolded; empty where there is none."""
    return next(iter(headers(message, name)), "")


def headers(message: Message, name: str) -> list[str]:
    """All headers of a name, decoded (RFC 2047), unfolded and cut to a sane length."""
    return [_decoded(str(value)) for value in (message.get_all(name) or [])[:10]]


def text_of(part: Message) -> str:
    """The beginning of a part's text, whatever its encoding claims to be."""
    # Of the standard decoders that of uuencode takes a time that grows with the square; no report is written in it.
    is_decoded = "uu" not in header(part, "Content-Transfer-Encoding").lower()
    payload = part.get_payload(decode=True) if is_decoded else None
    if not isinstance(payload, bytes):
        inner = part.get_payload()
        return (
            "\n\n".join(one.as_string() for one in inner if isinstance(one, Message))[:LONGEST_TEXT]
            if isinstance(inner, list)
            else str(inner or "")[:LONGEST_TEXT]
        )
    try:
        return payload[: 4 * LONGEST_TEXT].decode(part.get_content_charset() or "utf-8", "replace")[:LONGEST_TEXT]
    except (LookupError, UnicodeError):
        return payload[:LONGEST_TEXT].decode("latin-1")


def without_addresses(text: str) -> str:
    """A stranger's words as one line of bounded length, without addresses: these are told nowhere in clear."""
    words = "".join(sign if sign.isprintable() else " " for sign in _BRACKETED.sub("(address)", text[:4_000]))
    return " ".join(words.split())[:LONGEST_ANSWER]


def _decoded(value: str) -> str:
    unfolded = " ".join(value[:LONGEST_HEADER].split())
    if "=?" not in unfolded:
        return unfolded
    try:
        pieces = decode_header(unfolded)
        return "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in pieces
        )
    except (HeaderParseError, LookupError, ValueError):
        return unfolded
