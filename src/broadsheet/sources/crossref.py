"""Crossref: papers of journals and conferences by their DOI (api.crossref.org, ``/works/{doi}``).

One identifier names one work and not one edition of it: a preprint's record that names the single article that it
became takes over that DOI (``is-preprint-of``), an article's record those of its preprints (``has-preprint``). Where
a record names several articles, or several preprints of one server that are not versions of one, it is not known which
of them is the same paper, and none is taken over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from broadsheet.sources.answers import Read, ask, listed, load_json, read_items
from broadsheet.sources.door import Door
from broadsheet.sources.fields import FieldError, Fields, tidy_address
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.known_days import day_of
from broadsheet.sources.lookups import LookupOnly
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.notices import is_notice, statements_of_title
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    StatementKind,
    StatementRecord,
)

ADDRESS = "https://api.crossref.org"

# Types of works that are parts of papers, or that hold papers, and are none themselves.
_NO_PAPERS = re.compile(
    "book-series|book-set|component|database|dataset|grant|journal|journal-issue|journal-volume|peer-review"
    "|proceedings|proceedings-series|report-component|report-series|standard-series"
)
_PREPRINT = "posted-content"
_UPDATES: dict[str, StatementKind] = {
    "retraction": "retracted",
    "withdrawal": "withdrawn",
    "removal": "withdrawn",
    "partial_retraction": "corrected",
    "correction": "corrected",
    "corrigendum": "corrected",
    "erratum": "corrected",
}
_CONCERNS = frozenset({"expression_of_concern", "addendum", "clarification"})
_DATES = ("posted", "published-online", "published", "published-print", "issued")
_VERSION = re.compile(r"[/.]?v\d+$", re.ASCII)
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)


@dataclass
class Crossref(LookupOnly):
    """Looks papers up by DOI; it is not harvested. ``contact`` is told to Crossref, which serves the polite faster."""

    contact: str = ""
    address: str = ADDRESS
    name: str = "crossref"
    slug: str = "crossref"
    title: str = "Crossref"
    schemes: frozenset[str] = frozenset({"doi"})

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look DOIs up one by one; those of other agencies (DataCite) are unknown here."""
        params = {"mailto": self.contact} if "@" in self.contact else None
        for identifier in identifiers:
            if identifier.scheme != "doi":
                continue
            content = ask(door, f"{self.address}/works/{quote(identifier.value, safe='')}", params)
            if content is not None:
                yield from read_crossref(content, f"crossref {identifier.value}")


