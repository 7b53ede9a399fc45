"""What the catalogue says of a paper, computed from everything that sources said of it.

``merge`` is a pure function of the *set* of descriptions: neither their order nor their repetition changes the outcome.
Where two descriptions disagree, the sounder text wins (one that lost no characters, then the higher version, then the
longer abstract); lists of different kinds are united. Ties are broken by the digest of the description, which is
arbitrary but the same everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from broadsheet.catalogue.badges import Badge, badges_of
from broadsheet.catalogue.text import find_links, normalise_title, safe_url
from broadsheet.sources.identifiers import canonical_identifier
from broadsheet.sources.record import PaperRecord

SAMPLE_SOURCE = "sample"

Payload = dict[str, Any]
Name = tuple[str, str]
"""Scheme and value of an identifier."""


def digest_of(value: object) -> str:
    """A short stable digest (BLAKE2b, 160 bits, hexadecimal) of plain data."""
    return digest_of_text(canonical_json(value))


def canonical_json(value: object) -> str:
    """Plain data as JSON that is the same for equal data."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def digest_of_text(text: str) -> str:
    """A short stable digest of a text; that of a value is the one of its canonical JSON."""
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def title_hash(title: str) -> str:
    """The digest of a title without case, accents, markup and punctuation; empty when nothing is left of it."""
    normal = normalise_title(title)
    return digest_of_text(normal) if normal else ""


def payload_of(record: PaperRecord) -> Payload:
    """The describing fields of a record as plain data that survives JSON; what is empty is left out.

    Votes, comments, listings and announcements change daily and are kept apart. The digest of what comes out is stored,
    so a field that is added here must be left out where it is empty, and none may be written in another way.
    """
    payload = {
        "title": record.title,
        "abstract": record.abstract,
        "authors": [{"name": author.name, "orcid": author.orcid} for author in record.authors],
        "author_count": record.author_count,
        "organisations": [{"slug": one.slug, "name": one.name} for one in record.organisations],
        "identifiers": [{"scheme": one.scheme, "value": one.value} for one in record.identifiers],
        "categories": list(record.categories),
        "links": [{"kind": link.kind, "url": link.url} for link in record.links],
        "keywords": list(record.keywords),
        "summary": record.summary,
        "summary_model": record.summary_model,
        "published_on": _iso(record.published_on),
        "version_number": record.version_number,
        "version_at": _iso(record.version_at),
        "is_lossy": record.is_lossy,
        "licence": record.licence,
        "remarks": record.remarks,
        "journal_ref": record.journal_ref,
        "versions": [_filled(number=one.number, submitted_at=_iso(one.submitted_at)) for one in record.versions],
        "statements": [
            _filled(kind=one.kind, text=one.text, url=one.url, stated_on=_iso(one.stated_on))
            for one in record.statements
        ],
    }
    return _filled(**payload)


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _filled(**fields: Any) -> Payload:
    return {name: value for name, value in fields.items() if value not in (None, "", [], False)}


@dataclass(frozen=True, slots=True)
class Described:
    """One stored description: the slug of its source, its digest, and what it says."""

    source: str
    digest: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class VersionState:
    """One numbered version as its rows will hold it; without texts where no source gave those of this version."""

    number: int
    title: str
    abstract: str
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementState:
    """What one source states of the paper's fate, as its row will hold it."""

    source: str
    kind: str
    text: str
    url: str
    stated_on: date | None


