"""One paper of arXiv as a record, from whatever of its fields a format has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import (
    AuthorRecord,
    IdentifierRecord,
    PaperRecord,
    StatementRecord,
    VersionRecord,
)

SLUG = "arxiv"

_THING = (
    r"(?:paper|article|submission|manuscript|work|pre-?print|e-?print|letter|note|version|document|report|thesis"
    r"|comment)"
)
_WITHDRAWN = re.compile(
    rf"\s*[\[(*]*\s*(?:(?:this|the|our)\s+(?:\S+\s+)?{_THING}\s+(?:\S+\s+)?(?:has\s+been|have\s+been"
    rf"|had\s+been|is\s+being|is|was)\s+(?:temporarily\s+|now\s+)?withdrawn\b"
    rf"|(?:{_THING}\s+)?(?:has\s+been\s+)?withdrawn\s*(?:by\b|due\b|because\b|from\b|for\b|as\b|since\b|until\b|[.,;:!\])]|$)"
    r"|(?:i|we|the\s+authors?)\s+(?:have\s+|has\s+|wish\s+to\s+)?withdr[ae]wn?\s+(?:this|the)\b)",
    re.IGNORECASE,
)
# In the abstract only its beginning may say so, as papers speak of other things that were withdrawn, too.
_LATER = re.compile(
    rf"\b(?:this|the)\s+{_THING}\s+(?:has\s+been|is|was)\s+withdrawn\s+by\s+(?:the\s+)?(?:arXiv|authors?|submitter)",
    re.IGNORECASE,
)
_NOTICE_LENGTH = 1000
_DOI_SEPARATOR = re.compile(r"[\s,;]+")


def unwrapped(text: str) -> str:
    """A text without arXiv's line breaks: only a line that begins with a blank begins a new paragraph.

    That is the rule of info.arxiv.org/help/prep.html. Where a server has indented every line, no line is special.
    """
    lines = text.strip().splitlines()
    if len(lines) < 2:
        return text.strip()
    following = [line for line in lines[1:] if line.strip()]
    is_indented = len(following) > 1 and all(line[0].isspace() for line in following)
    parts = [lines[0].rstrip()]
    for line in following:
        parts += ["\n" if line[0].isspace() and not is_indented else " ", line.strip()]
    return "".join(parts)


def one_line(text: str) -> str:
    """A text with every run of blanks as one."""
    return " ".join(text.split())


def withdrawal_notice(comments: str, abstract: str) -> str:
    """What says that a paper is withdrawn, in its comments or at the beginning of its abstract; empty where nothing."""
    if "ithdr" not in comments and "ithdr" not in abstract and "ITHDRAWN" not in f"{comments}{abstract}":
        return ""
    if _WITHDRAWN.match(comments) or _LATER.search(comments):
        return comments[:_NOTICE_LENGTH]
    if _WITHDRAWN.match(abstract) or _LATER.match(abstract):
        return abstract[:_NOTICE_LENGTH]
    return ""


def build_paper(
    *,
    arxiv_id: str,
    title: str,
    abstract: str,
    authors: tuple[AuthorRecord, ...],
    categories: Iterable[str],
    where: str,
    comments: str = "",
    report_number: str = "",
    journal_ref: str = "",
    doi: str = "",
    licence: str = "",
    published_on: date | None = None,
    changed_on: date | None = None,
    versions: tuple[VersionRecord, ...] = (),
    has_no_text: bool = False,
) -> PaperRecord:
    """The record of one paper. ``has_no_text`` says that its newest version is empty, as withdrawals are.

    The DOI that arXiv states is that of the published version, which is the same paper, so it is one of its names; of
    several the first one is, the others being those of errata and the like. Raises ``FieldError`` where the identifier
    is none or the title is missing.
    """
    identifier = parse_identifier(arxiv_id)
    if identifier is None or identifier.scheme != "arxiv":
        raise FieldError(f"{arxiv_id[:40]!r} is no arXiv identifier")
    title, comments, journal_ref = one_line(title), one_line(comments), one_line(journal_ref)
    if not title:
        raise FieldError("the paper has no title")
    abstract = unwrapped(abstract)
    published = _first_doi(doi)
    last = versions[-1] if versions else None
    statements = []
    if journal_ref or published:
        url = f"https://doi.org/{published.value}" if published else ""
        statements.append(StatementRecord(kind="published", text=journal_ref, url=url))
    notice = withdrawal_notice(comments, abstract)
    if notice or has_no_text:
        day = last.submitted_at.date() if last and last.submitted_at else changed_on
        statements.append(StatementRecord(kind="withdrawn", text=notice, stated_on=day))
    remarks = "; ".join(part for part in (comments, report_number and f"Report-no: {one_line(report_number)}") if part)
    return PaperRecord(
        title=title,
        abstract=abstract,
        ref=identifier.value,
        authors=authors,
        identifiers=(identifier.record, published) if published else (identifier.record,),
        categories=tuple(dict.fromkeys(categories)),
        published_on=published_on,
        version_number=last.number if last else identifier.version,
        version_at=last.submitted_at if last else None,
        versions=versions,
        licence=licence.strip(),
        remarks=remarks,
        journal_ref=journal_ref,
        statements=tuple(statements),
        is_lossy="\ufffd" in title or "\ufffd" in abstract,
        where=where,
    )


def _first_doi(text: str) -> IdentifierRecord | None:
    for part in _DOI_SEPARATOR.split(text.strip()):
        parsed = parse_identifier(part) if part else None
        if parsed is not None and parsed.scheme == "doi":
            return parsed.record
    return None
