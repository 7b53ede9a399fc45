"""Hugging Face, or any server with its daily-papers API: days, pages, and servers that do not do as they are told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from broadsheet.sources.door import StatusError
from broadsheet.sources.follow import HUGGING_FACE, DailyPapers, read_day, read_paper
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import HarvestRequest, Page
from broadsheet.sources.record import (
    AnnouncementRecord,
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    SourceError,
)
from tests.sources.network.fake_door import FakeDoor

SITE = "https://papers.example.org"
DAY = date(2025, 10, 14)


def paper(number: int, day: date | None = DAY, **fields: Any) -> dict[str, Any]:
    """One item as a list has it; without a day it does not say on which it was listed."""
    told = {"id": f"2510.{number:05}", "title": f"Paper {number}", "summary": "Of kites.", "upvotes": number} | fields
    if day is not None:
        told["submittedOnDailyAt"] = f"{day}T03:04:05.000Z"
    return {"paper": told, "title": told["title"], "numComments": 1}


class Server:
    """A server with some papers a day that may cut pages short, or not heed what it is asked."""

    def __init__(self, days: dict[date, list[dict[str, Any]]], most: int = 100, ignores: str = "") -> None:
        self.days, self.most, self.ignores = days, most, ignores

    def __call__(self, url: str) -> object:
        assert urlsplit(url).path == "/api/daily_papers"
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        day = max(self.days) if self.ignores == "date" else date.fromisoformat(asked["date"])
        number = 0 if self.ignores == "p" else int(asked["p"])
        size = min(int(asked["limit"]), self.most)
        return self.days.get(day, [])[number * size : (number + 1) * size]


def harvest(server: object, *, until: date = DAY, checkpoint: Any = None) -> tuple[list[Page], FakeDoor]:
    door = FakeDoor(server)
    request = HarvestRequest(since=DAY, until=until)
    return list(DailyPapers(SITE).harvest(door, request, checkpoint)), door


def refs(pages: list[Page]) -> list[str]:
    return [record.ref for page in pages for record in page.records]


def test_a_day_is_read_with_its_figures() -> None:
    item = paper(
        7,
        authors=[{"name": "Ada Example"}],
        organization={"name": "kites", "fullname": "Kite Lab"},
        submittedOnDailyBy={"user": "dee"},
        ai_summary="None fly.",
        ai_keywords=["kite"],
        githubRepo="https://github.com/example/kites",
        githubStars=5,
    )
    pages, door = harvest(Server({DAY: [item]}))
    (record,) = pages[0].records
    assert record.title == "Paper 7"
    assert record.authors == (AuthorRecord(name="Ada Example"),)
    assert record.identifiers == (IdentifierRecord(scheme="arxiv", value="2510.00007"),)
    assert record.organisations == (OrganisationRecord(slug="kites", name="Kite Lab"),)
    assert record.links == (LinkRecord(kind="code", url="https://github.com/example/kites"),)
    assert record.listing == ListingRecord(listed_on=DAY, rank=1, submitted_by="dee")
    assert (record.summary, record.keywords) == ("None fly.", ("kite",))
    assert (record.votes_count, record.comments_count, record.stars_count) == (7, 1, 5)
    assert door.asked[0] == f"{SITE}/api/daily_papers?date=2025-10-14&p=0&limit=100"


@pytest.mark.parametrize("most", [100, 50, 7])
def test_all_pages_are_turned_also_of_a_server_that_cuts_them_short(most: int) -> None:
    pages, _ = harvest(Server({DAY: [paper(number) for number in range(120)]}, most))
    assert refs(pages) == [f"2510.{number:05}" for number in range(120)]
    assert [record.listing.rank for page in pages for record in page.records] == list(range(1, 121))


def test_days_without_papers_are_passed_over() -> None:
    later = DAY + timedelta(days=3)
    pages, _ = harvest(Server({DAY: [paper(1)], later: [paper(2, later)]}), until=later)
    assert refs(pages) == ["2510.00001", "2510.00002"]
    assert [record.listing.listed_on for page in pages for record in page.records] == [DAY, later]
    assert pages[-1] == Page()
    assert harvest(Server({}))[0] == [Page()]


def test_it_goes_on_behind_every_page() -> None:
    days = [DAY + timedelta(days=number) for number in range(3)]
    server = Server({day: [paper(10 * at + it, day) for it in range(5)] for at, day in enumerate(days)}, most=2)
    whole, _ = harvest(server, until=days[-1])
    assert len(refs(whole)) == 15
    for number, page in enumerate(whole[:-1], 1):
        rest, _ = harvest(server, checkpoint=json.loads(json.dumps(page.checkpoint)))
        assert refs(whole[:number]) + refs(rest) == refs(whole)
        assert [it.listing.rank for told in (*whole[:number], *rest) for it in told.records] == [1, 2, 3, 4, 5] * 3


def test_the_last_days_are_asked_for_by_default() -> None:
    door = FakeDoor(Server({}))
    list(DailyPapers(SITE, today=lambda: DAY).harvest(door, HarvestRequest(), None))
    assert [parse_qs(urlsplit(url).query)["date"] for url in door.asked] == [
        ["2025-10-12"],
        ["2025-10-13"],
        ["2025-10-14"],
    ]


def test_items_that_do_not_say_their_day_belong_to_the_one_asked_for() -> None:
    pages, _ = harvest(Server({DAY: [paper(1, None)]}))
    assert pages[0].records[0].listing.listed_on == DAY


def test_a_server_that_turns_no_pages_is_not_asked_for_ever() -> None:
    pages, door = harvest(Server({DAY: [paper(number) for number in range(3)]}, ignores="p"))
    assert len(refs(pages)) == 3
    assert len(door.asked) == 2
    # Nor where not one of its items can be read.
    pages, door = harvest(lambda url: [{"paper": {}}, {"paper": {}}])
    assert [len(page.records) for page in pages] == [2, 0]
    assert len(door.asked) == 2


def test_a_server_that_does_not_heed_the_day_is_found_out() -> None:
    today = DAY + timedelta(days=9)
    with pytest.raises(
        SourceError, match=r"asked for 2025-10-14 and answered with papers of 2025-10-23: the server does"
    ):
        harvest(Server({today: [paper(1, today)]}, ignores="date"))
    with pytest.raises(
        SourceError, match=r"asked for 2025-10-15 and answered with the same papers as for the day before"
    ):
        harvest(Server({DAY: [paper(1, None), paper(2, None)]}, ignores="date"), until=DAY + timedelta(days=1))
    # A day that begins a few hours earlier there is one.
    before = DAY - timedelta(days=1)
    pages, _ = harvest(Server({DAY: [paper(1, before)]}))
    assert pages[0].records[0].listing.listed_on == before


def test_a_paper_that_stands_on_two_days_is_no_fault() -> None:
    later = DAY + timedelta(days=1)
    for stated in (None, DAY):
        items = [paper(1, stated)] if stated is None else [paper(1), paper(2)]
        again = items if stated is None else [paper(1, later), paper(2, later)]
        pages, _ = harvest(Server({DAY: items, later: again}), until=later)
        assert len(refs(pages)) == 2 * len(items)
    pages, _ = harvest(Server({DAY: [paper(1), paper(2)], later: [paper(2, later)]}), until=later)
    assert refs(pages) == ["2510.00001", "2510.00002", "2510.00002"]


def test_one_bad_item_does_not_cost_the_others() -> None:
    pages, _ = harvest(Server({DAY: [paper(1), {"paper": {"id": "2510.00002"}}, "x", paper(3)]}))
    reasons = [record.reason for record in pages[0].records if isinstance(record, BadRecord)]
    assert reasons == ["the paper has no title", "the item is text, and not that of a Python dictionary"]
    assert len(pages[0].records) == 4


@pytest.mark.parametrize("content", [b"<html>", b'{"error": "Not found"}', b"{}", b"[1,", b"7"])
def test_an_answer_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="answer"):
        list(read_day(content, "answer"))


def test_a_server_without_the_api_is_a_fault_and_not_an_empty_day() -> None:
    with pytest.raises(StatusError):
        harvest({})


@pytest.mark.parametrize("status", [400, 404])
def test_a_server_may_not_have_today_yet(status: int) -> None:
    today = DAY + timedelta(days=1)
    server = Server({DAY: [paper(1)]})

    def behind(url: str) -> object:
        return StatusError("no such day", status) if str(today) in url else server(url)

    request = HarvestRequest(since=DAY, until=today)
    pages = list(DailyPapers(SITE, today=lambda: today).harvest(FakeDoor(behind), request, None))
    assert refs(pages) == ["2510.00001"]
    assert pages[-1] == Page()
    # It is a fault on a day that is over, and of a server that has answered nothing.
    over = DailyPapers(SITE, today=lambda: today + timedelta(days=1))
    with pytest.raises(StatusError):
        list(over.harvest(FakeDoor(behind), request, None))
    with pytest.raises(StatusError):
        list(DailyPapers(SITE, today=lambda: today).harvest(FakeDoor(behind), HarvestRequest(since=today), None))


def test_one_paper_is_asked_for_by_arxiv_identifier() -> None:
    flat = paper(1)["paper"] | {"numComments": 4}
    door = FakeDoor({f"{HUGGING_FACE}/api/papers/2510.00001": flat, f"{HUGGING_FACE}/api/papers/hep-th/9901001": flat})
    asked = ["2510.00001", "hep-th/9901001", "2510.99999", "10.5555/x"]
    found = list(DailyPapers().fetch(door, [parse_identifier(name) for name in asked]))
    assert [record.title for record in found] == ["Paper 1", "Paper 1"]
    assert found[0].listing == ListingRecord(listed_on=DAY, rank=None)
    assert found[0].comments_count == 4
    assert len(door.asked) == 3
    assert [type(record) for record in read_paper(b'{"id": "2510.00001"}', "answer")] == [BadRecord]
    with pytest.raises(SourceError, match="not a paper"):
        list(read_paper(b"[]", "answer"))


@pytest.mark.parametrize(
    ("address", "name", "slug"),
    [
        ("https://huggingface.co", "huggingface", "huggingface"),
        ("https://www.huggingface.co/", "huggingface", "huggingface"),
        ("https://papers.example.org/", "follow:https://papers.example.org", "papers.example.org"),
        ("http://127.0.0.1:8001/daily/", "follow:http://127.0.0.1:8001/daily", "127.0.0.1"),
    ],
)
def test_a_source_is_called_by_its_server(address: str, name: str, slug: str) -> None:
    source = DailyPapers(address)
    assert (source.name, source.slug) == (name, slug)


EXCHANGED = {
    "key": "7m2k9qx4ta",
    "listed_on": "2025-10-14",
    "submitted_by": "dee",
    "published_on": "2025-10-01",
    "author_count": 2,
    "authors": [{"name": "Ada Example", "orcid": "0000-0002-1825-0097"}, {"name": "  "}],
    "identifiers": [{"scheme": "doi", "value": "10.5555/kites"}, {"scheme": "", "value": "x"}],
    "links": [{"kind": "model", "url": "https://example.org/m"}, {"kind": "new kind", "url": "https://example.org/n"}],
    "announcements": [
        {"category": "cs.LG", "announced_on": "2025-10-13", "kind": "cross", "is_estimated": True},
        {"category": "cs.LG", "announced_on": "2025-10-13", "kind": "shouted"},
    ],
    "statements": [{"kind": "applauded"}],
}


def test_what_another_broadsheet_says_beyond_the_shape_is_exact() -> None:
    (record,) = read_day(json.dumps([paper(1, broadsheet=EXCHANGED)]).encode(), "answer", DAY + timedelta(days=5))
    assert record.ref == "7m2k9qx4ta"
    assert record.listing == ListingRecord(listed_on=DAY, rank=1, submitted_by="dee")
    assert record.authors == (AuthorRecord(name="Ada Example", orcid="0000-0002-1825-0097"),)
    assert record.identifiers == (IdentifierRecord(scheme="doi", value="10.5555/kites"),)
    assert [(link.kind, link.url) for link in record.links] == [
        ("model", "https://example.org/m"),
        ("other", "https://example.org/n"),
    ]
    told = AnnouncementRecord(category="cs.LG", announced_on=date(2025, 10, 13), kind="cross", is_estimated=True)
    assert (record.announcements, record.statements) == ((told,), ())
    # A paper that is dated and on no day's page is on none here either.
    (dated,) = read_day(json.dumps([paper(1, broadsheet=EXCHANGED | {"listed_on": None})]).encode(), "answer", DAY)
    assert (dated.listing, dated.published_on) == (None, date(2025, 10, 1))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("yes", "broadsheet is text, not an object"),
        ({"links": {}}, "links is an object, not a list"),
        ({"versions": [{"number": 1, "submitted_at": "soon"}]}, "submitted_at is not a time: 'soon'"),
        ({"versions": [{"number": 1, "submitted_at": "2025-10-01T00:00:00"}]}, "submitted_at has no time zone"),
        ({"listed_on": "soon"}, "listed_on is not a date: 'soon'"),
    ],
)
def test_what_it_says_wrongly_is_a_bad_record(told: object, reason: str) -> None:
    (record,) = read_day(json.dumps([paper(1, broadsheet=told)]).encode(), "answer")
    assert isinstance(record, BadRecord)
    assert record.reason.startswith(reason)