@dataclass(frozen=True, slots=True)
class PaperState:
    """Everything that the paper's own row and its children will hold, in plain data."""

    title: str
    abstract: str
    is_lossy: bool
    published_on: date | None
    author_count: int | None
    authors: tuple[tuple[str, str], ...]
    organisations: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    identifiers: tuple[Name, ...]
    links: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    summary: str
    summary_model: str
    licence: str
    remarks: str
    journal_ref: str
    versions: tuple[VersionState, ...]
    statements: tuple[StatementState, ...]
    badges: tuple[Badge, ...]

    @property
    def code_url(self) -> str:
        """The first link to code, or an empty string."""
        return next((url for kind, url in self.links if kind == "code"), "")

    @property
    def arxiv_id(self) -> str:
        """The arXiv id, or an empty string; the lowest where sources state several."""
        return next((value for scheme, value in self.identifiers if scheme == "arxiv"), "")

    def states(self, kind: str) -> bool:
        """Whether any source states this of the paper."""
        return any(statement.kind == kind for statement in self.statements)

    def digest(self) -> str:
        """A digest of the whole state; equal states have equal digests."""
        return digest_of_text(repr(self))


def merge(descriptions: Iterable[Described], foreign: Container[Name] = ()) -> PaperState:
    """The state of a paper that all ``descriptions`` speak of.

    ``foreign`` are identifiers that they state and that belong to another paper, as somebody said. Raises
    ``ValueError`` when there is no description.
    """
    ordered = sorted(descriptions, key=_preference)
    if not ordered:
        raise ValueError("a paper needs at least one description")
    payloads = [described.payload for described in ordered]
    main = next((payload for payload in payloads if payload.get("abstract")), payloads[0])
    authors = _first(payloads, "authors", ())
    summarised = next((payload for payload in payloads if payload.get("summary")), {})
    identifiers = tuple(sorted({one for it in payloads for one in identifiers_of(it) if one not in foreign}))
    versions, statements = _versions(payloads), _statements(ordered)
    return PaperState(
        title=payloads[0]["title"],
        abstract=main.get("abstract", ""),
        is_lossy=bool(main.get("is_lossy")),
        published_on=min(
            (date.fromisoformat(payload["published_on"]) for payload in payloads if payload.get("published_on")),
            default=None,
        ),
        author_count=len(authors) or max((payload.get("author_count", 0) for payload in payloads), default=0) or None,
        authors=tuple((author["name"], author.get("orcid", "")) for author in authors),
        organisations=_organisations(payloads),
        categories=_united(payload.get("categories", ()) for payload in payloads),
        identifiers=identifiers,
        links=_links(payloads, identifiers),
        keywords=tuple(_first(payloads, "keywords", ())),
        summary=summarised.get("summary", ""),
        summary_model=summarised.get("summary_model", ""),
        licence=_first(payloads, "licence", ""),
        remarks=_first(payloads, "remarks", ""),
        journal_ref=_first(payloads, "journal_ref", ""),
        versions=versions,
        statements=statements,
        badges=badges_of(statements, _printed(ordered), _newest(ordered, versions)),
    )


def identifiers_of(payload: Payload) -> set[Name]:
    """The identifiers that one description states, in their canonical form."""
    return {canonical_identifier(item["scheme"], item["value"]) for item in payload.get("identifiers", ())}


def _preference(described: Described) -> tuple[Any, ...]:
    payload = described.payload
    return (
        described.source == SAMPLE_SOURCE,
        bool(payload.get("is_lossy")),
        -int(payload.get("version_number", 0)),
        _later_first(payload.get("version_at", "")),
        -len(payload.get("abstract", "")),
        described.digest,
    )


def _later_first(stamp: str) -> float:
    return -_moment(stamp).timestamp() if stamp else 0.0


def _moment(stamp: str) -> datetime:
    moment = datetime.fromisoformat(stamp)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first(payloads: Sequence[Payload], field: str, otherwise: Any) -> Any:
    """What the soundest description says that says anything of it."""
    return next((payload[field] for payload in payloads if payload.get(field)), otherwise)


