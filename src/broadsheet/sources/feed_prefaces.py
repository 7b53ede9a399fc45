"""What journals print above the abstracts in their feeds: where and when it appeared, by whom, and its identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BREAK = "\n\n"
_DOI = re.compile(r"10\.\d{4,9}/[^\s|;,<>]+", re.ASCII)
_PMID = re.compile(r"PMID\s*:\s*(\d{1,9})", re.ASCII | re.IGNORECASE)
_AUTHORS = re.compile(r"authors?(?:\(s\))?\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"source\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_ARXIV = re.compile(r"arXiv:(\S+)\s+Announce Type:\s*[\w-]+\s*(?:Abstract:\s*)?", re.IGNORECASE)
# Lines that speak of the paper and are no part of its abstract.
_ABOUT = re.compile(
    r"publication date\s*:|source\s*:|authors?(?:\(s\))?\s*:|doi\s*:|https?://(?:dx\.)?doi\.org/\S+$|pmid\s*:"
    r"|(?:abstract|summary)\s*[.:]?$|.{0,200}published online\s*:|.{0,200}ahead of print\b"
    r"|.{0,200}\bvolume\s+\w+,\s*(?:issue|pages?|number)\b|.{0,200}\.\s\d{4}\s+[A-Z][a-z]{2}.{0,80}\bdoi\s*:",
    re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"publication date\s*:\D*?(?:(\d{1,2})\s+)?([A-Z][a-z]+)\s+(\d{4})", re.ASCII | re.IGNORECASE)
_HEADING = re.compile(r"(?:abstract|summary)\s*[:.]\s+", re.IGNORECASE)
_LONGEST_ABOUT = 600


@dataclass(frozen=True, slots=True)
class Preface:
    """What was said above or below an abstract; the date in its parts: year, month, day, empty where not said."""

    authors: str = ""
    journal: str = ""
    published: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()


def split_preface(text: str) -> tuple[Preface, str]:
    """A text (paragraphs separated by empty lines) as what is said about the paper and the abstract itself.

    Identifiers count only where they are said about the paper: an abstract may name those of other papers.
    """
    authors = journal = ""
    published: tuple[str, ...] = ()
    identifiers: list[str] = []
    abstract = []
    if match := _ARXIV.match(text):
        identifiers.append(f"arXiv:{match[1]}")
        text = text[match.end() :]
    for paragraph in text.split(_BREAK):
        if len(paragraph) > _LONGEST_ABOUT or not _ABOUT.match(paragraph):
            abstract.append(paragraph)
            continue
        identifiers += [f"doi:{doi.rstrip('.)')}" for doi in _DOI.findall(paragraph)]
        identifiers += [f"pmid:{number}" for number in _PMID.findall(paragraph)]
        if match := _AUTHORS.fullmatch(paragraph):
            authors = match[1]
        elif match := _SOURCE.fullmatch(paragraph):
            journal = match[1]
        elif match := _DATE.match(paragraph):
            published = (match[3], match[2], match[1] or "")
    told = Preface(authors, journal, published, tuple(dict.fromkeys(identifiers)))
    return told, _HEADING.sub("", _BREAK.join(abstract).strip(), count=1) if abstract else ""
