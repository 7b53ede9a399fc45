"""Reading a file of papers whatever its format: the formats known, and telling them apart by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from broadsheet.sources import hf_daily, jsonl, saved_page
from broadsheet.sources.record import SourceError, SourceFile
from broadsheet.sources.text_file import TextFile, load_text


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files: what shows it, how to recognise it in a text, and how to read it."""

    sign: str
    looks_like: Callable[[str], bool]
    read: Callable[[TextFile], SourceFile]


# In the order in which they are tried. A line of JSON lines may also begin like an answer of the API.
FORMATS: dict[str, FileFormat] = {
    saved_page.FORMAT: FileFormat(
        "the header of a Daily Papers page or a line '·' before a date",
        saved_page.looks_like_saved_page,
        saved_page.read_saved_page,
    ),
    jsonl.FORMAT: FileFormat(
        "a JSON object with a title or a text on one of the first lines", jsonl.looks_like_jsonl, jsonl.read_jsonl
    ),
    hf_daily.FORMAT: FileFormat(
        "a JSON array, or a JSON object with an array 'data'",
        hf_daily.looks_like_daily_papers,
        hf_daily.read_daily_papers,
    ),
}


def read_file(path: Path, *, format: str | None = None, captured_on: date | None = None, query: str = "") -> SourceFile:
    """Read the papers of a file.

    ``format`` is a name of ``FORMATS``; without it the content decides. ``captured_on`` is the day on which the file
    was saved, ``query`` the search that it answers; both are the person's word and belong to saved pages, though the
    day also serves answers of the API that state none.

    Raises ``SourceError`` (``file:line: reason``) if the file cannot be read, is not UTF-8 text, is of no known
    format, or breaks its format as a whole. A record that cannot be read is a ``BadRecord`` among the others.
    """
    if format is not None and format not in FORMATS:
        raise SourceError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    file = load_text(path, captured_on=captured_on, query=query)
    return FORMATS[format or detect_format(file)].read(file)


def detect_format(file: TextFile) -> str:
    """The name of the first format that the text looks like; raise ``SourceError`` naming what was tried."""
    for name, known in FORMATS.items():
        if known.looks_like(file.text):
            return name
    tried = "; ".join(f"{name} ({known.sign})" for name, known in FORMATS.items())
    raise SourceError(f"{file.name}:1: of no known format; looked for {tried}")
