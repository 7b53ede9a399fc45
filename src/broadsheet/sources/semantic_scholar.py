"""Semantic Scholar: papers by identifier (api.semanticscholar.org/graph/v1, ``/paper/batch``); a key is optional."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from broadsheet.sources.answers import Read, listed, load_json, read_items
from broadsheet.sources.door import Door, StatusError
from broadsheet.sources.fields import FieldError, Fields, tidy_address
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.known_days import day_of
from broadsheet.sources.lookups import LookupOnly
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.record import AuthorRecord, IdentifierRecord, LinkRecord, PaperRecord

ADDRESS = "https://api.semanticscholar.org/graph/v1"
FIELDS = "title,abstract,authors,externalIds,year,publicationDate,venue,journal,openAccessPdf,tldr,url"
MOST_IDS = 500
_PREFIXES = {"arxiv": "ARXIV", "doi": "DOI", "pmid": "PMID"}
_EXTERNAL = (("ArXiv", "arxiv:"), ("DOI", "doi:"), ("PubMed", "pmid:"))


@dataclass
class SemanticScholar(LookupOnly):
    """Looks papers up by arXiv identifier, DOI and PubMed identifier; it is not harvested."""

    key: str = ""
    address: str = ADDRESS
    name: str = "semanticscholar"
    slug: str = "semanticscholar"
    title: str = "Semantic Scholar"
    schemes: frozenset[str] = frozenset(_PREFIXES)

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look papers up, up to 500 in one request."""
        named = [f"{_PREFIXES[item.scheme]}:{item.value}" for item in identifiers if item.scheme in _PREFIXES]
        headers = {"x-api-key": self.key} if self.key else None
        for start in range(0, len(named), MOST_IDS):
            ids = named[start : start + MOST_IDS]
            url = f"{self.address}/paper/batch?fields={FIELDS}"
            try:
                answer = door.post(url, json={"ids": ids}, headers=headers)
            except StatusError as error:
                # What it answers where it knows none of the papers.
                if error.status == 404 or (error.status == 400 and b"No valid paper ids" in error.content):
                    continue
                raise
            yield from read_semantic_scholar(answer.content, "semanticscholar")


def read_semantic_scholar(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer: one paper, a list of them with null for unknown ones, or a search's or a recommendation's.

    Raises ``SourceError`` if the whole is unreadable, or is what the server says is wrong.
    """
    answer = load_json(content, name)
    if isinstance(answer, dict) and "paperId" in answer:
        items: list[object] = [answer]
    elif isinstance(answer, dict) and answer.get("total") == 0 and "data" not in answer:
        items = []
    else:
        items = listed(answer, name, "data", "recommendedPapers")
    yield from read_items([item for item in items if item is not None], name, _paper)


def _paper(paper: Fields, where: str) -> Read:
    title = plain_line(paper.text("title"))
    if not title:
        raise FieldError("the paper has no title")
    tldr = paper.fields("tldr")
    summary = plain_line(tldr.text("text"))
    return PaperRecord(
        title=title,
        abstract=plain_text(paper.text("abstract")),
        ref=paper.text("paperId"),
        authors=tuple(_authors(paper)),
        identifiers=tuple(_identifiers(paper)),
        links=tuple(_links(paper)),
        summary=summary,
        summary_model=(tldr.text("model") or "Semantic Scholar TLDR") if summary else "",
        published_on=_published_on(paper),
        journal_ref=_journal_ref(paper),
        where=where,
    )


def _authors(paper: Fields) -> Iterator[AuthorRecord]:
    for entry in paper.list_of("authors")[1]:
        if name := plain_line(Fields(entry, "an author").text("name")):
            yield AuthorRecord(name=name)


def _identifiers(paper: Fields) -> Iterator[IdentifierRecord]:
    external = paper.fields("externalIds")
    for name, prefix in _EXTERNAL:
        value = external.first(name)[1]
        parsed = parse_identifier(f"{prefix}{value}") if isinstance(value, str | int) else None
        if parsed is not None:
            yield parsed.record


def _links(paper: Fields) -> Iterator[LinkRecord]:
    if url := tidy_address(*paper.fields("openAccessPdf").first("url")):
        # It is at times the page of an article and no file.
        yield LinkRecord(kind="pdf" if "pdf" in url.lower() else "other", url=url)


def _published_on(paper: Fields) -> date | None:
    return paper.day("publicationDate") or day_of([paper.first("year")[1]])


def _journal_ref(paper: Fields) -> str:
    """Where it appeared, as ``Nature 5, 2-7 (2021)``; an archive of preprints is no such place."""
    journal = paper.fields("journal")
    name = plain_line(journal.text("name") or paper.text("venue"))
    if not name or name.lower().startswith(("arxiv", "biorxiv", "medrxiv")):
        return ""
    volume, pages = " ".join(journal.text("volume").split()), "".join(journal.text("pages").split())
    told = f"{name} {volume}".strip() + (f", {pages}" if pages else "")
    year = paper.count("year")
    return f"{told} ({year})" if year else told
