"""The daily-papers API of this instance: stock clients read it, and followers end with the same papers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Min
from django.test import Client
from huggingface_hub.hf_api import PaperInfo
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.api.serialise import full
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Paper
from broadsheet.sources.follow import DailyPapers
from broadsheet.sources.protocol import HarvestRequest
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
from tests.builders import WEDNESDAY, record, take
from tests.catalogue.worlds import said
from tests.sources.network.fake_door import FakeDoor

SITE = "https://papers.example.org"
FIRST, LAST = WEDNESDAY - timedelta(days=6), WEDNESDAY + timedelta(days=4)
RICH = PaperRecord(
    title="Kites in $\\mathbb{R}^3$",
    abstract="They fly. Code: https://github.com/example/kites and https://example.org/data for all.",
    ref="2510.00001",
    authors=(AuthorRecord(name="Ada Example", orcid="0000-0002-1825-0097"), AuthorRecord(name="Ben Example")),
    organisations=(OrganisationRecord(slug="kites", name="Kite Lab"), OrganisationRecord(slug="air", name="Air Lab")),
    identifiers=(
        IdentifierRecord(scheme="arxiv", value="2510.00001"),
        IdentifierRecord(scheme="doi", value="10.5555/kites.1"),
        IdentifierRecord(scheme="pmid", value="123"),
    ),
    categories=("cs.LG", "cs.CL"),
    links=(
        LinkRecord(kind="dataset", url="https://example.org/kites.zip"),
        LinkRecord(kind="video", url="https://example.org/kites.mp4"),
        LinkRecord(kind="project", url="https://example.org/kites"),
    ),
    keywords=("kite", "air"),
    summary="They do.",
    summary_model="example/writer",
    published_on=date(2025, 10, 1),
    versions=(
        VersionRecord(number=1, submitted_at=datetime(2025, 10, 1, 12, tzinfo=UTC)),
        VersionRecord(number=2, submitted_at=datetime(2025, 10, 9, 8, 30, tzinfo=UTC)),
    ),
    version_number=2,
    licence="https://creativecommons.org/licenses/by/4.0/",
    remarks="12 pages",
    journal_ref="Journal of Air 1, 2 (2025)",
    statements=(
        StatementRecord(kind="published", text="Journal of Air 1, 2 (2025)", url="https://doi.org/10.5555/kites.1"),
        StatementRecord(kind="corrected", text="Erratum", stated_on=date(2025, 10, 12)),
    ),
    listing=ListingRecord(listed_on=WEDNESDAY, rank=3, submitted_by="dee"),
    votes_count=7,
    comments_count=2,
    stars_count=40,
)


def seen(client: Client, **asked: str) -> list[dict]:
    answer = client.get("/api/daily_papers", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def follow(first: date = FIRST, last: date = LAST) -> list[PaperRecord]:
    """Everything that a follower is told, a page a day and more where there is more."""
    client = Client()
    door = FakeDoor(lambda url: client.get(url.removeprefix(SITE)).content)
    pages = DailyPapers(SITE).harvest(door, HarvestRequest(since=first, until=last), None)
    return [told for page in pages for told in page.records]


def catalogue() -> list[dict]:
    """All that is known of every paper, without the names that each instance gives by itself."""
    told = []
    for paper in Paper.objects.order_by("title", "pk"):
        facts = full(paper)
        for own in ("key", "sources"):
            del facts[own]
        for badge in facts["badges"]:
            del badge["sources"]
        facts["id"] = paper.arxiv_id
        facts["listings"] = sorted({listing["date"] for listing in facts["listings"]})
        facts["licence"], facts["remarks"], facts["journal_ref"] = paper.licence, paper.remarks, paper.journal_ref
        facts["organisations"] = sorted(paper.organisations.values_list("slug", "name"))
        # One thing that several sources state is one statement of the Broadsheet that is followed.
        fate = paper.statements.order_by().values_list("kind", "text", "url").annotate(first=Min("stated_on"))
        facts["fate"] = sorted(map(str, fate))
        facts["statements"] = []
        told.append(json.loads(json.dumps(facts, sort_keys=True, default=str)))
    return sorted(told, key=lambda facts: (facts["title"], str(facts["identifiers"])))


def assert_same(after: list[dict], before: list[dict]) -> None:
    """Tell which facts differ, and not that something does."""
    assert [facts["title"] for facts in after] == [facts["title"] for facts in before]
    for one, other in zip(after, before, strict=True):
        assert {name: one[name] for name in one if one[name] != other[name]} == {
            name: other[name] for name in one if one[name] != other[name]
        }


def follow_into_an_empty_one() -> list[dict]:
    """The catalogue of a Broadsheet that had nothing and followed this one."""
    records = follow()
    Paper.objects.all().delete()
    assert take_in(records, source="papers.example.org").refused == []
    return catalogue()


@pytest.mark.django_db
def test_a_follower_has_every_fact_of_a_paper() -> None:
    take(RICH)
    before = catalogue()
    assert before[0]["links"]
    assert before[0]["fate"]
    assert_same(follow_into_an_empty_one(), before)


@pytest.mark.django_db
def test_a_follower_has_a_paper_on_all_its_days_and_one_that_is_on_none() -> None:
    listed = [record("Ink", on=WEDNESDAY + timedelta(days=number), arxiv="2510.00002") for number in (-3, 0, 4)]
    take(*listed, record("Dated and on no page", on=None, published_on=WEDNESDAY, doi="10.5555/dated"))
    before = catalogue()
    assert [len(facts["listings"]) for facts in before] in ([3, 0], [0, 3])
    assert_same(follow_into_an_empty_one(), before)


@pytest.mark.django_db
def test_a_follower_turns_all_pages_of_a_day() -> None:
    take(*[record(f"Number {number} of a long day", votes_count=number) for number in range(230)])
    before = catalogue()
    assert len(follow()) == 230
    assert_same(follow_into_an_empty_one(), before)


@pytest.mark.slow
class TestAnyWorld(TestCase):
    """Whatever sources say of papers, a follower ends with the same papers, links and days."""

    @settings(max_examples=15)
    @given(st.lists(said(), min_size=1, max_size=8))
    def test_it_is_followed_whole(self, world) -> None:
        for one in world:
            take_in([one.record], source=one.source)
        before = [facts for facts in catalogue() if facts["date"]]
        after = follow_into_an_empty_one()
        for facts in (*before, *after):
            # Which of two versions' texts a paper was first told with is not a fact about it.
            facts.pop("versions")
        assert_same(after, before)


@pytest.mark.django_db
def test_stock_clients_read_it(client) -> None:
    take(RICH)
    (item,) = seen(client, date=WEDNESDAY.isoformat())
    info = PaperInfo(**item)
    assert (info.id, info.title, info.summary) == ("2510.00001", RICH.title, RICH.abstract)
    assert [author.name for author in info.authors] == ["Ada Example", "Ben Example"]
    assert (info.upvotes, info.comments, info.github_stars) == (7, 2, 40)
    assert (info.ai_summary, info.ai_keywords) == ("They do.", ["kite", "air"])
    assert info.project_page == "https://example.org/kites"
    assert info.github_repo == "https://github.com/example/kites"
    assert info.published_at == datetime(2025, 10, 1, tzinfo=UTC)
    assert info.submitted_by.username == info.submitted_by.fullname == "dee"
    assert info.organization.name in {"kites", "air"}


@pytest.mark.django_db
def test_one_paper_is_read_by_any_of_its_names(client) -> None:
    take(RICH)
    paper = Paper.objects.get()
    for name in ("2510.00001", "2510.00001v2", "10.5555/kites.1", paper.key):
        info = PaperInfo(**client.get(f"/api/papers/{name}").json())
        assert (info.id, info.title, info.upvotes) == ("2510.00001", RICH.title, 7)
    answer = client.get("/api/papers/2510.99999")
    assert (answer.status_code, answer.json()) == (404, {"error": "Paper not found"})


@pytest.mark.django_db
def test_a_paper_of_which_little_is_known_is_read_too(client) -> None:
    take(record("Bare", on=WEDNESDAY))
    (item,) = seen(client)
    info = PaperInfo(**item)
    assert (info.title, info.upvotes, info.authors, info.submitted_by) == ("Bare", 0, None, None)
    assert info.id == Paper.objects.get().key


@pytest.mark.django_db
def test_days_submitters_order_and_parts_can_be_chosen(client) -> None:
    week = [
        record(
            f"Of day {number}",
            on=None,
            votes_count=10 - number,
            listing=ListingRecord(
                listed_on=WEDNESDAY + timedelta(days=number), submitted_by="dee" if number else "eve"
            ),
        )
        for number in range(5)
    ]
    take(*week)

    def titles(**asked: str) -> list[str]:
        return [item["title"].removeprefix("Of day ") for item in seen(client, **asked)]

    assert titles() == ["4", "3", "2", "1", "0"]
    assert titles(sort="trending") == ["0", "1", "2", "3", "4"]
    assert titles(date=WEDNESDAY.isoformat()) == ["0"]
    assert titles(week="2025-W43") == []
    assert titles(week="2025-W42") == ["4", "3", "2", "1", "0"]
    assert titles(month="2025-10", submitter="dee") == ["4", "3", "2", "1"]
    assert titles(limit="2") == ["4", "3"]
    assert titles(limit="2", p="2") == ["0"]
    assert titles(limit="2", p="3") == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"date": "2025-13-01"}, "date"),
        ({"week": "2025-44"}, "week"),
        ({"month": "October"}, "month"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"p": "-1"}, "p"),
        ({"sort": "votes"}, "sort"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_understood_is_said(client, asked, told) -> None:
    answer = client.get("/api/daily_papers", asked)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{told}=")


@pytest.mark.django_db
def test_announcements_are_told_on(client) -> None:
    told = AnnouncementRecord(category="cs.LG", announced_on=WEDNESDAY, kind="cross")
    take(record("Announced", arxiv="2510.00003", announcements=(told,)))
    (followed,) = follow()
    assert followed.announcements == (told,)
