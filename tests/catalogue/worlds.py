"""Strategies that make what two sources might say of a few papers, in any order and any parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from broadsheet.sources.record import (
    AnnouncementRecord,
    AuthorRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    StatementRecord,
    VersionRecord,
)

SOURCES = ("huggingface", "jsonl:archive", "arxiv", "crossref", "feed:journal")
FIRST_DAY = date(2025, 10, 13)
# Papers 0 and 1 are twins: one title, two arXiv identifiers; whoever speaks of them always gives the identifier.
TITLES = (
    ("Reading the front page twice", "Reading the front page twice"),
    ("Reading the front page twice", "Reading the front page twice, revised"),
    ("Counting columns in $O(n)$ time", "Counting Columns: a second look"),
    ("Ink", "Ink and paper, a long story"),
)
TWINS = 2


@dataclass(frozen=True)
class Said:
    """A record and who says it."""

    source: str
    record: PaperRecord


@st.composite
def said(draw: st.DrawFn) -> Said:
    """One record of one of the papers, with whatever part of the facts its source happens to give."""
    number, source = draw(st.integers(0, len(TITLES) - 1)), draw(st.sampled_from(SOURCES))
    is_named = number < TWINS or draw(st.booleans())
    identifiers = [IdentifierRecord(scheme="arxiv", value=f"2510.0000{number}")] if is_named else []
    if draw(st.booleans()):
        identifiers.append(IdentifierRecord(scheme="doi", value=f"10.5555/paper.{number}"))
    authors = tuple(AuthorRecord(name=f"{name} {number}{name}") for name in ("Ada", "Ben", "Chi"))
    day = draw(st.none() | st.integers(0, 2).map(lambda n: FIRST_DAY + timedelta(days=n)))
    listing = (
        ListingRecord(
            listed_on=day,
            rank=draw(st.none() | st.integers(1, 3)),
            submitted_by=draw(st.sampled_from(["", "ann", "bob"])),
        )
        if day
        else None
    )
    return Said(
        source,
        PaperRecord(
            title=draw(st.sampled_from(TITLES[number])),
            abstract=draw(st.sampled_from(["", f"Short, of {number}.", f"A longer abstract of paper {number}."])),
            ref=f"ref-{number}" if draw(st.booleans()) else "",
            authors=authors[: draw(st.integers(0, 3))],
            author_count=draw(st.none() | st.just(3)),
            organisations=draw(st.sampled_from([(), _organisation("acme"), _organisation("ACME Laboratories")])),
            identifiers=tuple(identifiers),
            categories=draw(st.sampled_from([(), ("cs.CL",), ("cs.LG", "cs.CL")])),
            links=draw(st.sampled_from([(), (LinkRecord(kind="code", url=f"https://github.com/example/{number}"),)])),
            published_on=draw(st.none() | st.just(FIRST_DAY - timedelta(days=number))),
            version_number=draw(st.none() | st.integers(1, 2)),
            listing=listing,
            votes_count=draw(st.none() | st.integers(0, 9)),
            comments_count=draw(st.none() | st.integers(0, 3)),
            stars_count=draw(st.none() | st.integers(0, 3)),
            summary=draw(st.sampled_from(["", "In short.", "In other words."])),
            licence=draw(st.sampled_from(["", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"])),
            remarks=draw(st.sampled_from(["", "12 pages", f"Code: https://github.com/example/second-{number}"])),
            journal_ref=draw(st.sampled_from(["", "Journal of Pages 5, 2 (2025)"])),
            versions=draw(st.lists(versions(), max_size=3).map(tuple)),
            statements=draw(st.lists(statements(), max_size=2).map(tuple)),
            announcements=draw(st.lists(announcements(), max_size=3).map(tuple)),
            is_lossy=draw(st.booleans()),
            where=f"world:{number}",
        ),
    )


def versions() -> st.SearchStrategy[VersionRecord]:
    """One version in a list of versions, with or without its date."""
    moments = st.integers(0, 3).map(lambda n: datetime(2025, 10, 1 + n, 12, tzinfo=UTC))
    return st.builds(VersionRecord, number=st.integers(1, 3), submitted_at=st.none() | moments)


def statements() -> st.SearchStrategy[StatementRecord]:
    """What became of a paper."""
    return st.builds(
        StatementRecord,
        kind=st.sampled_from(["published", "withdrawn", "retracted", "corrected"]),
        text=st.sampled_from(["", "Journal of Pages 5"]),
        url=st.sampled_from(["", "https://example.org/notice", "javascript:alert(1)"]),
        stated_on=st.none() | st.integers(0, 2).map(lambda n: FIRST_DAY + timedelta(days=n)),
    )


def announcements() -> st.SearchStrategy[AnnouncementRecord]:
    """An announcement in one of two categories on one of three days."""
    return st.builds(
        AnnouncementRecord,
        category=st.sampled_from(["cs.CL", "cs.LG"]),
        announced_on=st.integers(0, 2).map(lambda n: FIRST_DAY + timedelta(days=n)),
        kind=st.sampled_from(["new", "cross", "replace", "replace-cross"]),
        is_estimated=st.booleans(),
    )


def _organisation(name: str) -> tuple[OrganisationRecord, ...]:
    return (OrganisationRecord(slug="acme", name=name),)


@st.composite
def anything(draw: st.DrawFn) -> Said:
    """A record that may contradict every other one: names, titles and authors are drawn from one small hat."""
    schemes = draw(st.sets(st.sampled_from(["arxiv", "doi", "openreview"])))
    names = draw(st.lists(st.sampled_from(["Ada A", "Ben B", "Chi C"]), max_size=2))
    return Said(
        draw(st.sampled_from(SOURCES)),
        PaperRecord(
            title=draw(st.sampled_from(["One title of many words", "Another title of many words", "Ink", "?", "!"])),
            abstract=draw(st.sampled_from(["", "Short.", "Longer than that."])),
            ref=draw(st.sampled_from(["", "", "a", "b"])),
            authors=tuple(AuthorRecord(name=name) for name in names),
            identifiers=tuple(
                IdentifierRecord(scheme=scheme, value=draw(st.sampled_from("12"))) for scheme in sorted(schemes)
            ),
            listing=draw(st.none() | st.builds(ListingRecord, listed_on=st.just(FIRST_DAY), rank=st.integers(1, 3))),
            votes_count=draw(st.none() | st.integers(0, 9)),
            where="anything:1",
        ),
    )
