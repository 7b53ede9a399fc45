"""A feed server and a daily-papers server with all that goes wrong on the internet, behind the real door.

Whatever happens, the harvest says what is wrong or brings every paper; what it brought before a fault is whole, and
what it did not bring comes with the next harvest.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from broadsheet.sources.crossref import Crossref
from broadsheet.sources.door import BusyError, FetchError, RefusedAddressError, StatusError, TooLargeError, TooSlowError
from broadsheet.sources.feeds import Feed
from broadsheet.sources.follow import DailyPapers
from broadsheet.sources.http import Limits
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import HarvestRequest, Page, Source
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError
from broadsheet.sources.semantic_scholar import SemanticScholar
from tests.fakes import servers
from tests.fakes.servers import FakeServer, Reply, Request, answer
from tests.sources.http.lines import Hands, Make
from tests.sources.network import feeds

TITLES = [f"Paper {number}" for number in range(30)]
FEED = feeds.rss(*(f"<title>{title}</title><guid>{title}</guid>" for title in TITLES)).encode()
HTML = "<!DOCTYPE html><html><body>Please prove that you are not a robot.</body></html>"
BOMB = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel/></rss>'
DAY = date(2025, 10, 14)
LIMITS = Limits(total=2.0, read=0.4, size=2_000_000)

# What the server does for ever, and what the harvest says of it.
FAULTS: dict[str, tuple[Reply, type[Exception], str]] = {
    "no such feed": (answer("gone", 404), StatusError, "404"),
    "broken": (answer("oops", 500), StatusError, "500"),
    "busy for an hour": (answer("later", 503, Retry_After="3600"), BusyError, "503"),
    "a web page": (answer(HTML, content_type="text/html"), SourceError, "web page"),
    "an XML bomb": (answer(BOMB), SourceError, "declares types or entities"),
    "a gzip bomb": (servers.gzip_bomb(20_000_000), TooLargeError, "http|file"),
    "a body without end": (servers.endless_chunks(), TooLargeError, "http|file"),
    "a slow body": (servers.slow_body(FEED, 0.2), TooSlowError, "http|file"),
    "silence": (servers.silence, TooSlowError, "http|file"),
    "a body that ends early": (servers.cut_off(FEED, 700), FetchError, "http|file"),
    "a hang-up": (servers.hang_up, FetchError, "http|file"),
    "a way to a private address": (servers.redirect("http://10.0.0.1/feed"), RefusedAddressError, "http|file"),
    "a way to a file": (servers.redirect("file:///etc/passwd"), RefusedAddressError, "http|file"),
    "a way in circles": (servers.redirect("/feed"), FetchError, "http|file"),
    "nothing": (answer(b""), SourceError, "not a feed"),
}


def harvest(
    source: Source, door: object, request: HarvestRequest | None = None, checkpoint: object = None
) -> list[Page]:
    return list(source.harvest(door, request or HarvestRequest(), checkpoint))


def titles(pages: list[Page]) -> list[str]:
    return [record.title for page in pages for record in page.records if isinstance(record, PaperRecord)]


@pytest.mark.parametrize("name", FAULTS)
def test_a_feed_that_cannot_be_had_is_a_fault_and_comes_whole_when_it_can(
    server: FakeServer, make_door: Make, name: str
) -> None:
    reply, error, told = FAULTS[name]
    server.on("/feed", reply)
    door = make_door(limits=LIMITS, patience=30.0)
    with pytest.raises(error, match=told):
        harvest(Feed(f"{server.url}/feed"), door)
    server.on("/feed", answer(FEED))
    # A host that asked for an hour of patience gets it; the next harvest comes later.
    later = make_door(limits=LIMITS, patience=30.0, clock=_later().clock())
    assert titles(harvest(Feed(f"{server.url}/feed"), later)) == TITLES


def _later() -> Hands:
    hands = Hands()
    hands.move(7_200)
    return hands


@pytest.mark.parametrize(
    "first",
    [
        answer("later", 503, Retry_After="2"),
        answer("later", 429, Retry_After="Tue, 14 Nov 2023 22:13:25 GMT"),
        answer("oops", 502),
        servers.hang_up,
        servers.cut_off(FEED, 700),
        servers.redirect("/elsewhere"),
        servers.wrong_length(FEED, len(FEED) + 9),
    ],
    ids=["503", "429 until a time", "502", "a hang-up", "a body that ends early", "a redirect", "a wrong length"],
)
def test_what_passes_by_itself_is_waited_for(server: FakeServer, make_door: Make, first: Reply) -> None:
    server.on("/feed", first, answer(FEED)).on("/elsewhere", answer(FEED))
    assert titles(harvest(Feed(f"{server.url}/feed"), make_door())) == TITLES


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "nonsense"])
def test_a_feed_under_a_wrong_charset_is_read(server: FakeServer, make_door: Make, charset: str) -> None:
    content = feeds.rss("<title>Drächen über Köln</title>").encode()
    server.on("/feed", answer(content, content_type=f"application/rss+xml; charset={charset}"))
    assert titles(harvest(Feed(f"{server.url}/feed"), make_door())) == ["Drächen über Köln"]


def test_a_feed_that_is_cut_where_it_is_made_says_so(server: FakeServer, make_door: Make) -> None:
    server.on("/feed", answer(FEED[:-300]))
    (page,) = harvest(Feed(f"{server.url}/feed"), make_door())
    assert titles([page]) == TITLES[: len(page.records) - 1]
    assert isinstance(page.records[-1], BadRecord)
    assert len(page.records) > 20


class Daily:
    """A server of daily papers that may repeat, shuffle and forget."""

    def __init__(self, spoil: Callable[[list[dict], int], list[dict]] = lambda items, number: items) -> None:
        self.spoil = spoil
        self.faults: list[Reply] = []

    def __call__(self, request: Request) -> Reply:
        if self.faults:
            return self.faults.pop(0)
        day, number = request.query["date"], int(request.query["p"])
        items = [
            {"paper": {"id": f"2510.{it:05}", "title": title, "submittedOnDailyAt": f"{day}T00:00:00.000Z"}}
            for it, title in enumerate(TITLES)
        ]
        part = items[number * 10 : number * 10 + 10] if day in {str(DAY), str(DAY + timedelta(days=1))} else []
        return answer(json.dumps(self.spoil(part, number)), content_type="application/json")


REQUEST = HarvestRequest(since=DAY, until=DAY + timedelta(days=2))


def repeated(items: list[dict], number: int) -> list[dict]:
    return items + items[:3]


def shuffled(items: list[dict], number: int) -> list[dict]:
    return random.Random(number).sample(items, len(items))


@pytest.mark.parametrize("spoil", [repeated, shuffled])
def test_pages_that_repeat_or_are_in_no_order_bring_every_paper(
    server: FakeServer, make_door: Make, spoil: Callable[[list[dict], int], list[dict]]
) -> None:
    server.otherwise(Daily(spoil))
    pages = harvest(DailyPapers(server.url), make_door(), REQUEST)
    days = {(record.title, record.listing.listed_on) for page in pages for record in page.records}
    assert days == {(title, DAY + timedelta(days=number)) for title in TITLES for number in (0, 1)}


@pytest.mark.parametrize(
    "fault",
    [
        answer("later", 503, Retry_After="3600"),
        answer(HTML, content_type="text/html"),
        answer('[{"paper": {"id"', content_type="application/json"),
        answer('{"error": "Internal"}', content_type="application/json"),
        answer("oops", 404),
    ],
    ids=["busy", "a web page", "half of an answer", "a complaint", "not found"],
)
@pytest.mark.parametrize("before", range(8))
def test_a_harvest_goes_on_behind_what_it_brought(
    server: FakeServer, make_door: Make, fault: Reply, before: int
) -> None:
    daily = Daily()
    server.otherwise(daily)
    brought: list[Page] = []
    pages = DailyPapers(server.url).harvest(make_door(patience=30.0), REQUEST, None)
    try:
        for number, page in enumerate(pages, 1):
            brought.append(page)
            daily.faults = [fault] if number == before else []
        assert before in {0, 7}, "nothing went wrong"
    except SourceError:
        assert len(brought) == before
    checkpoint = json.loads(json.dumps(brought[-1].checkpoint)) if brought else None
    if checkpoint is not None or not brought:
        brought += harvest(DailyPapers(server.url), make_door(clock=_later().clock()), REQUEST, checkpoint)
    assert titles(brought) == TITLES * 2


def test_what_is_looked_up_is_asked_for_by_the_real_door_too(server: FakeServer, make_door: Make) -> None:
    work = {"message": {"DOI": "10.5555/kites", "title": ["Kites"], "type": "journal-article"}}
    server.on("/works/10.5555%2Fkites", answer(json.dumps(work)))
    server.on(
        "/paper/batch",
        answer('{"error": "No valid paper ids given"}', 400),
        answer('[null, {"paperId": "1", "title": "Air"}]'),
    )
    door = make_door()
    asked = [parse_identifier("10.5555/kites"), parse_identifier("10.5555/none")]
    assert [record.title for record in Crossref(address=server.url).fetch(door, asked)] == ["Kites"]
    scholar = SemanticScholar(address=server.url, key="word")
    assert list(scholar.fetch(door, asked)) == []
    assert [record.title for record in scholar.fetch(door, asked)] == ["Air"]
    posted = server.asked("/paper/batch")
    assert json.loads(posted[0].body) == {"ids": ["DOI:10.5555/kites", "DOI:10.5555/none"]}
    assert posted[0].headers["x-api-key"] == "word"
