"""Every list as a feed: exactly that list, valid, with ids that stay."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper
from tests.builders import WEDNESDAY, many, record, saved, take, take_and_index
from tests.hostile import HOSTILE
from tests.web.feeds.strict import parsed
from tests.web.reading import Element, Reader, links_of, parse_html

DAY = f"/date/{WEDNESDAY}"
KINDS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
LISTS = [
    "/",
    DAY,
    f"{DAY}?cat=cs.CL",
    f"{DAY}?sort=comments&code=1",
    f"{DAY}?view=lines&cat=cs.AI",
    "/week/2025-W42",
    "/month/2025-10",
    "/month/2025-10?cat=cs.LG,stat.ML&sort=newest",
    "/search",
    "/search?q=front+pages",
    "/search?q=attention&from=2025-10-14&cat=cs.*&mode=words",
    "/search?q=front&sort=votes",
    "/search?cat=stat.ML&code=1",
    "/saved/front-pages",
    "/saved/front-pages?sort=votes&cat=cs.CL",
]


def entries(reader: Reader, path: str) -> list[dict[str, Any]]:
    """The entries of a feed of any kind: id, link, title."""
    content = reader.get(path).content
    if path.startswith("/feed.json"):
        return [
            {"id": item["id"], "link": item["url"], "title": item["title"]} for item in json.loads(content)["items"]
        ]
    return [{"id": entry.id, "link": entry.link, "title": entry.title} for entry in parsed(content).entries]


def announced(page: Element) -> dict[str, str]:
    """The feeds that a page announces to feed readers, by media type."""
    return {link.attrs["type"]: link.attrs["href"] for link in page.all("link", rel="alternate")}


@pytest.fixture
def filled(reader: Reader) -> Reader:
    """Forty papers of two weeks; every other one on a saved page, in another order than all other lists."""
    records = many(40, on=date(2025, 10, 13), days=11, length=300)
    take_and_index(*records)
    take(*records[::-2], page=saved())
    return reader


def test_every_list_announces_feeds_of_exactly_itself(filled: Reader, settings: Any) -> None:
    for path in LISTS:
        shown, step = [], path
        while step:
            page = filled.open(step)
            shown += links_of(page)
            step = next((a.attrs["href"] for a in page.one("main").all("a", rel="next") if "p=" in a.attrs["href"]), "")
        feeds = announced(page)
        assert set(feeds) == set(KINDS.values()), path
        assert shown, path
        for address in feeds.values():
            assert [e["link"].removeprefix(settings.BASE_URL) for e in entries(filled, address)] == shown, address
        assert set(feeds.values()) <= {a.attrs["href"] for a in page.all("a")}, f"{path}: people find no feeds"


def test_a_feed_leads_back_to_its_list(filled: Reader, settings: Any) -> None:
    for path in LISTS[1:]:
        feeds = announced(filled.open(path))
        (home,) = {
            parsed(filled.get(feeds[KINDS["rss"]]).content).feed.link,
            parsed(filled.get(feeds[KINDS["atom"]]).content).feed.link,
            json.loads(filled.get(feeds[KINDS["json"]]).content)["home_page_url"],
        }
        assert announced(filled.open(home.removeprefix(settings.BASE_URL))) == feeds, path


def test_ids_stay_when_papers_are_taken_in_again_or_named_anew(filled: Reader) -> None:
    before = {kind: [e["id"] for e in entries(filled, f"/feed.{kind}?month=2025-10")] for kind in KINDS}
    take(*many(40, on=date(2025, 10, 13), days=11, length=300))
    take(*[record("Without an id", on=date(2025, 10, 13))])
    key = Paper.objects.get(title="Without an id").key
    take(record("Without an id", on=date(2025, 10, 13), arxiv="2510.77777", abstract="Now it has one."))
    for kind, ids in before.items():
        after = entries(filled, f"/feed.{kind}?month=2025-10")
        assert [e["id"] for e in after if e["title"] != "Without an id"] == ids
        named = next(e for e in after if e["title"] == "Without an id")
        assert named["id"].endswith(f"/papers/{key}")
        assert named["link"].endswith("/papers/2510.77777")
        assert len({e["id"] for e in after}) == len(after) == 41


def test_entries_have_the_date_beside_the_paper(reader: Reader) -> None:
    take(record("One", on=WEDNESDAY, published_on=date(2025, 10, 1)))
    for kind in ("rss", "atom"):
        (entry,) = parsed(reader.get(f"/feed.{kind}").content).entries
        assert entry.published_parsed[:6] == (2025, 10, 15, 0, 0, 0)
    (item,) = json.loads(reader.get("/feed.json").content)["items"]
    assert item["date_published"] == "2025-10-15T00:00:00+00:00"


def test_the_json_feed_has_what_version_1_1_asks_for(filled: Reader, settings: Any) -> None:
    response = filled.get("/feed.json?date=2025-10-15")
    assert response["Content-Type"].startswith("application/feed+json")
    told = json.loads(response.content)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["title"]
    assert told["feed_url"] == f"{settings.BASE_URL}/feed.json?date=2025-10-15"
    for item in told["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert all(author["name"] for author in item["authors"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_feed_that_did_not_change_is_not_sent_again(kind: str, filled: Reader) -> None:
    address = f"/feed.{kind}?month=2025-10"
    tag = filled.get(address)["ETag"]
    assert filled.get(address, 304, **{"if-none-match": tag}).content == b""
    zipped = filled.get(address, **{"accept-encoding": "gzip"})
    assert filled.get(address, 304, **{"accept-encoding": "gzip", "if-none-match": zipped["ETag"]})
    take(record("One more", on=WEDNESDAY))
    assert filled.get(address, 200, **{"if-none-match": tag})["ETag"] != tag


def test_what_strangers_wrote_breaks_no_feed(reader: Reader) -> None:
    texts = [text for text in HOSTILE if text.strip() and len(text) <= 900 and "\x00" not in text]
    take(*(record(f"T{n} {text}", abstract=text, authors=[f"A {text[:400]}"]) for n, text in enumerate(texts)))
    for kind in ("rss", "atom"):
        feed = parsed(reader.get(f"/feed.{kind}").content)
        assert len(feed.entries) == len(texts)
        for entry in feed.entries:
            for element in parse_html(entry.summary).walk():
                assert element.tag not in ("script", "img", "iframe", "svg", "style", "object", "form")
                assert not [name for name in element.attrs if name.startswith("on") or name == "style"]
    for item in json.loads(reader.get("/feed.json").content)["items"]:
        assert not parse_html(item["content_html"]).all("script")


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_characters_that_xml_forbids_break_no_feed(kind: str, reader: Reader) -> None:
    bad = "a\x01b\x08c\x0bd\x1fe\ufffef\uffffg"
    take(
        record(bad, abstract=bad, authors=[bad], organisation="x", keywords=(bad,), arxiv="2510.00001"),
        page=saved(title=bad, query=bad),
    )
    feed = parsed(reader.get(f"/feed.{kind}").content)
    assert feed.entries[0].title.replace(" ", "") == "abcdefg"
    feed = parsed(reader.get(f"/feed.{kind}?saved=front-pages").content)
    assert len(feed.entries) == 1
    for query in ("q=%01", "q=x%08y%0b%1f", "q=%EF%BF%BE", "q=%00"):
        parsed(reader.get(f"/feed.{kind}?{query}").content)


@pytest.mark.parametrize("kind", KINDS)
def test_feeds_of_a_saved_page_have_all_of_it_in_its_order(kind: str, reader: Reader) -> None:
    titles = [f"Paper {n * 7 % 211}" for n in range(211)]
    take(*(record(title, on=None) for title in titles), page=saved())
    assert [entry["title"] for entry in entries(reader, f"/feed.{kind}?saved=front-pages")] == titles


def test_a_bad_question_to_a_feed_is_named_in_plain_text(reader: Reader) -> None:
    response = reader.get("/feed.rss?cat=<script>", 400)
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert b"cat=" in response.content
