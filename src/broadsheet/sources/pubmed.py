"""PubMed: papers by PubMed identifier (NCBI E-utilities, ``efetch.fcgi?db=pubmed&retmode=xml``).

The elements are those of the PubMed DTD (dtd.nlm.nih.gov/ncbi/pubmed). Retractions and corrections stand in
``CommentsCorrectionsList``; the records of the notices themselves are no papers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from xml.etree.ElementTree import Element, tostring

from broadsheet.sources.answers import Read, ask
from broadsheet.sources.door import Door
from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.known_days import day_of
from broadsheet.sources.lookups import LookupOnly
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.notices import statements_of_title
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementKind,
    StatementRecord,
)
from broadsheet.sources.safe_xml import parse_xml

ADDRESS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
MOST_IDS = 200

_NOTICES = frozenset({"Retraction of Publication", "Retraction Notice", "Published Erratum", "Expression of Concern"})
_CORRECTIONS: dict[str, StatementKind] = {
    "RetractionIn": "retracted",
    "PartialRetractionIn": "corrected",
    "ErratumIn": "corrected",
    "CorrectedandRepublishedIn": "corrected",
}
_RETRACTED = "Retracted Publication"
_PREPRINT = "Preprint"
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
# It names NLM's own DTD and declares nothing, which has to be seen before it is left out.
_DOCUMENT_TYPE = re.compile(
    rb"<!DOCTYPE\s+PubmedArticleSet\s+PUBLIC\s+\"-//NLM//DTD [^\"<>\[\]]*\"\s+\"https?://[^\"<>\[\]]*\.dtd\"\s*>"
)
_YEAR = re.compile(r"\b(1[89]\d{2}|20\d{2})\b(?:\s+([A-Za-z]+))?", re.ASCII)


@dataclass
class PubMed(LookupOnly):
    """Looks papers up by PubMed identifier; it is not harvested. ``contact`` is the address that NCBI asks for."""

    contact: str = ""
    address: str = ADDRESS
    name: str = "pubmed"
    slug: str = "pubmed"
    title: str = "PubMed"
    schemes: frozenset[str] = frozenset({"pmid"})

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look papers up, up to 200 in one request."""
        ids = [identifier.value for identifier in identifiers if identifier.scheme == "pmid"]
        for start in range(0, len(ids), MOST_IDS):
            params = {"db": "pubmed", "retmode": "xml", "id": ",".join(ids[start : start + MOST_IDS])}
            params |= {"tool": "broadsheet"} | ({"email": self.contact} if "@" in self.contact else {})
            content = ask(door, f"{self.address}/efetch.fcgi", params)
            if content is not None:
                yield from read_pubmed(content, "pubmed")


def read_pubmed(content: bytes, name: str) -> Iterator[Read]:
    """Read a ``PubmedArticleSet``: a record for each article; books and notices are bad records that say so.

    Raises ``SourceError`` if the whole is unreadable or is anything else.
    """
    if content.lstrip()[:1] == b"{":
        raise SourceError(f"{name}: JSON; PubMed describes papers in XML only, and esearch names them without a word")
    root = parse_xml(_DOCUMENT_TYPE.sub(b"", content, count=1), name)
    if root.tag != "PubmedArticleSet":
        raise SourceError(f"{name}: not PubMed's articles but an element {root.tag[:60]!r}")
    for number, element in enumerate(root, 1):
        where = f"{name}: item {number}"
        try:
            yield _article(element, where)
        except FieldError as error:
            yield BadRecord(where=where, reason=str(error))


def _article(element: Element, where: str) -> Read:
    article = element.find("MedlineCitation/Article")
    if element.tag != "PubmedArticle" or article is None:
        raise FieldError(f"a {element.tag}, which is no article")
    kinds = {_text(kind) for kind in article.iterfind("PublicationTypeList/PublicationType")}
    if notice := sorted(kinds & _NOTICES):
        raise FieldError(f"of type {notice[0]}: a notice about another paper, not a paper")
    title = _title(article)
    if not title:
        raise FieldError("the article has no title")
    pmid = _text(element.find("MedlineCitation/PMID"))
    if not (pmid.isascii() and pmid.isdigit()):
        raise FieldError(f"the article has no PMID that is a number: {pmid[:20]!r}")
    journal_ref, published_on = _journal_ref(article), _published_on(element, article)
    dois = _dois(element, article)
    return PaperRecord(
        title=title,
        abstract=_abstract(article),
        ref=pmid,
        authors=tuple(_authors(article)),
        identifiers=(IdentifierRecord(scheme="pmid", value=pmid), *dois),
        links=tuple(_links(element)),
        keywords=tuple(dict.fromkeys(_keywords(element))),
        published_on=published_on,
        journal_ref="" if _PREPRINT in kinds else journal_ref,
        statements=tuple(
            dict.fromkeys(
                [
                    *(() if _PREPRINT in kinds else _published(pmid, dois, journal_ref, published_on)),
                    *_corrections(element, kinds),
                    *statements_of_title(title),
                ]
            )
        ),
        where=where,
    )


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _marked(element: Element | None) -> str:
    """What is inside an element, with its markup."""
    if element is None:
        return ""
    return escape(element.text or "") + "".join(tostring(child, encoding="unicode") for child in element)


def _title(article: Element) -> str:
    """The title, or the one in the paper's own language; PubMed puts a stop behind and brackets around translations."""
    title = plain_line(_marked(article.find("ArticleTitle"))).removesuffix(".").strip()
    if title.startswith("[") and title.endswith("]"):
        title = title[1:-1].removesuffix(".").strip()
    return title or plain_line(_marked(article.find("VernacularTitle"))).removesuffix(".")