def read_crossref(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer with one work (``message``) or several (``message.items``), or bare works as they are in it.

    What is no paper by its type, and notices about other papers, are bad records that say so.
    Raises ``SourceError`` if the whole is unreadable.
    """
    answer = load_json(content, name)
    message = answer["message"] if isinstance(answer, dict) and isinstance(answer.get("message"), dict) else answer
    is_work = isinstance(message, dict) and not {"DOI", "title"}.isdisjoint(message)
    yield from read_items([message] if is_work else listed(message, name, "items"), name, _work)


def _work(work: Fields, where: str) -> Read:
    kind = work.text("type")
    if _NO_PAPERS.fullmatch(kind):
        return BadRecord(where=where, reason=f"of type {kind}, which is no paper")
    title = _title(work)
    if not title:
        raise FieldError("the work has no title")
    doi = parse_identifier(work.text("DOI"))
    if doi is None:
        raise FieldError(f"DOI is none: {work.text('DOI')[:60]!r}")
    updated = _about_others(work, doi)
    if updated and is_notice(title):
        return BadRecord(where=where, reason=f"a notice about {updated[0]}, not a paper")
    published_on = _published_on(work)
    editions, preprints = _related(work, "is-preprint-of"), _related(work, "has-preprint")
    # See the module's docstring: several articles of one preprint are not one paper.
    same = [*(editions if len(editions) == 1 else ()), *_one_of_each_server(preprints)]
    journal_ref = _journal_ref(work)
    return PaperRecord(
        title=title,
        abstract=plain_text(work.text("abstract")),
        ref=doi.value,
        authors=tuple(_authors(work)),
        identifiers=tuple(dict.fromkeys([doi.record, *same])),
        links=tuple(dict.fromkeys(_links(work))),
        published_on=published_on,
        licence=_licence(work),
        journal_ref=journal_ref,
        statements=tuple(dict.fromkeys(_statements(work, kind, title, doi, journal_ref, published_on, editions))),
        where=where,
    )


def _title(work: Fields) -> str:
    """The title with its subtitle, which Crossref keeps apart and the journal prints behind a colon."""
    titles = _lines(work, "title")
    subtitles = _lines(work, "subtitle")
    if not titles:
        return ""
    is_repeated = not subtitles or subtitles[0].casefold() in titles[0].casefold()
    return titles[0] if is_repeated else f"{titles[0].rstrip(': ')}: {subtitles[0]}"


def _lines(work: Fields, name: str) -> list[str]:
    value = work.first(name)[1]
    texts = [value] if isinstance(value, str) else work.texts(name)
    return [line for text in texts if (line := plain_line(text))]


def _authors(work: Fields) -> Iterator[AuthorRecord]:
    for entry in work.list_of("author")[1]:
        author = Fields(entry, "an author")
        parts = [author.text(name).strip() for name in ("given", "family", "suffix")]
        name = plain_line(" ".join(part for part in parts if part)) or plain_line(author.text("name"))
        if name:
            orcid = _ORCID.search(author.text("ORCID"))
            yield AuthorRecord(name=name, orcid=orcid[0] if orcid else "")


def _day(work: Fields, name: str, exact: date | None = None) -> date | None:
    parts = work.fields(name).list_of("date-parts")[1]
    first = parts[0] if parts else None
    return day_of(first, exact) if isinstance(first, list) else None


def _published_on(work: Fields) -> date | None:
    """The earliest day among the dates that are known to the day, else the most exact of the others."""
    created = _day(work, "created")
    parts = {name: work.fields(name).list_of("date-parts")[1] for name in _DATES}
    whole = [name for name, value in parts.items() if value and isinstance(value[0], list) and len(value[0]) == 3]
    days = [day for name in whole or _DATES if (day := _day(work, name, created))]
    return min(days, default=None)


def _related(work: Fields, relation: str) -> list[IdentifierRecord]:
    found = []
    for entry in work.fields("relation").list_of(relation)[1]:
        related = Fields(entry, f"an entry of {relation}")
        if related.text("id-type").lower() == "doi" and (parsed := parse_identifier(related.text("id"))):
            found.append(parsed.record)
    return list(dict.fromkeys(found))


def _one_of_each_server(preprints: Iterable[IdentifierRecord]) -> list[IdentifierRecord]:
    """The preprints of servers of which one paper is named, with all its versions (``10.21203/rs.3.rs-1/v2``)."""
    by_server: dict[str, list[IdentifierRecord]] = defaultdict(list)
    for preprint in preprints:
        by_server[preprint.value.partition("/")[0] if preprint.scheme == "doi" else preprint.scheme].append(preprint)
    papers = {server: {_VERSION.sub("", one.value) for one in named} for server, named in by_server.items()}
    return [one for server, named in by_server.items() if len(papers[server]) == 1 for one in named]


def _about_others(work: Fields, doi: ParsedIdentifier) -> list[str]:
    """The DOIs of other works that this one corrects or retracts."""
    updates = [Fields(entry, "an entry of update-to") for entry in work.list_of("update-to")[1]]
    dois = [update.text("DOI").lower() for update in updates if update.text("type") in {*_UPDATES, *_CONCERNS}]
    return [other for other in dois if other and other != doi.value]


def _statements(
    work: Fields,
    kind: str,
    title: str,
    doi: ParsedIdentifier,
    journal_ref: str,
    published_on: date | None,
    editions: Iterable[IdentifierRecord],
) -> Iterator[StatementRecord]:
    if kind != _PREPRINT and journal_ref:
        yield StatementRecord(
            kind="published", text=journal_ref, url=f"https://doi.org/{doi.value}", stated_on=published_on
        )
    for edition in editions:
        if edition.scheme == "doi":
            yield StatementRecord(kind="published", text=edition.value, url=f"https://doi.org/{edition.value}")
    updates = [("updated-by", entry) for entry in work.list_of("updated-by")[1]]
    # A publisher may also say it of the record itself.
    updates += [("update-to", entry) for entry in work.list_of("update-to")[1] if _names(entry, doi)]
    for name, entry in updates:
        update = Fields(entry, f"an entry of {name}")
        stated = _UPDATES.get(update.text("type"))
        if stated:
            notice = update.text("DOI").lower()
            label = plain_line(update.text("label")) or update.text("type").replace("_", " ")
            url = f"https://doi.org/{notice}" if notice else ""
            yield StatementRecord(kind=stated, text=label, url=url, stated_on=_day(update, "updated"))
    yield from statements_of_title(title)


def _names(entry: object, doi: ParsedIdentifier) -> bool:
    return Fields(entry, "an entry of update-to").text("DOI").lower() == doi.value


def _journal_ref(work: Fields) -> str:
    """Where it appeared, as ``Physical Review B 89(14), 140501 (2014)``."""
    container = next(iter(_lines(work, "container-title")), "")
    if not container:
        return ""
    volume, issue = work.text("volume").strip(), work.text("issue").strip()
    number = f"{volume}({issue})" if volume and issue else volume or issue
    pages = work.text("page").strip() or work.text("article-number").strip()
    parts = next((value for name in _DATES[1:] if (value := work.fields(name).list_of("date-parts")[1])), [])
    year = parts[0][0] if parts and isinstance(parts[0], list) and parts[0] else None
    told = f"{container} {number}".strip() + (f", {pages}" if pages else "")
    return f"{told} ({year})" if year else told


def _licence(work: Fields) -> str:
    """The open licence if there is one, else that of the version of record."""
    licences = [Fields(entry, "a license") for entry in work.list_of("license")[1]]
    urls = [
        (licence.text("content-version"), tidy_address("a license", licence.first("URL")[1])) for licence in licences
    ]
    is_open = [url for _, url in urls if "creativecommons.org" in url]
    return next(iter(is_open or [url for version, url in urls if version == "vor"]), "")


def _links(work: Fields) -> Iterator[LinkRecord]:
    for entry in work.list_of("link")[1]:
        link = Fields(entry, "a link")
        url = tidy_address(*link.first("URL"))
        if url and link.text("content-type") == "application/pdf" and link.text("content-version") != "am":
            yield LinkRecord(kind="pdf", url=url)
    landing = tidy_address(*work.fields("resource").fields("primary").first("URL"))
    if landing:
        yield LinkRecord(kind="abstract", url=landing)
