"""The text of a file, with what its readers need to know of it."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from datetime import date

from broadsheet.sources.record import SourceError

_LONGEST_CHARACTER = 4
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """The text of a file (lines end in a line feed, no byte-order mark) and what the person says about it.

    ``name`` is used in messages. ``digest`` is the SHA-256 of the bytes in hexadecimal.
    """

    name: str
    stem: str
    folder: str
    text: str
    digest: str
    captured_on: date | None = None
    query: str = ""

    def where(self, line: int) -> str:
        """The place of a line (counted from 1) as messages print it."""
        return f"{self.name}:{line}"


def text_file(
    name: str, content: bytes, *, stem: str, folder: str, captured_on: date | None = None, query: str = ""
) -> TextFile:
    """The bytes of a file as a text; raise ``SourceError`` if they are none."""
    return TextFile(
        name=name,
        stem=stem,
        folder=folder,
        text=decode(name, content),
        digest=hashlib.sha256(content).hexdigest(),
        captured_on=captured_on,
        query=query,
    )


def slugify(text: str) -> str:
    """Lower-case ASCII letters and digits with single hyphens between them; may come out empty."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def decode(name: str, content: bytes, *, is_cut: bool = False) -> str:
    """The text of bytes in UTF-8 with line feeds, without a byte-order mark.

    Raises ``SourceError``, which begins with ``name`` and the line, for any other bytes and for blanks alone. With
    ``is_cut`` more bytes would follow, so the last character may lack some of its own.
    """
    if content.startswith(_UTF16_MARKS):
        raise SourceError(f"{name}:1: the file is UTF-16; save it as UTF-8")
    if (position := content.find(b"\0")) >= 0:
        raise SourceError(f"{name}:{_line_of(content, position)}: a binary file (byte {position + 1} is NUL)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A byte-order mark is cut off before decoding, so positions are counted without it.
        position = error.start + (len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0)
        if is_cut and position >= len(content) - _LONGEST_CHARACTER and error.reason == "unexpected end of data":
            return decode(name, content[:position])
        line = _line_of(content, position)
        raise SourceError(f"{name}:{line}: not UTF-8 (byte {position + 1} is 0x{content[position]:02x})") from error
    if not text.strip():
        raise SourceError(f"{name}:1: the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
