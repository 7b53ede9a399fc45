"""A file on disk as text, with what its readers need to know of it."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from broadsheet.sources.record import SourceError

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


def load_text(path: Path, *, captured_on: date | None = None, query: str = "") -> TextFile:
    """Read a UTF-8 file; raise ``SourceError`` if it is missing, empty, binary or not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    return TextFile(
        name=path.name,
        stem=path.stem,
        folder=path.absolute().parent.name,
        text=_decode(path.name, content),
        digest=hashlib.sha256(content).hexdigest(),
        captured_on=captured_on,
        query=query,
    )


def slugify(text: str) -> str:
    """Lower-case ASCII letters and digits with single hyphens between them; may come out empty."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def _decode(name: str, content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        raise SourceError(f"{name}:1: the file is UTF-16; save it as UTF-8")
    if (position := content.find(b"\0")) >= 0:
        raise SourceError(f"{name}:{_line_of(content, position)}: a binary file (byte {position + 1} is NUL)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A byte-order mark is cut off before decoding, so positions are counted without it.
        position = error.start + (len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0)
        line = _line_of(content, position)
        raise SourceError(f"{name}:{line}: not UTF-8 (byte {position + 1} is 0x{content[position]:02x})") from error
    if not text.strip():
        raise SourceError(f"{name}:1: the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
