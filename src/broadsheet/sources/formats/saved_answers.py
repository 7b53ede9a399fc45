"""Saved answers of the servers that other modules ask: told apart by their content, read by those modules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from broadsheet.sources import biorxiv, crossref, datacite, feeds, openalex, openreview, pubmed, semantic_scholar
from broadsheet.sources.arxiv.api import read_api
from broadsheet.sources.arxiv.feed import read_feed
from broadsheet.sources.arxiv.oai import read_oai
from broadsheet.sources.arxiv.paper import SLUG
from broadsheet.sources.data_file import DataFile, Record, streamed
from broadsheet.sources.file_format import FileFormat
from broadsheet.sources.file_shape import Head, JsonShape
from broadsheet.sources.formats.xml_pieces import document, pieces
from broadsheet.sources.record import AnnouncementRecord, BadRecord, SourceError, SourceFile
from broadsheet.sources.text_file import slugify

Read = Callable[[bytes, str], Iterable[Record]]

_FEEDS = frozenset({"feed", "rss", "RDF"})
_NUMBERED = re.compile(r"(?:: (?:record|item) \d+)+")
_API = re.compile(r"arxiv\.org/api/|ArXiv Query:", re.IGNORECASE)
_ANNOUNCEMENTS = re.compile(r"rss\.arxiv\.org|updates on arXiv\.org|announce_type", re.IGNORECASE)
_RECORDING = re.compile(r"interactions:\s*\n\s*- (?:request|response):")
_LOOKED_AT = 20_000


def _json(shows: Callable[[JsonShape], bool]) -> Callable[[Head], bool]:
    return lambda head: head.json is not None and shows(head.json)


def _is_crossref(shape: JsonShape) -> bool:
    counts = ("reference-count", "is-referenced-by-count")
    return (
        shape.has("message-type", "message")
        or (shape.has("DOI") and shape.has_one(*counts))
        or (shape.has("item.DOI") and shape.has_one(*(f"item.{name}" for name in counts)))
    )


def _is_openalex(shape: JsonShape) -> bool:
    ids = (shape.texts.get(path, "") for path in ("id", "item.id", "results.item.id"))
    return shape.has("meta.count", "results") or any(re.match(r"https://openalex\.org/W\d", one) for one in ids)


def _is_semantic_scholar(shape: JsonShape) -> bool:
    lists = ("", "item.", "data.item.", "recommendedPapers.item.")
    is_search = shape.has("total") and shape.has_one("offset", "token") and not shape.has("data.item.paper")
    return shape.has_one(*(f"{path}paperId" for path in lists)) or is_search


def _is_biorxiv(shape: JsonShape) -> bool:
    return shape.has("messages", "collection") or shape.has("doi", "server", "jatsxml")


def _is_datacite(shape: JsonShape) -> bool:
    return "dois" in (shape.texts.get("data.type"), shape.texts.get("data.item.type"))


def _is_openreview(shape: JsonShape) -> bool:
    return shape.has("notes") and shape.has_one("count", "notes.item.forum", "notes.item.content")


def _root(*names: str) -> Callable[[Head], bool]:
    return lambda head: head.xml is not None and head.xml.name in names


def _feed_with(pattern: re.Pattern[str]) -> Callable[[Head], bool]:
    return lambda head: _is_feed(head) and pattern.search(head.text[:_LOOKED_AT]) is not None


def _is_feed(head: Head) -> bool:
    if head.xml is None or head.xml.name not in _FEEDS:
        return False
    return head.xml.name != "RDF" or "purl.org/rss/1.0" in head.xml.attributes


def _values(source: str | None, format: str, read: Read) -> Callable[[DataFile], SourceFile]:
    """A reader of a JSON value, or of one a line, as some dumps have it."""

    def read_file(file: DataFile) -> SourceFile:
        if not _is_lines(file.head):
            content = file.text().text.encode()
            return SourceFile(source=source or _server(content), format=format, records=tuple(read(content, file.name)))
        return streamed(file, source or _server(file.head), format, lambda: _lines(file, read))

    return read_file


def _is_lines(head: bytes) -> bool:
    lines = [line for line in head.split(b"\n", 3)[:3] if line.strip()]
    try:
        return len(lines) > 1 and isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False


def _lines(file: DataFile, read: Read) -> Iterator[Record]:
    for number, line in file.lines():
        if isinstance(line, BadRecord):
            yield line
            continue
        try:
            for record in read(line.encode(), file.name):
                yield replace(record, where=file.where(number))
        except SourceError as error:
            reason = str(error).removeprefix(file.name).partition(": ")[2]
            yield BadRecord(where=file.where(number), reason=reason or str(error))


def _server(content: bytes) -> str:
    """The preprint server that an answer is of, which its items say."""
    match = re.search(rb'"server"\s*:\s*"(\w+)"', content)
    return "medrxiv" if match and match[1].lower() == b"medrxiv" else "biorxiv"


def _elements(
    source: str, format: str, element: str, root: str, inner: str, read: Read
) -> Callable[[DataFile], SourceFile]:
    """A reader of the elements of an XML file of any length."""

    def records(file: DataFile) -> Iterator[Record]:
        head, number = Head(file.head_text()), 0
        for piece in pieces(file, element):
            if isinstance(piece, BadRecord):
                yield piece
                continue
            for record in read(document(piece, head, root, inner), file.name):
                number += 1
                said = _NUMBERED.sub("", record.where.removeprefix(file.name), count=1)
                yield replace(record, where=f"{file.name}: {'record' if inner else 'item'} {number}{said}")

    def read_file(file: DataFile) -> SourceFile:
        if f"{element}>".encode() not in file.head and f"{element} ".encode() not in file.head:
            # Without a record it says why, or that there are none.
            return SourceFile(source=source, format=format, records=tuple(read(file.content(), file.name)))
        return streamed(file, source, format, lambda: records(file))

    return read_file


def _read_api(file: DataFile) -> SourceFile:
    return SourceFile(source=SLUG, format="arxiv-api", records=read_api(file.content(), file.name).records)


def _read_announcements(file: DataFile) -> SourceFile:
    """The papers of a feed, announced on the day that it states, which may be that of another batch."""
    answer = read_feed(file.content(), file.name)
    papers = (
        replace(
            entry.paper,
            announcements=(
                AnnouncementRecord(
                    category=answer.category, announced_on=answer.stated_on, kind=entry.kind, is_estimated=True
                ),
            ),
        )
        if answer.stated_on and answer.category
        else entry.paper
        for entry in answer.entries
    )
    return SourceFile(source=SLUG, format="arxiv-feed", records=(*papers, *answer.bad))


def _read_any_feed(file: DataFile) -> SourceFile:
    source = f"feed:{slugify(file.stem) or 'papers'}"
    return SourceFile(source=source, format="feed", records=tuple(feeds.read_feed(file.content(), file.name)))


ANSWERS: dict[str, FileFormat] = {
    "arxiv-oai": FileFormat(
        _root("OAI-PMH", "ListRecords", "GetRecord", "records", "record"),
        _elements(
            SLUG, "arxiv-oai", "record", "OAI-PMH", "ListRecords", lambda text, name: read_oai(text, name).records
        ),
    ),
    "arxiv-api": FileFormat(_feed_with(_API), _read_api),
    "arxiv-feed": FileFormat(_feed_with(_ANNOUNCEMENTS), _read_announcements),
    "feed": FileFormat(_is_feed, _read_any_feed),
    "pubmed": FileFormat(
        _root("PubmedArticleSet", "PubmedArticle"),
        _elements("pubmed", "pubmed", "PubmedArticle", "PubmedArticleSet", "", pubmed.read_pubmed),
    ),
    "crossref": FileFormat(
        _json(_is_crossref),
        _values("crossref", "crossref", crossref.read_crossref),
    ),
    "openalex": FileFormat(_json(_is_openalex), _values("openalex", "openalex", openalex.read_openalex)),
    "semantic-scholar": FileFormat(
        _json(_is_semantic_scholar),
        _values("semanticscholar", "semantic-scholar", semantic_scholar.read_semantic_scholar),
    ),
    "biorxiv": FileFormat(_json(_is_biorxiv), _values(None, "biorxiv", biorxiv.read_biorxiv)),
    "datacite": FileFormat(
        _json(_is_datacite),
        _values("datacite", "datacite", datacite.read_datacite),
    ),
    "openreview": FileFormat(_json(_is_openreview), _values("openreview", "openreview", openreview.read_openreview)),
}
"""By the name of the format, in the order in which they are tried."""


def refusal(head: Head) -> str:
    """Why a file that is known, but holds no papers that can be taken, is refused; empty where nothing says so."""
    if _RECORDING.match(head.text):
        return "a recording of requests and answers (VCR) and no answer itself; save the bodies of its answers"
    shape = head.json
    if shape is None:
        return ""
    if shape.has("esearchresult"):
        return "an answer of PubMed's esearch: it names articles and does not describe them; save what efetch answers"
    if shape.has_one("paper_id", "item.paper_id") and shape.has_one("metadata_id", "item.metadata_id"):
        return "arXiv's internal metadata, which are no public format; save what its API or OAI-PMH answers"
    if not shape.is_array and shape.has_one("error", "message") and not shape.has_one("title", "data", "message-type"):
        said = " ".join((shape.texts.get("error") or shape.texts.get("message") or "an error").split())[:200]
        return f"an answer that says {said!r} and holds no papers"
    return ""
