"""Papers from CSL-JSON, the data model of the Citation Style Language (citationstyles.org), as Zotero exports it.

A file is an array of items, an object with such an array as ``items``, or bare items; it is read item by item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadsheet.sources.data_file import DataFile, streamed
from broadsheet.sources.fields import FieldError, Fields, checked_text, tidy_address
from broadsheet.sources.file_shape import Head
from broadsheet.sources.formats.entries import Entry, journal_reference, paper_of
from broadsheet.sources.json_items import JsonError, json_items
from broadsheet.sources.known_days import day_of
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.partial_dates import parse_partial
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceError, SourceFile
from broadsheet.sources.text_file import slugify

FORMAT = "csl-json"

_ITEMS = ("item", "items.item")
_NOTED = re.compile(r"^\s*(arxiv|doi|pmid)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_KEYS = ("issued", "author", "container-title", "DOI", "URL", "abstract")
_ZOTERO = re.compile(r"https?://zotero\.org/\S+/items/\w+")


def looks_like_csl_json(head: Head) -> bool:
    """Whether the items of an array have a type, a title and one of the other fields that CSL names so."""
    shape = head.json
    if shape is None:
        return False
    is_list = any(
        shape.has(f"{item}.type", f"{item}.title") and shape.has_one(*(f"{item}.{key}" for key in _KEYS))
        for item in _ITEMS
    )
    return is_list or (shape.has("type", "title") and shape.has_one("issued", "container-title", "author.item.family"))


def read_csl_json(file: DataFile) -> SourceFile:
    """Read one paper an item; one without a title or with a field of the wrong type is a bad record.

    Where the JSON breaks off, what came before is kept and the rest is one bad record. The key of an item is its
    address in Zotero where it is one; others are people's own. The source is named after the file.
    Raises ``SourceError`` (large files: while they are read) if not even the first item is JSON.
    """
    return streamed(file, f"{FORMAT}:{slugify(file.stem) or 'papers'}", FORMAT, lambda: _records(file))


def _records(file: DataFile) -> Iterator[PaperRecord | BadRecord]:
    number = 0
    with file.open() as stream:
        try:
            for line, item in json_items(stream):
                number += 1
                yield _record(item, file.where(line))
        except JsonError as fault:
            if not number:
                raise SourceError(f"{file.where(fault.line)}: not JSON: {fault}") from fault
            yield BadRecord(where=file.where(fault.line), reason=f"not JSON from here on: {fault}")


def _record(item: object, where: str) -> PaperRecord | BadRecord:
    try:
        return paper_of(_described(Fields(item, "the item")), where)
    except FieldError as error:
        return BadRecord(where=where, reason=str(error))


def _described(item: Fields) -> Entry:
    def text(*names: str) -> str:
        return " ".join(_texts(item, *names)).strip()

    note, url, key = text("note"), tidy_address("URL", item.first("URL")[1]), text("id")
    published = _parts(item)
    prefixed = [f"{name}:{value}" for name in ("PMID", "arxiv") if (value := text(name))]
    archive = text("archive", "publisher").lower()
    stored = [text("number"), text("archive_location")] if "arxiv" in archive else []
    return Entry(
        title=plain_line(text("title")),
        abstract=plain_text(text("abstract")),
        ref=key if _ZOTERO.fullmatch(key) else "",
        authors=tuple(_authors(item)),
        named=(
            text("DOI"),
            *stored,
            *(f"{name.lower()}:{value}" for name, value in _NOTED.findall(note)),
            *prefixed,
            url,
            text("container-title"),
        ),
        urls=(url,),
        keywords=tuple(re.split(r"[,;]", text("keyword"))),
        published_on=day_of(published),
        remarks=plain_line(note),
        journal_ref=journal_reference(
            plain_line(text("container-title")),
            text("volume"),
            text("issue"),
            text("page"),
            str(published[0]) if published else "",
        ),
    )


def _texts(item: Fields, *names: str) -> list[str]:
    """The texts of a field that may also be a number (volumes) or a list (container titles of some exporters)."""
    name, value = item.first(*names)
    values = value if isinstance(value, list) else [] if value is None else [value]
    numbers = (int, float)
    return [
        str(one) if isinstance(one, numbers) and not isinstance(one, bool) else checked_text(name, one)
        for one in values[:1]
    ]


def _authors(item: Fields) -> Iterator[AuthorRecord]:
    for entry in item.list_of("author")[1]:
        author = Fields(entry, "an author")
        names = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
        name = " ".join(part for part in (author.text(name).strip() for name in names) if part)
        yield AuthorRecord(name=plain_line(name or author.text("literal", "name")))


def _parts(item: Fields) -> tuple[object, ...]:
    """Year, month and day of ``issued``, which is an object with parts, or a text."""
    value = item.first("issued")[1]
    if isinstance(value, str):
        return parse_partial(value)
    if isinstance(value, list):
        value = {"date-parts": [value] if value and not isinstance(value[0], list) else value}
    issued = Fields({} if value is None else value, "issued")
    parts = issued.list_of("date-parts")[1]
    if parts and isinstance(parts[0], list):
        return tuple(parts[0])
    return parse_partial(issued.text("raw", "literal"))