def _united(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _organisations(payloads: Sequence[Payload]) -> tuple[tuple[str, str], ...]:
    named: dict[str, str] = {}
    for payload in payloads:
        for organisation in payload.get("organisations", ()):
            named.setdefault(organisation["slug"], organisation["name"])
    return tuple(sorted(named.items()))


def _links(payloads: Sequence[Payload], identifiers: Sequence[Name]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for scheme, value in identifiers:
        if scheme == "arxiv":
            found.setdefault(f"https://arxiv.org/abs/{value}", "abstract")
            found.setdefault(f"https://arxiv.org/pdf/{value}", "pdf")
        elif scheme == "doi":
            found.setdefault(f"https://doi.org/{value}", "abstract")
        elif scheme == "openreview":
            found.setdefault(f"https://openreview.net/forum?id={value}", "abstract")
        elif scheme == "pmid":
            found.setdefault(f"https://pubmed.ncbi.nlm.nih.gov/{value}", "abstract")
    for payload in payloads:
        for link in payload.get("links", ()):
            if url := safe_url(link["url"]):
                found.setdefault(_without_git_ending(url), link["kind"])
    for payload in payloads:
        for text in (payload.get("abstract", ""), payload.get("remarks", "")):
            for seen in find_links(text):
                found.setdefault(seen.url, seen.kind)
    return tuple((kind, url) for url, kind in found.items())


def _without_git_ending(url: str) -> str:
    return url.removesuffix("/").removesuffix(".git")


def _versions(payloads: Sequence[Payload]) -> tuple[VersionState, ...]:
    """Every version that any source numbers: its texts from the soundest that describes it, its date as stated.

    Where sources date a version differently, the one that describes it is believed, else the earliest.
    """
    numbered: dict[int, VersionState] = {}
    stamps: dict[int, list[datetime]] = defaultdict(list)
    for payload in payloads:
        for version in payload.get("versions", ()):
            stamps[version["number"]] += [_moment(version["submitted_at"])] if "submitted_at" in version else []
        number = payload.get("version_number")
        if number is not None and number not in numbered:
            stamp = payload.get("version_at")
            moment = _moment(stamp) if stamp else None
            numbered[number] = VersionState(number, payload["title"], payload.get("abstract", ""), moment)
    for number, listed in stamps.items():
        known = numbered.get(number, VersionState(number, "", "", None))
        numbered[number] = replace(known, announced_at=known.announced_at or min(listed, default=None))
    return tuple(numbered[number] for number in sorted(numbered))


def _statements(ordered: Sequence[Described]) -> tuple[StatementState, ...]:
    """What sources state, once each. A withdrawal counts as long as the source has told of no later version."""
    newest: dict[str, int] = defaultdict(int)
    for described in ordered:
        newest[described.source] = max(newest[described.source], newest_version(described.payload))
    days: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for described in ordered:
        for one in described.payload.get("statements", ()):
            if one["kind"] != "withdrawn" or newest_version(described.payload) == newest[described.source]:
                place = (described.source, one["kind"], one.get("text", ""), safe_url(one.get("url", "")))
                days[place] += [one["stated_on"]] if "stated_on" in one else []
    return tuple(
        StatementState(*place, date.fromisoformat(min(told)) if told else None) for place, told in sorted(days.items())
    )


def _printed(ordered: Sequence[Described]) -> list[tuple[str, str]]:
    """Sources with the journal references that they give."""
    return [(one.source, one.payload["journal_ref"]) for one in ordered if one.payload.get("journal_ref")]


def _newest(
    ordered: Sequence[Described], versions: Sequence[VersionState]
) -> tuple[int, datetime | None, set[str]] | None:
    """The newest version, its moment, and the sources that tell of it."""
    if not versions:
        return None
    newest = versions[-1]
    tellers = {one.source for one in ordered if newest_version(one.payload) == newest.number}
    return newest.number, newest.announced_at, tellers


def newest_version(payload: Payload) -> int:
    """The highest number of a version that a description tells of, 0 for none."""
    listed: list[int] = [version["number"] for version in payload.get("versions", ())]
    return max([int(payload.get("version_number", 0)), *listed])


def submitted_on(payload: Payload) -> date | None:
    """The day of the newest version that a description tells of, where it is dated."""
    stamps = [version.get("submitted_at", "") for version in payload.get("versions", ())]
    return max((_moment(stamp).date() for stamp in (payload.get("version_at", ""), *stamps) if stamp), default=None)
