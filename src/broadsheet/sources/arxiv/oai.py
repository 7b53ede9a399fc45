"""arXiv's answers in OAI-PMH 2.0, of the server of 2025 and of the one before it.

The formats are ``arXiv`` (authors taken apart), ``arXivRaw`` (every version with its date and size) and ``oai_dc``. The
protocol is openarchives.org/OAI/openarchivesprotocol.html; where arXiv differs (attributes of the token, quotes, status
of errors, blanks around texts) both are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from broadsheet.sources.arxiv.authors import named_author, split_authors
from broadsheet.sources.arxiv.moments import mail_moment
from broadsheet.sources.arxiv.paper import build_paper
from broadsheet.sources.arxiv.taxonomy import category_of
from broadsheet.sources.arxiv.xml import local_name, parse_forgivingly
from broadsheet.sources.fields import FieldError, parse_day
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.person_names import printed_name
from broadsheet.sources.protocol import Record
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    DeletedRecord,
    PaperRecord,
    SourceError,
    VersionRecord,
)

ID_PREFIX = "oai:arXiv.org:"

_NOTHING = frozenset({"noRecordsMatch", "idDoesNotExist"})
_VERSION = re.compile(r"v([1-9]\d{0,3})", re.ASCII)
_SIZE = re.compile(r"(\d{1,9})\s*kb", re.IGNORECASE | re.ASCII)
_END = re.compile(rb"</(?:\w+:)?OAI-PMH\s*>\s*\Z")


class OaiError(SourceError):
    """The server answers with an error; ``code`` is that of the protocol, as ``badResumptionToken``."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiAnswer:
    """The records of one answer, the days on which they last changed, and the token that leads on, empty at the end."""

    records: tuple[Record, ...] = ()
    datestamps: tuple[date, ...] = ()
    token: str = ""


def read_oai(content: bytes, name: str) -> OaiAnswer:
    """Read an answer to ``ListRecords`` or ``GetRecord``; one that says that there are no records is empty.

    A record that cannot be used is a ``BadRecord``, also where its XML is broken, as long as the answer has an end.
    Raises ``OaiError`` where the server states an error, and ``SourceError`` where the answer is something else.
    """
    root, broken = _root(content, name)
    if local_name(root.tag) != "OAI-PMH":
        raise SourceError(f"{name}: not an answer of OAI-PMH but a document of <{local_name(root.tag)[:40]}>")
    records: list[Record] = []
    stamps: list[date] = []
    token: Element | None = None
    for child in root:
        tag = local_name(child.tag)
        if tag == "error":
            code = child.get("code", "")
            if code not in _NOTHING:
                raise OaiError(f"{name}: the server says {code}: {' '.join((child.text or '').split())[:200]}", code)
        elif tag in {"ListRecords", "GetRecord"}:
            for element in child:
                if local_name(element.tag) == "record":
                    record, stamp = _record(element, f"{name}: record {len(records) + 1}")
                    records.append(record)
                    stamps += [stamp] if stamp else []
                elif local_name(element.tag) == "resumptionToken":
                    token = element
    return OaiAnswer(
        records=(*records, *broken),
        datestamps=tuple(stamps),
        token="".join((token.text or "").split()) if token is not None else "",
    )


def _root(content: bytes, name: str) -> tuple[Element, list[BadRecord]]:
    """The document, without its broken records where it cannot be read as a whole, and what was left out."""
    try:
        return parse_forgivingly(content, name), []
    except SourceError:
        # An answer without its end would be taken for the last page.
        if not _END.search(content[-200:]):
            raise
        kept, broken = _without_broken(content, name)
        if not broken:
            raise
        return parse_forgivingly(kept, name), broken


def _without_broken(content: bytes, name: str) -> tuple[bytes, list[BadRecord]]:
    """The answer without the records that cannot be read, each of which is tried by itself."""
    kept: list[bytes] = []
    broken: list[BadRecord] = []
    number = start = 0
    while (opening := content.find(b"<record>", start)) >= 0:
        end = content.find(b"</record>", opening)
        if end < 0:
            break
        end += len(b"</record>")
        number += 1
        kept.append(content[start:opening])
        record = content[opening:end]
        try:
            parse_forgivingly(_alone(record), name)
        except SourceError as error:
            reason = str(error).removeprefix(f"{name}:")
            broken.append(BadRecord(where=f"{name}: record {number} ({_id_in(record)})", reason=reason))
        else:
            kept.append(record)
        start = end
    kept.append(content[start:])
    return b"".join(kept), broken


def _alone(record: bytes) -> bytes:
    namespaces = b' xmlns:xsi="x" xmlns:oai_dc="x" xmlns:dc="x"'
    return b"<records" + namespaces + b">" + record + b"</records>"


def _id_in(record: bytes) -> str:
    match = re.search(rb"<identifier>\s*([^<\s]{1,60})", record)
    return match[1].decode(errors="replace") if match else "without an identifier"


