"""Each rule has its reason and place; the records around a refused one are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Authorship, Category, Identifier, Link, Listing, Organisation, Paper
from broadsheet.sources.record import (
    AnnouncementRecord,
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    StatementRecord,
    VersionRecord,
)
from tests.builders import SOURCE, WEDNESDAY, record, take

pytestmark = pytest.mark.django_db

TOO_FAR = timezone.localdate() + timedelta(days=400)
BROKEN = {
    "empty title": ({"title": " \t"}, "the title is empty"),
    "title of nothing but NUL": ({"title": "\x00"}, "the title is empty"),
    "long title": ({"title": "t" * 1_001}, "the title has 1,001 characters, more than 1,000"),
    "long abstract": ({"abstract": "a" * 50_001}, "the abstract has 50,001 characters, more than 50,000"),
    "many authors": (
        {"authors": tuple(AuthorRecord(name="A") for _ in range(10_001))},
        "it names 10,001 authors, more than 10,000",
    ),
    "nameless author": ({"authors": (AuthorRecord(name=" "),)}, "an author's name is empty or longer than 500"),
    "long author": ({"authors": (AuthorRecord(name="n" * 501),)}, "an author's name is empty or longer than 500"),
    "long ORCID": ({"authors": (AuthorRecord(name="A", orcid="0" * 20),)}, "an author's ORCID is longer than 19"),
    "too old": ({"published_on": date(1599, 12, 31)}, "the date 1599-12-31 is before 1600"),
    "too far ahead": ({"published_on": TOO_FAR}, "or more than a year ahead"),
    "listed too far ahead": ({"listing": ListingRecord(listed_on=TOO_FAR)}, "or more than a year ahead"),
    "many votes": ({"votes_count": 2**31}, "the number of votes is 2147483648, not from 0 to 2,147,483,647"),
    "negative votes": ({"votes_count": -1}, "the number of votes is -1"),
    "many comments": ({"comments_count": 2**40}, "the number of comments is 1099511627776"),
    "many stars": ({"stars_count": 2**31}, "the number of stars is 2147483648"),
    "long summary": ({"summary": "s" * 50_001}, "the summary has 50,001 characters, more than 50,000"),
    "long name of a model": ({"summary_model": "m" * 201}, "what wrote the summary is longer than 200"),
    "many authors counted": ({"author_count": 2**31}, "the number of authors is 2147483648"),
    "high rank": ({"listing": ListingRecord(listed_on=WEDNESDAY, rank=2**31)}, "the rank is 2147483648"),
    "high version": ({"version_number": 32_768}, "the version is 32768, not from 0 to 32,767"),
    "long key": ({"ref": "r" * 301}, "the source's key is longer than 300"),
    "long identifier": (
        {"identifiers": (IdentifierRecord(scheme="doi", value="1" * 301),)},
        "an identifier is longer than 300",
    ),
    "long scheme": ({"identifiers": (IdentifierRecord(scheme="s" * 41, value="1"),)}, "scheme is longer than 40"),
    "empty identifier": ({"identifiers": (IdentifierRecord(scheme="doi", value=""),)}, "an identifier or a category"),
    "long category": ({"categories": ("c" * 101,)}, "a category is longer than 100"),
    "empty category": ({"categories": ("",)}, "an identifier or a category is empty"),
    "long organisation": (
        {"organisations": (OrganisationRecord(slug="o", name="o" * 301),)},
        "an organisation's name is longer than 300",
    ),
    "long organisation slug": (
        {"organisations": (OrganisationRecord(slug="o" * 201, name="o"),)},
        "an organisation's short name is longer than 200",
    ),
    "long remarks": ({"remarks": "r" * 10_001}, "the remarks or the journal's reference are longer than 10,000"),
    "long statement": (
        {"statements": (StatementRecord(kind="published", text="s" * 6_000, url="u" * 4_001),)},
        "a statement is longer than 10,000",
    ),
    "odd statement": ({"statements": (StatementRecord(kind="praised"),)}, "of a kind that is not known"),
    "stated too far ahead": (
        {"statements": (StatementRecord(kind="retracted", stated_on=TOO_FAR),)},
        "or more than a year ahead",
    ),
    "odd announcement": (
        {"announcements": (AnnouncementRecord(category="cs.CL", announced_on=WEDNESDAY, kind="old"),)},
        "of a kind that is not known",
    ),
    "announced nowhere": (
        {"announcements": (AnnouncementRecord(category="", announced_on=WEDNESDAY),)},
        "an identifier or a category is empty",
    ),
    "announced too early": (
        {"announcements": (AnnouncementRecord(category="cs.CL", announced_on=date(1200, 1, 1)),)},
        "the date 1200-01-01 is before 1600",
    ),
    "long announced category": (
        {"announcements": (AnnouncementRecord(category="c" * 101, announced_on=WEDNESDAY),)},
        "a category is longer than 100",
    ),
    "high listed version": ({"versions": (VersionRecord(number=40_000),)}, "the version is 40000"),
    "old version": (
        {"versions": (VersionRecord(number=1, submitted_at=datetime(1, 1, 1, tzinfo=UTC)),)},
        "the date 0001-01-01 is before 1600",
    ),
    "many versions": (
        {"versions": tuple(VersionRecord(number=n) for n in range(1, 1_002))},
        "more than 1,000 versions, statements or announcements",
    ),
    "identifier that grows": (
        {"identifiers": (IdentifierRecord(scheme="doi", value="10.5555/" + "İ" * 200),)},
        "an identifier is longer than 300",
    ),
    "long submitter": (
        {"listing": ListingRecord(listed_on=WEDNESDAY, submitted_by="s" * 201)},
        "the name of who listed it is longer than 200",
    ),
}


@pytest.mark.parametrize(("fields", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_it_says_where_and_why_and_keeps_the_others(fields, reason) -> None:
    bad = replace(PaperRecord(title="A paper that is not kept", where="papers.jsonl:2"), **fields)
    result = take_in([record("The one before"), bad, record("The one after")], source=SOURCE)
    assert [refused.where for refused in result.refused] == ["papers.jsonl:2"]
    assert reason in result.refused[0].reason
    assert (result.created, result.read) == (2, 3)
    assert set(Paper.objects.values_list("title", flat=True)) == {"The one before", "The one after"}


def test_it_passes_on_what_the_source_could_not_read() -> None:
    bad = BadRecord(where="page.txt:12", reason="a title without an abstract")
    result = take_in([bad, record("A paper")], source=SOURCE)
    assert result.refused == [bad]
    assert result.created == 1


def test_it_takes_what_lies_exactly_on_the_limits() -> None:
    take(
        PaperRecord(
            title="t" * 1_000,
            abstract="a" * 50_000,
            authors=(AuthorRecord(name="n" * 500, orcid="0000-0002-1825-0097"),),
            published_on=date(1600, 1, 1),
            votes_count=2**31 - 1,
            version_number=32_767,
            identifiers=(IdentifierRecord(scheme="s" * 40, value="v" * 300),),
            categories=("c" * 100,),
        )
    )
    paper = Paper.objects.get()
    assert (len(paper.title), len(paper.abstract), paper.votes_count) == (1_000, 50_000, 2**31 - 1)


def test_it_stores_texts_with_nul_and_half_surrogates_without_them() -> None:
    dirt = "\x00\ud800"
    take(
        PaperRecord(
            title=f"A dirty{dirt} title",
            abstract=f"It holds{dirt} dirt.",
            ref=f"key{dirt}",
            authors=(AuthorRecord(name=f"Ada{dirt} Reader"),),
            organisations=(OrganisationRecord(slug=f"acme{dirt}", name=f"ACME{dirt}"),),
            identifiers=(IdentifierRecord(scheme="doi", value=f"10.5555/a{dirt}"),),
            categories=(f"cs.CL{dirt}",),
            links=(LinkRecord(kind="code", url=f"https://example.org/{dirt}"),),
            keywords=(f"dirt{dirt}",),
            listing=ListingRecord(listed_on=WEDNESDAY, submitted_by=f"ann{dirt}"),
            remarks=f"12{dirt} pages",
            statements=(StatementRecord(kind="published", text=f"J.{dirt} 5"),),
        )
    )
    paper = Paper.objects.get()
    told = [
        paper.title,
        paper.abstract,
        *paper.keywords,
        paper.remarks,
        paper.statements.get().text,
        Authorship.objects.get().name,
        Organisation.objects.get().name,
    ]
    told += [Identifier.objects.get().value, Category.objects.get().code, Listing.objects.get().submitted_by]
    told += Link.objects.values_list("url", flat=True)
    assert told[0] == "A dirty? title"
    assert not any("\x00" in text or "\ud800" in text for text in told)
