"""Reading files of papers whatever their format: the formats known, and telling them apart by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from broadsheet.sources import hf_daily, jsonl, saved_page
from broadsheet.sources.data_file import DataFile, open_data
from broadsheet.sources.file_format import FileFormat
from broadsheet.sources.file_shape import Head
from broadsheet.sources.formats import bibtex, csl_json, daily_page, kaggle, ris, zotero_rdf
from broadsheet.sources.formats.saved_answers import ANSWERS, refusal
from broadsheet.sources.record import SourceError, SourceFile
from broadsheet.sources.text_file import TextFile
from broadsheet.sources.unpacking import is_archive, is_hidden, members


def _of_text(looks_like: Callable[[str], bool]) -> Callable[[Head], bool]:
    return lambda head: looks_like(head.text)


def _at_once(read: Callable[[TextFile], SourceFile]) -> Callable[[DataFile], SourceFile]:
    return lambda file: read(file.text())


# In the order in which they are tried. A line of JSON lines may also begin like an answer of the API.
FORMATS: dict[str, FileFormat] = {
    saved_page.FORMAT: FileFormat(
        _of_text(saved_page.looks_like_saved_page),
        _at_once(saved_page.read_saved_page),
    ),
    bibtex.FORMAT: FileFormat(bibtex.looks_like_bibtex, bibtex.read_bibtex),
    ris.FORMAT: FileFormat(ris.looks_like_ris, ris.read_ris),
    daily_page.FORMAT: FileFormat(
        daily_page.looks_like_daily_page,
        daily_page.read_daily_page,
    ),
    zotero_rdf.FORMAT: FileFormat(zotero_rdf.looks_like_zotero_rdf, zotero_rdf.read_zotero_rdf),
    # What Crossref answers is close to CSL, and a line of Kaggle's to other lines.
    **ANSWERS,
    csl_json.FORMAT: FileFormat(csl_json.looks_like_csl_json, csl_json.read_csl_json),
    kaggle.FORMAT: FileFormat(
        kaggle.looks_like_kaggle,
        kaggle.read_kaggle,
    ),
    jsonl.FORMAT: FileFormat(
        _of_text(jsonl.looks_like_jsonl),
        jsonl.read_jsonl,
    ),
    hf_daily.FORMAT: FileFormat(
        _of_text(hf_daily.looks_like_daily_papers),
        _at_once(hf_daily.read_daily_papers),
    ),
}


def read_file(
    path: Path, *, member: str = "", format: str | None = None, captured_on: date | None = None, query: str = ""
) -> SourceFile:
    """Read the papers of a file, or of the file ``member`` in a zip archive; gzip is unpacked.

    ``format`` is a name of ``FORMATS``; without it the content decides. ``captured_on`` is the day on which the file
    was saved, ``query`` the search that it answers; both are the person's word and belong to saved pages, though the
    day also serves answers of the API that state none.

    Raises ``SourceError`` (``file:line: reason``) if the file cannot be read, is not UTF-8 text, is of no known
    format, or breaks its format as a whole. A record that cannot be read is a ``BadRecord`` among the others. A large
    file of a format that is read piece by piece is read when its records are asked for, and never held whole.
    """
    if format is not None and format not in FORMATS:
        raise SourceError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    file = open_data(path, member=member, captured_on=captured_on, query=query)
    try:
        # A file that is no text is refused as such, whatever its format is said to be.
        head = Head(file.head_text())
        return FORMATS[format or detect_format(file.name, head)].read(file)
    except SourceError:
        file.close()
        raise


def detect_format(name: str, head: Head) -> str:
    """The name of the first format that a file begins like; raise ``SourceError`` naming those known."""
    if reason := refusal(head):
        raise SourceError(f"{name}:1: {reason}")
    for found, known in FORMATS.items():
        if known.looks_like(head):
            return found
    raise SourceError(f"{name}:1: of no known format; known are {', '.join(FORMATS)}")


def data_files(path: Path) -> Iterator[tuple[Path, str]]:
    """The files of data that a path stands for, each with the name of the member if it is one of a zip archive.

    A folder stands for the files in it and in its folders, in the order of their names; an archive for its members;
    anything else for itself. Hidden files are passed over. Raises ``SourceError`` for what cannot be opened.
    """
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and not is_hidden(inner.relative_to(path)):
                yield from data_files(inner)
    elif path.is_file() and is_archive(path):
        yield from ((path, name) for name in members(path))
    else:
        yield path, ""
