"""What all bibliographies say of a paper, whatever their format, made into a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.record import AuthorRecord, LinkRecord, PaperRecord, StatementRecord
from broadsheet.sources.stated_links import kind_of_address
from broadsheet.sources.stripped_math import has_stripped_math

_IN_TEXT = re.compile(
    r"arxiv[:\s]\s*(?:[a-z-]+(?:\.[A-Z]{2})?/)?\d[\d.]+\d(?:v\d+)?|https?://[^\s{}\\]+", re.IGNORECASE
)
_ARXIV_CODE = re.compile(r"[a-z-]+(?:\.[A-Za-z-]{2,})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as plain text. ``named`` are texts that may name the paper, the most telling first."""

    title: str
    abstract: str = ""
    ref: str = ""
    authors: tuple[AuthorRecord, ...] = ()
    named: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published_on: date | None = None
    remarks: str = ""
    licence: str = ""
    journal_ref: str = ""


def paper_of(entry: Entry, where: str) -> PaperRecord:
    """The record of an entry; raises ``FieldError`` if it has no title.

    Of each scheme the first identifier counts: an entry names one paper. Links that are no web addresses are left out.
    """
    if not entry.title.strip():
        raise FieldError("the entry has no title")
    found: dict[str, ParsedIdentifier] = {}
    for text in filter(None, entry.named):
        for identifier in identifiers_in(text):
            found.setdefault(identifier.scheme, identifier)
    doi = found.get("doi")
    url = f"https://doi.org/{doi.value}" if doi else ""
    appeared = StatementRecord(kind="published", text=entry.journal_ref, url=url)
    links = (LinkRecord(kind=kind_of_address(url), url=url) for url in entry.urls if "://" in url)
    return PaperRecord(
        title=entry.title,
        abstract=entry.abstract,
        ref=entry.ref,
        authors=tuple(author for author in entry.authors if author.name.strip()),
        identifiers=tuple(identifier.record for identifier in found.values()),
        categories=tuple(dict.fromkeys(code for code in entry.categories if _ARXIV_CODE.fullmatch(code))),
        links=tuple(dict.fromkeys(links)),
        keywords=tuple(dict.fromkeys(word.strip() for word in entry.keywords if word.strip())),
        published_on=entry.published_on,
        version_number=next((one.version for one in found.values() if one.version), None),
        licence=entry.licence,
        remarks=entry.remarks,
        journal_ref=entry.journal_ref,
        statements=(appeared,) if entry.journal_ref else (),
        is_lossy=has_stripped_math(f"{entry.title}\n{entry.abstract}"),
        where=where,
    )


def identifiers_in(text: str) -> Iterator[ParsedIdentifier]:
    """The identifier that a text is, or those in it by a prefix or an address (``arXiv preprint arXiv:…``)."""
    text = text.strip()
    if whole := parse_identifier(text):
        yield whole
        return
    for match in _IN_TEXT.finditer(text):
        if inside := parse_identifier(match[0].rstrip(".,;)")):
            yield inside


def journal_reference(journal: str, volume: str = "", number: str = "", pages: str = "", year: str = "") -> str:
    """Where a paper appeared, as it is cited: ``Journal of Kites 5(2), 1–10 (2020)``; empty without a journal.

    Preprint servers are no journals.
    """
    if not journal or re.search(r"\barxiv\b|\bbiorxiv\b|\bmedrxiv\b|\bcorr\b", journal, re.IGNORECASE):
        return ""
    issue = f"{volume}({number})" if volume and number else volume or number
    cited = ", ".join(part for part in (f"{journal} {issue}".strip(), pages.replace("--", "–")) if part)
    return f"{cited} ({year})" if year else cited