def _record(element: Element, where: str) -> tuple[Record, date | None]:
    stamp: date | None = None
    try:
        header = next((child for child in element if local_name(child.tag) == "header"), None)
        if header is None:
            raise FieldError("the record has no header")
        fields = {local_name(child.tag): (child.text or "").strip() for child in header}
        name = fields.get("identifier", "")
        where = f"{where} ({name[:60]})"
        if text := fields.get("datestamp", ""):
            stamp = parse_day("the datestamp", text[:10])
        arxiv_id = name[len(ID_PREFIX) :] if name.lower().startswith(ID_PREFIX.lower()) else ""
        if header.get("status") == "deleted":
            return _deleted(arxiv_id, stamp, where), stamp
        metadata = next((child for child in element if local_name(child.tag) == "metadata"), None)
        if metadata is None or not len(metadata):
            raise FieldError("the record has no metadata")
        sets = [(child.text or "").strip() for child in header if local_name(child.tag) == "setSpec"]
        read = _FORMATS.get(local_name(metadata[0].tag))
        if read is None:
            raise FieldError(f"the format {local_name(metadata[0].tag)[:40]!r} is unknown")
        return read(metadata[0], arxiv_id, sets, where), stamp
    except FieldError as error:
        return BadRecord(where=where, reason=str(error)), stamp


def _deleted(arxiv_id: str, stamp: date | None, where: str) -> DeletedRecord:
    parsed = parse_identifier(arxiv_id)
    if parsed is None:
        raise FieldError(f"a record was deleted whose identifier is none: {arxiv_id[:40]!r}")
    return DeletedRecord(ref=parsed.value, identifiers=(parsed.record,), deleted_on=stamp, where=where)


def _fields(element: Element) -> dict[str, str]:
    return {local_name(child.tag): child.text or "" for child in element}


def _read_split(element: Element, _: str, sets: list[str], where: str) -> PaperRecord:
    fields = _fields(element)
    authors = next((child for child in element if local_name(child.tag) == "authors"), ())
    created = fields.get("created", "").strip()
    updated = fields.get("updated", "").strip()
    return build_paper(
        **_shared(fields),
        authors=tuple(_split_names(authors)),
        published_on=parse_day("created", created) if created else None,
        changed_on=parse_day("updated", updated) if updated else None,
        where=where,
    )


def _read_raw(element: Element, _: str, sets: list[str], where: str) -> PaperRecord:
    fields = _fields(element)
    listed = [_version(child) for child in element if local_name(child.tag) == "version"]
    listed.sort(key=lambda pair: pair[0].number)
    versions = [version for version, _ in listed]
    first = versions[0].submitted_at if versions else None
    return build_paper(
        **_shared(fields),
        authors=split_authors(fields.get("authors", "")),
        published_on=first.date() if first else None,
        versions=tuple(versions),
        has_no_text=bool(listed) and listed[-1][1] == 0,
        where=where,
    )


def _shared(fields: dict[str, str]) -> dict[str, Any]:
    """What arXiv's two own formats have in common."""
    return {
        "arxiv_id": fields.get("id", "").strip(),
        "title": fields.get("title", ""),
        "abstract": fields.get("abstract", ""),
        "categories": fields.get("categories", "").split(),
        "comments": fields.get("comments", ""),
        "report_number": fields.get("report-no", ""),
        "journal_ref": fields.get("journal-ref", ""),
        "doi": fields.get("doi", ""),
        "licence": fields.get("license", ""),
    }


def _version(element: Element) -> tuple[VersionRecord, int | None]:
    label = _VERSION.fullmatch(element.get("version", "").strip())
    if label is None:
        raise FieldError(f"a version is called {element.get('version', '')[:20]!r}")
    fields = _fields(element)
    size = _SIZE.fullmatch(fields.get("size", "").strip())
    stated = fields.get("date", "").strip()
    moment = mail_moment(stated)
    if stated and moment is None:
        raise FieldError(f"the date of version {label[1]} is none: {stated[:40]!r}")
    return VersionRecord(number=int(label[1]), submitted_at=moment), int(size[1]) if size else None


def _read_dublin_core(element: Element, arxiv_id: str, sets: list[str], where: str) -> PaperRecord:
    values: dict[str, list[str]] = {}
    for child in element:
        values.setdefault(local_name(child.tag), []).append((child.text or "").strip())
    descriptions = values.get("description", [])
    comments = descriptions[1].removeprefix("Comment:").strip() if len(descriptions) > 1 else ""
    dates = [parse_day("a date", text) for text in values.get("date", []) if text]
    others = [text for text in values.get("identifier", []) if parse_identifier(text) is None]
    return build_paper(
        arxiv_id=arxiv_id,
        title=next(iter(values.get("title", [])), ""),
        abstract=descriptions[0] if descriptions else "",
        authors=tuple(AuthorRecord(name=name) for name in map(_dublin_core_name, values.get("creator", [])) if name),
        categories=[category for category in map(category_of, sets) if category],
        comments=comments,
        journal_ref=next(iter(others), ""),
        doi=next((text[4:] for text in values.get("identifier", []) if text.lower().startswith("doi:")), ""),
        published_on=min(dates, default=None),
        changed_on=max(dates, default=None),
        where=where,
    )


def _dublin_core_name(text: str) -> str:
    author = named_author(printed_name(text), "", "")
    return author.name if author else ""


def _split_names(authors: Element | tuple[()]) -> Iterator[AuthorRecord]:
    for author in authors:
        parts = _fields(author)
        names = (parts.get("keyname", ""), parts.get("forenames", ""), parts.get("suffix", ""))
        if (record := named_author(*names)) is not None:
            yield record


_FORMATS: dict[str, Callable[[Element, str, list[str], str], PaperRecord]] = {
    "arXiv": _read_split,
    "arXivRaw": _read_raw,
    "dc": _read_dublin_core,
}