def _abstract(article: Element) -> str:
    """Its parts in paragraphs, each with its label before it (``Methods: ...``)."""
    parts = []
    for part in article.iterfind("Abstract/AbstractText"):
        text, label = plain_text(_marked(part)), " ".join(part.get("Label", "").split())
        if text:
            parts.append(f"{label.capitalize() if label.isupper() else label}: {text}" if label else text)
    return "\n\n".join(parts)


def _authors(article: Element) -> Iterator[AuthorRecord]:
    for author in article.iterfind("AuthorList/Author"):
        first = _text(author.find("ForeName")) or _text(author.find("Initials"))
        parts = (first, _text(author.find("LastName")), _text(author.find("Suffix")))
        name = " ".join(part for part in parts if part) or _text(author.find("CollectiveName"))
        if name and author.get("ValidYN") != "N":
            stated = (_text(item) for item in author.iterfind("Identifier") if item.get("Source") == "ORCID")
            orcid = next((match[0] for text in stated if (match := _ORCID.search(text))), "")
            yield AuthorRecord(name=name, orcid=orcid)


def _dois(element: Element, article: Element) -> tuple[IdentifierRecord, ...]:
    """The article's own DOI; those of what it cites stand in lists of the same name further down."""
    ids = element.iterfind("PubmedData/ArticleIdList/ArticleId")
    stated = [_text(item) for item in ids if item.get("IdType") == "doi"]
    locations = article.iterfind("ELocationID")
    stated += [_text(item) for item in locations if item.get("EIdType") == "doi" and item.get("ValidYN") != "N"]
    parsed = [parse_identifier(text) for text in stated]
    return tuple(dict.fromkeys(item.record for item in parsed if item and item.scheme in {"doi", "arxiv"}))


def _links(element: Element) -> Iterator[LinkRecord]:
    pmid = _text(element.find("MedlineCitation/PMID"))
    yield LinkRecord(kind="abstract", url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/")
    for item in element.iterfind("PubmedData/ArticleIdList/ArticleId"):
        if item.get("IdType") == "pmc" and (number := _text(item)):
            yield LinkRecord(kind="other", url=f"https://pmc.ncbi.nlm.nih.gov/articles/{number}/")


def _keywords(element: Element) -> Iterator[str]:
    for keyword in element.iterfind("MedlineCitation/KeywordList/Keyword"):
        if word := _text(keyword).rstrip("."):
            yield word


def _day(element: Element | None, exact: date | None = None) -> date | None:
    if element is None:
        return None
    parts = [_text(element.find(name)) for name in ("Year", "Month", "Day")]
    if not parts[0] and (match := _YEAR.search(_text(element.find("MedlineDate")))):
        # "2025 Nov-Dec", "1998 Winter", "Spring 2001".
        parts = [match[1], match[2] or "", ""]
    if not parts[1]:
        parts[1] = _text(element.find("Season"))
    known = parts[: parts.index("")] if "" in parts else parts
    return day_of(known, exact)


def _published_on(element: Element, article: Element) -> date | None:
    """The day of the electronic article, else of the issue, else that on which PubMed had it."""
    entered = {item.get("PubStatus"): _day(item) for item in element.iterfind("PubmedData/History/PubMedPubDate")}
    known = entered.get("entrez") or entered.get("pubmed")
    issue = article.find("Journal/JournalIssue/PubDate")
    days = [_day(item) for item in article.iterfind("ArticleDate")]
    if issue is not None and issue.find("Day") is not None:
        days.append(_day(issue))
    stated = [day for day in days if day is not None]
    return min(stated, default=None) or _day(issue, known) or known


def _journal_ref(article: Element) -> str:
    """Where it appeared, as ``EJNMMI research 16(1), 92 (2026)``."""
    name = _text(article.find("Journal/Title")) or _text(article.find("Journal/ISOAbbreviation"))
    if not name:
        return ""
    issue = article.find("Journal/JournalIssue")
    volume, number = (_text(issue.find(part)) if issue is not None else "" for part in ("Volume", "Issue"))
    told = f"{name} {f'{volume}({number})' if volume and number else volume or number}".strip()
    pages = _text(article.find("Pagination/MedlinePgn"))
    year = _day(issue.find("PubDate")) if issue is not None else None
    return told + (f", {pages}" if pages else "") + (f" ({year.year})" if year else "")


def _published(
    pmid: str, dois: Sequence[IdentifierRecord], journal_ref: str, published_on: date | None
) -> Iterator[StatementRecord]:
    if journal_ref:
        doi = next((item.value for item in dois if item.scheme == "doi"), "")
        url = f"https://doi.org/{doi}" if doi else f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        yield StatementRecord(kind="published", text=journal_ref, url=url, stated_on=published_on)


def _corrections(element: Element, kinds: set[str]) -> Iterator[StatementRecord]:
    told = []
    for item in element.iterfind("MedlineCitation/CommentsCorrectionsList/CommentsCorrections"):
        if kind := _CORRECTIONS.get(item.get("RefType", "")):
            pmid = _text(item.find("PMID"))
            url = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else ""
            told.append(StatementRecord(kind=kind, text=_text(item.find("RefSource")), url=url))
    if _RETRACTED in kinds and not any(item.kind == "retracted" for item in told):
        told.append(StatementRecord(kind="retracted"))
    yield from told
