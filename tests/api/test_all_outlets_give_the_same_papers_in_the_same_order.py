"""A view is a query: page, feeds, API and command line answer it alike."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from broadsheet.catalogue.models import Paper, Trend
from broadsheet.cli.commands import app
from tests.builders import WEDNESDAY, many, record, saved, take_and_index

pytestmark = pytest.mark.django_db

# Each query with what the command line is told for it; saved pages have no option there.
QUERIES = {
    "q=front+pages": ["front", "pages"],
    "q=order+attention&mode=words": ["order attention", "--mode", "words"],
    "q=newspaper&mode=meaning": ["newspaper", "--mode", "meaning"],
    "q=front&cat=cs.CL,stat.*": ["front", "--category", "cs.CL", "--category", "stat.*"],
    "q=front&from=2025-10-16&to=2025-10-16&code=1": ["front", "--from", "2025-10-16", "--to", "2025-10-16", "--code"],
    "q=front&sort=votes": ["front", "--sort", "votes"],
    "q=front&sort=newest": ["front", "--sort", "newest"],
    "q=front&sort=trending": ["front", "--sort", "trending"],
    "q=front&sort=rising&mode=words": ["front", "--sort", "rising", "--mode", "words"],
    "q=newspaper&mode=meaning&sort=trending": ["newspaper", "--mode", "meaning", "--sort", "trending"],
    "q=2510.10003": ["2510.10003"],
    "q=zzz&mode=words": ["zzz", "--mode", "words"],
    "q=title:front+-attention": ["title:front", "-attention"],
    'q="front+pages"+year:2025+OR+newspaper': ['"front pages" year:2025 OR newspaper'],
    "q=newspaper+author:reader1+foo:bar": ["newspaper author:reader1 foo:bar"],
    "q=votes:>5+has:code": ["votes:>5 has:code"],
    "q=front&year=2025..&org=institute+1": ["front", "--year", "2025..", "--org", "institute 1"],
    "q=front&prefer=recent": ["front", "--prefer", "recent"],
    "q=front&prefer=popular": ["front", "--prefer", "popular"],
    "q=order&like=2510.10003&like=A+newspaper": ["order", "--like", "2510.10003", "--like", "A newspaper"],
    "like=2510.10003": None,
    "org=institute+1&sort=votes": None,
    "q=front&author=reader1": ["front", "--author", "reader1"],
    "author=Reader1&sort=votes": None,
    "": None,
    "month=2025-10": None,
    "sort=trending": None,
    "sort=rising": None,
    "last=week&sort=trending": None,
    "last=day": None,
    "cat=cs.CL&last=month&sort=rising": None,
    "like=2510.10003&sort=trending": None,
    "saved=front-pages": None,
    "saved=front-pages&sort=comments": None,
}


@pytest.fixture(autouse=True)
def catalogue(fake) -> None:
    take_and_index(*many(12, days=3), page=saved())
    take_and_index(record("A newspaper for everyone", on=WEDNESDAY + timedelta(days=1), arxiv="2510.20000"))
    for number, paper in enumerate(Paper.objects.order_by("pk")[3:7]):
        # An order that no other one is, of some of the papers.
        Trend.objects.create(paper=paper, score=number % 3, rising=5 - number, computed_at=timezone.now())


def by_api(client, query: str) -> list[str]:
    return [paper["key"] for paper in client.get(f"/api/v1/papers?{query}&limit=100").json()["papers"]]


def by_page(client, query: str) -> list[str]:
    answer = client.get(f"/search?{query}", follow=True)
    if answer.redirect_chain:
        return [answer.context["paper"].key]
    return [paper.key for paper in answer.context["found"].papers]


def by_json_feed(client, query: str) -> list[str]:
    return [item["id"].rsplit("/", 1)[1] for item in client.get(f"/feed.json?{query}").json()["items"]]


def by_rss(client, query: str) -> list[str]:
    channel = ET.fromstring(client.get(f"/feed.rss?{query}").content)[0]
    return [guid.text.rsplit("/", 1)[1] for guid in channel.iter("guid")]


def by_atom(client, query: str) -> list[str]:
    feed = ET.fromstring(client.get(f"/feed.atom?{query}").content)
    space = "{http://www.w3.org/2005/Atom}"
    return [entry.find(f"{space}id").text.rsplit("/", 1)[1] for entry in feed.iter(f"{space}entry")]


def by_command(arguments: list[str]) -> list[str]:
    result = CliRunner().invoke(app, ["search", *arguments, "--json", "--limit", "100"])
    assert result.exit_code == 0, result.output
    return [paper["key"] for paper in json.loads(result.stdout)["papers"]]


def test_it_is_one_list_everywhere(client) -> None:
    for query, arguments in QUERIES.items():
        expected = by_api(client, query)
        assert by_page(client, query) == expected, query
        if query:  # a feed without a question is that of the newest day, which the home page shows
            assert by_json_feed(client, query) == by_rss(client, query) == by_atom(client, query) == expected, query
        if arguments:
            assert by_command(arguments) == expected, query
    assert len(by_api(client, "")) == 13
    assert by_api(client, "saved=front-pages") == list(Paper.objects.order_by("pk").values_list("key", flat=True))[:12]


def test_it_prints_titles_on_the_page_in_that_order(client) -> None:
    body = client.get("/search?q=front&sort=votes").content.decode()
    numbers = re.findall(r"Learning to Read Front Pages, Part (\d+):", re.sub(r"<[^>]+>", "", body))
    assert list(dict.fromkeys(numbers)) == [str(n) for n in range(12)]


def test_it_counts_and_pages_a_list_by_attention_to_its_end(client) -> None:
    for query in ("sort=trending", "q=front&sort=rising", "last=week&sort=trending"):
        whole = by_api(client, query)
        total = client.get(f"/api/v1/papers?{query}").json()["total"]
        parts = [
            paper["key"]
            for offset in range(0, total, 3)
            for paper in client.get(f"/api/v1/papers?{query}&limit=3&offset={offset}").json()["papers"]
        ]
        assert parts == whole, query
        assert len(whole) == total == len(set(whole)), query


def test_it_leads_from_a_feed_by_attention_to_the_trending_page(client) -> None:
    home = client.get("/feed.json?last=week&cat=cs.CL&sort=rising").json()["home_page_url"]
    assert home.endswith("/trending?cat=cs.CL&last=week&sort=rising")
    page = client.get(home[home.index("/trending") :])
    assert [paper.key for paper in page.context["found"].papers] == by_api(client, "last=week&cat=cs.CL&sort=rising")


def test_it_is_the_newest_day_without_a_question(client) -> None:
    front = [paper.key for paper in client.get("/").context["found"].papers]
    assert by_json_feed(client, "") == by_rss(client, "") == by_atom(client, "") == front
    assert front
