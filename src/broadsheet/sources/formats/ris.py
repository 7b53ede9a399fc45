"""Papers from RIS files (Research Information Systems' tagged format, exported by reference managers)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rispy  # type: ignore[import-untyped]

from broadsheet.sources.data_file import DataFile, streamed
from broadsheet.sources.fields import FieldError, checked_text, tidy_address
from broadsheet.sources.file_shape import Head
from broadsheet.sources.formats.entries import Entry, journal_reference, paper_of
from broadsheet.sources.known_days import day_of
from broadsheet.sources.partial_dates import parse_partial
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceFile
from broadsheet.sources.text_file import slugify

FORMAT = "ris"

# Two blanks stand before the hyphen. Some programs write one: where the record begins so, all its tags are taken so; in
# others a line of text may begin like that.
_TAG = re.compile(r"^[ \t]*([A-Z][A-Z0-9])[ \t]{2}-(?=[ \t]|$)[ \t]?", re.MULTILINE)
_NARROW_TAG = re.compile(r"^[ \t]*([A-Z][A-Z0-9])[ \t]{1,2}-(?=[ \t]|$)[ \t]?", re.MULTILINE)
_BEGINS = re.compile(r"[ \t]*TY[ \t]{1,2}-")
_NARROW = re.compile(r"[ \t]*TY[ \t]-")
_ENDS = re.compile(r"^ER  - ", re.MULTILINE)
_LOOKED_AT = 100_000


def looks_like_ris(head: Head) -> bool:
    """Whether a record begins (``TY  - JOUR``) and one of its next lines has a tag, too."""
    match = re.search(rf"^{_BEGINS.pattern}[^\n]*\n+{_NARROW_TAG.pattern[1:]}", head.text[:_LOOKED_AT], re.MULTILINE)
    return match is not None


def read_ris(file: DataFile) -> SourceFile:
    """Read one paper a record; one without its end (``ER``) or without a title is a bad record.

    Names are turned into the order of print. What stands above the first record is passed over. The source is named
    after the file.
    """
    return streamed(file, f"{FORMAT}:{slugify(file.stem) or 'papers'}", FORMAT, lambda: _records(file))


def _records(file: DataFile) -> Iterator[PaperRecord | BadRecord]:
    for piece in file.pieces(lambda line: _BEGINS.match(line) is not None, 1):
        if isinstance(piece, BadRecord):
            yield piece
            continue
        first, text = piece
        if _BEGINS.match(text):
            yield _record(text, file.where(first))


def _record(text: str, where: str) -> PaperRecord | BadRecord:
    text = (_NARROW_TAG if _NARROW.match(text) else _TAG).sub(r"\1  - ", text)
    if _ENDS.search(text) is None:
        return BadRecord(where=where, reason="the record does not end (it has no line ER)")
    try:
        found = rispy.loads(text)
    except (KeyError, AttributeError, TypeError, ValueError, IndexError) as error:
        return BadRecord(where=where, reason=f"not RIS: {type(error).__name__} {error}".strip())
    try:
        return paper_of(_described(found[0] if found else {}), where)
    except FieldError as error:
        return BadRecord(where=where, reason=str(error))


def _described(fields: dict[str, Any]) -> Entry:
    def text(*names: str) -> str:
        return next((value for name in names for value in _texts(fields, name) if value), "")

    urls = [*_texts(fields, "urls"), *_texts(fields, "file_attachments1"), *_texts(fields, "file_attachments2")]
    first, last = text("start_page"), text("end_page")
    published = next(
        (parts for name in ("date", "year", "publication_year") if (parts := parse_partial(text(name)))), ()
    )
    return Entry(
        title=text("title", "primary_title"),
        abstract=text("abstract", "notes_abstract"),
        authors=tuple(
            AuthorRecord(name=_name(name)) for key in ("authors", "first_authors") for name in _texts(fields, key)
        ),
        named=(
            text("doi"),
            *urls,
            text("journal_name", "secondary_title"),
            text("publisher"),
            text("accession_number"),
        ),
        urls=tuple(tidy_address("a link", url) for url in urls),
        keywords=tuple(word for text in _texts(fields, "keywords") for word in re.split(r"[;\n]", text)),
        published_on=day_of(published),
        remarks="; ".join(dict.fromkeys([*_texts(fields, "notes"), *_texts(fields, "note")])),
        journal_ref=journal_reference(
            text("journal_name", "alternate_title3", "secondary_title", "alternate_title2", "alternate_title1"),
            text("volume"),
            text("number"),
            f"{first}–{last}" if first and last else first,
            str(published[0]) if published else "",
        ),
    )


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name, [])
    values = value if isinstance(value, list) else [value]
    return [" ".join(checked_text(name, one).split()) for one in values]


def _name(name: str) -> str:
    """``Last, First, Suffix`` in the order of print."""
    last, _, rest = name.partition(",")
    first, _, suffix = rest.partition(",")
    return " ".join(part for part in (first.strip(), last.strip(), suffix.strip()) if part)
