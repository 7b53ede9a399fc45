"""OpenAlex: papers by identifier (api.openalex.org, ``/works/doi:...``, ``/works/pmid:...``); a key is optional."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
    StatementRecord,
)

ADDRESS = "https://api.openalex.org"
LONGEST_ABSTRACT = 20_000
_NO_PAPERS = frozenset({"component", "dataset", "erratum", "grant", "journal", "paratext", "peer-review", "retraction"})
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_WORK = re.compile(r"(?:https?://openalex\.org/)?(?:works/)?([Ww]\d+)", re.ASCII)


@dataclass
class OpenAlex(LookupOnly):
    """Looks papers up by DOI, arXiv identifier and PubMed identifier; it is not harvested."""

    key: str = ""
    contact: str = ""
    address: str = ADDRESS
    name: str = "openalex"
    slug: str = "openalex"
    title: str = "OpenAlex"
    schemes: frozenset[str] = frozenset({"doi", "arxiv", "pmid"})

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look papers up one by one, which costs least of the day's allowance."""
        params = {"api_key": self.key} if self.key else {}
        params |= {"mailto": self.contact} if "@" in self.contact else {}
        for identifier in identifiers:
            if identifier.scheme in self.schemes:
                named = address_part(identifier)
                content = ask(door, f"{self.address}/works/{named}", params or None)
                if content is not None:
                    yield from read_openalex(content, f"openalex {identifier.value}")


def address_part(identifier: ParsedIdentifier) -> str:
    """How OpenAlex names a paper in its addresses; arXiv's papers by the DOI that arXiv gives them."""
    if identifier.scheme == "pmid":
        return f"pmid:{identifier.value}"
    doi = f"10.48550/arxiv.{identifier.value}" if identifier.scheme == "arxiv" else identifier.value
    return f"doi:{quote(doi)}"


def read_openalex(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer with one work or several (``results``), or a bare list of works.

    What is no paper by its type is a bad record. Raises ``SourceError`` if the whole is unreadable.
    """
    answer = load_json(content, name)
    is_work = isinstance(answer, dict) and "id" in answer and "results" not in answer
    yield from read_items([answer] if is_work else listed(answer, name, "results"), name, _work)


def _work(work: Fields, where: str) -> Read:
    kind = work.text("type")
    if kind in _NO_PAPERS or work.first("is_paratext")[1] is True:
        return BadRecord(where=where, reason=f"of type {kind or 'paratext'}, which is no paper")
    title = plain_line(work.text("title", "display_name"))
    if not title:
        raise FieldError("the work has no title")
    if is_notice(title) and not work.first("abstract_inverted_index")[1]:
        return BadRecord(where=where, reason="a notice about another paper, not a paper")
    found = _WORK.search(work.text("id"))
    keywords = [Fields(entry, "a keyword").text("display_name", "keyword") for entry in work.list_of("keywords")[1]]
    return PaperRecord(
        title=title,
        abstract=_abstract(work),
        ref=found[1].upper() if found else "",
        authors=tuple(_authors(work)),
        identifiers=tuple(dict.fromkeys(_identifiers(work))),
        links=tuple(dict.fromkeys(_links(work))),
        keywords=tuple(dict.fromkeys(word for word in keywords if word)),
        published_on=_published_on(work),
        licence=work.fields("primary_location").text("license"),
        journal_ref=_journal_ref(work),
        statements=tuple(dict.fromkeys(_statements(work, title))),
        where=where,
    )


def _abstract(work: Fields) -> str:
    """The abstract put together from the places of its words (counted from 0)."""
    name, index = work.first("abstract_inverted_index")
    if index is None or index == {}:
        return ""
    words: dict[int, str] = {}
    for word, places in _entries(name, index):
        if not isinstance(places, list):
            raise FieldError(f"{name} has no list of places for a word")
        for place in places:
            if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < LONGEST_ABSTRACT:
                raise FieldError(f"{name} has a place that cannot be: {str(place)[:20]}")
            words[place] = word
    return plain_text(" ".join(words[place] for place in sorted(words)))


def _entries(name: str, index: object) -> Iterator[tuple[str, object]]:
    if not isinstance(index, dict):
        raise FieldError(f"{name} is not an object")
    yield from index.items()


def _authors(work: Fields) -> Iterator[AuthorRecord]:
    for entry in work.list_of("authorships")[1]:
        authorship = Fields(entry, "an authorship")
        author = authorship.fields("author")
        if name := plain_line(authorship.text("raw_author_name") or author.text("display_name")):
            orcid = _ORCID.search(author.text("orcid"))
            yield AuthorRecord(name=name, orcid=orcid[0] if orcid else "")


def _locations(work: Fields) -> Iterator[Fields]:
    for name in ("primary_location", "best_oa_location"):
        yield work.fields(name)
    for entry in work.list_of("locations")[1]:
        yield Fields({} if entry is None else entry, "a location")


def _identifiers(work: Fields) -> Iterator[IdentifierRecord]:
    ids = work.fields("ids")
    for text in (work.text("doi"), ids.text("doi"), ids.text("pmid")):
        if text and (parsed := parse_identifier(text)):
            yield parsed.record
    # A work that is on arXiv twice is two papers that OpenAlex takes for one.
    pages = (parse_identifier(location.text("landing_page_url")) for location in _locations(work))
    on_arxiv = {page.record for page in pages if page and page.scheme == "arxiv"}
    yield from on_arxiv if len(on_arxiv) == 1 else ()


def _links(work: Fields) -> Iterator[LinkRecord]:
    for location in _locations(work):
        if url := tidy_address(*location.first("pdf_url")):
            yield LinkRecord(kind="pdf", url=url)


def _published_on(work: Fields) -> date | None:
    day, year = work.day("publication_date"), work.first("publication_year")[1]
    # Where it knows only the year it says the first of January, which is one day in 365.
    is_year = day is not None and (day.month, day.day) == (1, 1)
    return day_of([year or (day and day.year)]) or day if is_year else day or day_of([year])


def _journal_ref(work: Fields) -> str:
    """Where it appeared, as ``Systematic Reviews 5(1), 3-9 (2016)``; empty for a repository."""
    source = work.fields("primary_location").fields("source")
    name = plain_line(source.text("display_name"))
    if not name or source.text("type") == "repository":
        return ""
    biblio = work.fields("biblio")
    volume, issue, first, last = (biblio.text(part).strip() for part in ("volume", "issue", "first_page", "last_page"))
    number = f"{volume}({issue})" if volume and issue else volume or issue
    pages = f"{first}-{last}" if first and last and first != last else first
    told = f"{name} {number}".strip() + (f", {pages}" if pages else "")
    year = work.count("publication_year")
    return f"{told} ({year})" if year else told


def _statements(work: Fields, title: str) -> Iterator[StatementRecord]:
    told, doi = _journal_ref(work), parse_identifier(work.text("doi"))
    if told and doi is not None and doi.scheme == "doi" and work.text("type") != "preprint":
        url = f"https://doi.org/{doi.value}"
        yield StatementRecord(kind="published", text=told, url=url, stated_on=_published_on(work))
    if work.first("is_retracted")[1] is True:
        yield StatementRecord(kind="retracted")
    yield from statements_of_title(title)
