"""What the catalogue says of a paper, computed from everything that sources said of it.

``merge`` is a pure function of the *set* of descriptions: neither their order nor their repetition changes the outcome.
Where two descriptions disagree, the sounder text wins (one that lost no characters, then the higher version, then the
longer abstract); lists of different kinds are united. Ties are broken by the digest of the description, which is
arbitrary but the same everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from broadsheet.catalogue.text import find_links, normalise_title, safe_url
from broadsheet.sources.record import PaperRecord

# Fields of a record that describe the paper itself; votes, comments and listings change daily and are kept apart.
DESCRIBING = (
    "title",
    "abstract",
    "authors",
    "author_count",
    "organisations",
    "identifiers",
    "categories",
    "links",
    "keywords",
    "summary",
    "summary_model",
    "published_on",
    "version_number",
    "version_at",
    "is_lossy",
)
SAMPLE_SOURCE = "sample"

Payload = dict[str, Any]


def digest_of(value: object) -> str:
    """A short stable digest (BLAKE2b, 160 bits, hexadecimal) of plain data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def title_hash(title: str) -> str:
    """The digest of a title without case, accents, markup and punctuation; empty when nothing is left of it."""
    normal = normalise_title(title)
    return hashlib.blake2b(normal.encode(), digest_size=20).hexdigest() if normal else ""


def payload_of(record: PaperRecord) -> Payload:
    """The describing fields of a record as plain data that survives JSON."""
    whole = asdict(record)
    payload = {name: whole[name] for name in DESCRIBING}
    for name in ("published_on", "version_at"):
        value = payload[name]
        payload[name] = value.isoformat() if value is not None else None
    return {name: value for name, value in payload.items() if value not in (None, "", (), [], False)}


@dataclass(frozen=True, slots=True)
class Described:
    """One stored description: the slug of its source, its digest, and what it says."""

    source: str
    digest: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class VersionState:
    """One numbered version as its rows will hold it."""

    number: int
    title: str
    abstract: str
    announced_at: datetime | None


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
    identifiers: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    summary: str
    summary_model: str
    versions: tuple[VersionState, ...]

    @property
    def code_url(self) -> str:
        """The first link to code, or an empty string."""
        return next((url for kind, url in self.links if kind == "code"), "")

    @property
    def arxiv_id(self) -> str:
        """The arXiv id, or an empty string; the lowest where sources state several."""
        return next((value for scheme, value in self.identifiers if scheme == "arxiv"), "")

    def digest(self) -> str:
        """A digest of the whole state; equal states have equal digests."""
        return digest_of(asdict(self))


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


def merge(descriptions: Iterable[Described]) -> PaperState:
    """The state of a paper that all ``descriptions`` speak of.

    Raises ``ValueError`` when there is no description.
    """
    ordered = sorted(descriptions, key=_preference)
    if not ordered:
        raise ValueError("a paper needs at least one description")
    payloads = [described.payload for described in ordered]
    main = next((payload for payload in payloads if payload.get("abstract")), payloads[0])
    authors = next((payload["authors"] for payload in payloads if payload.get("authors")), ())
    summarised = next((payload for payload in payloads if payload.get("summary")), {})
    identifiers = _identifiers(payloads)
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
        keywords=tuple(next((payload["keywords"] for payload in payloads if payload.get("keywords")), ())),
        summary=summarised.get("summary", ""),
        summary_model=summarised.get("summary_model", ""),
        versions=_versions(payloads),
    )


def _united(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _organisations(payloads: Sequence[Payload]) -> tuple[tuple[str, str], ...]:
    named: dict[str, str] = {}
    for payload in payloads:
        for organisation in payload.get("organisations", ()):
            named.setdefault(organisation["slug"], organisation["name"])
    return tuple(sorted(named.items()))


def _identifiers(payloads: Sequence[Payload]) -> tuple[tuple[str, str], ...]:
    pairs = {(item["scheme"], item["value"]) for payload in payloads for item in payload.get("identifiers", ())}
    return tuple(sorted(pairs))


def _links(payloads: Sequence[Payload], identifiers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for scheme, value in identifiers:
        if scheme == "arxiv":
            found.setdefault(f"https://arxiv.org/abs/{value}", "abstract")
            found.setdefault(f"https://arxiv.org/pdf/{value}", "pdf")
        elif scheme == "doi":
            found.setdefault(f"https://doi.org/{value}", "abstract")
        elif scheme == "openreview":
            found.setdefault(f"https://openreview.net/forum?id={value}", "abstract")
    for payload in payloads:
        for link in payload.get("links", ()):
            if url := safe_url(link["url"]):
                found.setdefault(_without_git_ending(url), link["kind"])
    for payload in payloads:
        for seen in find_links(payload.get("abstract", "")):
            found.setdefault(seen.url, seen.kind)
    return tuple((kind, url) for url, kind in found.items())


def _without_git_ending(url: str) -> str:
    return url.removesuffix("/").removesuffix(".git")


def _versions(payloads: Sequence[Payload]) -> tuple[VersionState, ...]:
    numbered: dict[int, VersionState] = {}
    for payload in payloads:
        number = payload.get("version_number")
        if number is not None and number not in numbered:
            stamp = payload.get("version_at")
            numbered[number] = VersionState(
                number, payload["title"], payload.get("abstract", ""), _moment(stamp) if stamp else None
            )
    return tuple(numbered[number] for number in sorted(numbered))
