"""DataCite: preprints and papers of archives by their DOI (api.datacite.org, ``/dois/{doi}``): arXiv, Zenodo, HAL.

A record's ``IsVersionOf`` names the DOI of all its versions, or, with arXiv, of the article that it became; where there
is one such DOI it names the same paper (``crossref`` says why).
"""

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
from broadsheet.sources.notices import statements_of_title
from broadsheet.sources.person_names import printed_name
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    StatementRecord,
)

ADDRESS = "https://api.datacite.org"

_PAPERS = frozenset(
    {
        "",
        "Book",
        "BookChapter",
        "ConferencePaper",
        "DataPaper",
        "Dissertation",
        "JournalArticle",
        "Other",
        "PeerReview",
        "Preprint",
        "Report",
        "Text",
    }
)
_SAME = frozenset({"IsVersionOf", "IsIdenticalTo"})
_DATES = ("Submitted", "Issued", "Available", "Created")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_CODE = re.compile(r".*\(([A-Za-z][\w.-]*)\)\s*", re.DOTALL)


@dataclass
class DataCite(LookupOnly):
    """Looks papers up by DOI; it is not harvested."""

    address: str = ADDRESS
    name: str = "datacite"
    slug: str = "datacite"
    title: str = "DataCite"
    schemes: frozenset[str] = frozenset({"doi", "arxiv"})

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look DOIs up one by one, and arXiv's papers by the DOI that arXiv gives them."""
        for identifier in identifiers:
            doi = f"10.48550/arxiv.{identifier.value}" if identifier.scheme == "arxiv" else identifier.value
            if identifier.scheme in self.schemes:
                content = ask(door, f"{self.address}/dois/{quote(doi, safe='')}")
                if content is not None:
                    yield from read_datacite(content, f"datacite {doi}")


def read_datacite(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer with one DOI (``data``) or a list of them. What is no paper by its type is a bad record.

    Raises ``SourceError`` if the whole is unreadable.
    """
    answer = load_json(content, name)
    data = answer.get("data") if isinstance(answer, dict) else answer
    yield from read_items([data] if isinstance(data, dict) else listed(answer, name, "data"), name, _entry)


def _entry(entry: Fields, where: str) -> Read:
    told = entry.fields("attributes")
    kind = told.fields("types").text("resourceTypeGeneral")
    if kind not in _PAPERS:
        return BadRecord(where=where, reason=f"of type {kind}, which is no paper")
    stated_doi = told.text("doi") or entry.text("id")
    doi = parse_identifier(stated_doi)
    if doi is None:
        raise FieldError(f"doi is none: {stated_doi[:60]!r}")
    title = _title(told)
    if not title:
        raise FieldError("the work has no title")
    same = _same(told)
    return PaperRecord(
        title=title,
        abstract=_abstract(told),
        ref=stated_doi.lower(),
        authors=tuple(_authors(told)),
        identifiers=tuple(dict.fromkeys([doi.record, *(same if len(same) == 1 else ())])),
        categories=tuple(_categories(told)),
        links=tuple(_links(told)),
        keywords=tuple(_keywords(told)),
        published_on=_published_on(told),
        licence=_licence(told),
        statements=(*_published(doi, same), *statements_of_title(title)),
        where=where,
    )


def _each(told: Fields, name: str) -> Iterator[Fields]:
    for entry in told.list_of(name)[1]:
        yield Fields(entry, f"an entry of {name}")


def _title(told: Fields) -> str:
    """The first title that is no translation or subtitle, with the subtitle behind it."""
    by_kind: dict[str, str] = {}
    for entry in _each(told, "titles"):
        by_kind.setdefault(entry.text("titleType"), plain_line(entry.text("title")))
    title, subtitle = by_kind.get("", ""), by_kind.get("Subtitle", "")
    return f"{title}: {subtitle}" if title and subtitle else title or next(iter(by_kind.values()), "")


def _abstract(told: Fields) -> str:
    abstracts = (entry for entry in _each(told, "descriptions") if entry.text("descriptionType") == "Abstract")
    return next((plain_text(entry.text("description")) for entry in abstracts), "")


def _authors(told: Fields) -> Iterator[AuthorRecord]:
    for entry in _each(told, "creators"):
        parts = [entry.text(name).strip() for name in ("givenName", "familyName")]
        is_body = entry.text("nameType") == "Organizational"
        stated = plain_line(entry.text("name"))
        name = stated if is_body else plain_line(" ".join(parts)) if all(parts) else printed_name(stated)
        if name:
            ids = (identifier.text("nameIdentifier") for identifier in _each(entry, "nameIdentifiers"))
            orcid = next((match[0] for text in ids if "orcid" in text.lower() and (match := _ORCID.search(text))), "")
            yield AuthorRecord(name=name, orcid=orcid)


def _same(told: Fields) -> list[IdentifierRecord]:
    found = []
    for entry in _each(told, "relatedIdentifiers"):
        if entry.text("relationType") in _SAME and entry.text("relatedIdentifierType").upper() == "DOI":
            parsed = parse_identifier(entry.text("relatedIdentifier"))
            found += [parsed.record] if parsed else []
    return list(dict.fromkeys(found))


def _categories(told: Fields) -> Iterator[str]:
    """Codes of arXiv, which stand behind the names of its categories: ``Machine Learning (cs.LG)``."""
    for entry in _each(told, "subjects"):
        if entry.text("subjectScheme") == "arXiv" and (match := _CODE.fullmatch(entry.text("subject"))):
            yield match[1]


def _keywords(told: Fields) -> Iterator[str]:
    seen = set()
    for entry in _each(told, "subjects"):
        word = plain_line(entry.text("subject"))
        if word and not entry.text("subjectScheme") and word not in seen:
            seen.add(word)
            yield word


def _links(told: Fields) -> Iterator[LinkRecord]:
    if url := tidy_address(*told.first("url")):
        yield LinkRecord(kind="abstract", url=url)


def _published_on(told: Fields) -> date | None:
    """The earliest day that is stated, else what is known of the year."""
    stated = [entry for entry in _each(told, "dates") if entry.text("dateType") in _DATES]
    # A date may be a year, a month, or an interval, of which the beginning counts.
    parts = [entry.text("date").partition("/")[0].strip()[:10].split("-") for entry in stated]
    days = [day for part in parts if len(part) == 3 and (day := day_of(part))]
    days = days or [day for part in parts if (day := day_of(part))]
    return min(days, default=None) or day_of([told.first("publicationYear")[1]])


def _licence(told: Fields) -> str:
    rights = (tidy_address(*entry.first("rightsUri")) or entry.text("rights") for entry in _each(told, "rightsList"))
    return next((text for text in rights if text), "")


def _published(doi: ParsedIdentifier, same: Sequence[IdentifierRecord]) -> Iterator[StatementRecord]:
    """An arXiv paper that is a version of something is one of the article that it became."""
    for other in same:
        if doi.scheme == "arxiv" and other.scheme == "doi":
            yield StatementRecord(kind="published", text=other.value, url=f"https://doi.org/{other.value}")
