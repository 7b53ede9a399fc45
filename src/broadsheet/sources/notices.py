"""What a title says became of a paper, and titles that are notices about another paper and no papers themselves."""

from __future__ import annotations

import re

from broadsheet.sources.record import StatementKind, StatementRecord

_MARKS: tuple[tuple[re.Pattern[str], StatementKind], ...] = (
    (
        re.compile(r"\s*[\[(]?\s*retracted(?:\s+(?:article|paper|chapter))?\s*(?:[:\])]|[-–—]\s)", re.IGNORECASE),
        "retracted",
    ),
    (re.compile(r"\s*[\[(]?\s*withdrawn(?:\s+(?:article|paper))?\s*(?:[:\])]|[-–—]\s)", re.IGNORECASE), "withdrawn"),
)
_NOTICE = re.compile(
    r"\s*(?:\[?\s*)(?:(?:author|publisher)(?:['’]s)?\s+)?"
    r"(?:retraction(?:\s+(?:note|notice))?|retraction\s+of|correction|corrections|corrigendum|corrigenda|erratum|errata"
    r"|addendum|withdrawal(?:\s+notice)?|removal(?:\s+notice)?|(?:editorial\s+)?expression\s+of\s+concern)"
    r"\s*(?:[:.\]–—]|-\s|to\b|for\b|of\b|on\b|$)",
    re.IGNORECASE,
)


def statements_of_title(title: str) -> tuple[StatementRecord, ...]:
    """What publishers print before the title of a paper that is no longer to be relied on (``RETRACTED: ...``)."""
    return tuple(StatementRecord(kind=kind) for pattern, kind in _MARKS if pattern.match(title))


def is_notice(title: str) -> bool:
    """Whether a title is that of a notice about another paper (``Correction to: ...``, ``Retraction Note: ...``)."""
    return _NOTICE.match(title) is not None
