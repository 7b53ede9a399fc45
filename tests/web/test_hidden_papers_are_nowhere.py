"""A hidden paper is in no outlet: no list, page, count, feed or API knows of it, whether or not the index was told."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from typer.testing import CliRunner

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Listing, Paper
from broadsheet.cli.commands import app
from broadsheet.search.checking import check_index
from broadsheet.search.engines.database import DatabaseEngine
from broadsheet.search.find import find, papers_like, papers_probably_same
from broadsheet.search.maintenance import index_state, update_index
from broadsheet.search.query import PaperQuery
from tests.builders import WEDNESDAY, abstract_of, many, record, saved, take_and_index
from tests.people import moderator, person
from tests.web.reading import Reader

TITLE = "A quagga that nobody should see on this page"
KEY_WORD = "quagga"
NAME = "2510.77777"
OUTLETS = [
    "/",
    f"/date/{WEDNESDAY}",
    f"/date/{WEDNESDAY}?view=lines",
    "/week/2025-W42",
    "/month/2025-10",
    "/search",
    f"/search?q={KEY_WORD}",
    f"/search?q={NAME}",
    f"/search?q={'+'.join(TITLE.split())}",
    "/search?q=front+pages&mode=meaning",
    "/search?q=front&sort=votes",
    "/search?q=front&prefer=popular",
    "/search?cat=cs.CL",
    "/search?org=institute+9",
    "/search?year=2025&code=1",
    f"/search?like={NAME}",
    "/search?like=2510.10001",
    "/saved/front-pages",
    "/papers/2510.10001",
    "/about",
    "/batches",
    "/feed.rss",
    f"/feed.rss?date={WEDNESDAY}",
    "/feed.atom?q=front",
    f"/feed.json?q={KEY_WORD}",
    "/feed.json?saved=front-pages",
    "/api/v1/papers?limit=100",
    f"/api/v1/papers?q={KEY_WORD}&facets=1",
    "/api/v1/papers?facets=1&cat=cs.CL",
    "/api/daily_papers",
    f"/api/daily_papers?date={WEDNESDAY}&sort=trending",
]
GONE = [f"/papers/{NAME}", f"/api/v1/papers/{NAME}", f"/api/papers/{NAME}"]


@pytest.fixture
def hidden(db: None) -> Paper:
    """A paper with the most votes among thirteen, hidden, and the index not yet told."""
    told = {"categories": ["cs.CL"], "code": "https://github.com/example/quagga", "organisation": "Institute 9"}
    one = record(TITLE, abstract=abstract_of(900), arxiv=NAME, votes_count=500, authors=["Quinn Quagga"], **told)
    alike = record(f"{TITLE}?", abstract=abstract_of(900), arxiv="2510.77778", authors=["Quinn Quagga"], **told)
    take_and_index(*many(12, days=3), one, page=saved())
    take_and_index(alike)
    paper = Paper.objects.get(arxiv_id=NAME)
    other = Paper.objects.get(arxiv_id="2510.77778")
    attention.hide(other.pk, is_hidden=True)
    attention.hide(paper.pk, is_hidden=True)
    paper.refresh_from_db()
    return paper


def _shows_nothing(client: Client, address: str) -> None:
    answer = client.get(address)
    body = answer.content.decode()
    asked = address.rpartition("?")[2].casefold()
    assert answer.status_code == 200, address
    for told in (TITLE, "Quinn Quagga", "example/quagga", "Institute 9", "institute 9", f"papers/{NAME}"):
        if told.casefold().replace(" ", "+") not in asked:
            assert told not in body, (address, told)


@pytest.mark.parametrize("is_index_told", [False, True], ids=["before the index knows", "after"])
def test_no_outlet_knows_of_it(client: Client, hidden: Paper, is_index_told: bool) -> None:
    if is_index_told:
        update_index()
    for address in OUTLETS:
        _shows_nothing(client, address)
    for address in GONE:
        assert client.get(address).status_code == 404, address
    told = client.get("/api/v1/papers?q=front+pages&facets=1&mode=words").json()
    assert told["total"] == 12


@pytest.mark.parametrize("is_index_told", [False, True], ids=["before the index knows", "after"])
def test_counts_and_facets_leave_it_out(hidden: Paper, is_index_told: bool) -> None:
    if is_index_told:
        update_index()
    found = find(PaperQuery(categories=("cs.CL",)))
    assert found.total == 4
    assert dict(found.facets()["category"])["cs.CL"] == 4
    assert find(PaperQuery(words=KEY_WORD, mode="words")).total == 0
    assert "institute 9" not in dict(find(PaperQuery(words="front")).facets()["organisation"])
    assert index_state().papers == 12
    assert DatabaseEngine().count(None) == DatabaseEngine().state().papers == len(DatabaseEngine().numbers()[0]) == 12


def test_neither_papers_like_others_nor_twins_show_it(hidden: Paper) -> None:
    for other in Paper.shown.all():
        assert hidden not in papers_like(other, 50)
        assert hidden not in papers_probably_same(other)
    assert papers_probably_same(hidden) == []


def test_the_command_line_does_not_find_it(hidden: Paper) -> None:
    result = CliRunner().invoke(app, ["search", KEY_WORD, "--json"])
    assert TITLE not in result.stdout


def test_the_index_drops_it_and_agrees_with_the_catalogue(hidden: Paper) -> None:
    assert check_index().is_sound  # what waits is no fault
    update_index()
    check = check_index()
    assert check.is_sound
    assert check.papers == index_state().indexed == 12
    attention.hide(hidden.pk, is_hidden=False)
    update_index()
    assert check_index().is_sound
    assert index_state().indexed == 13


def test_it_comes_back_when_it_is_shown_again(client: Client, hidden: Paper) -> None:
    update_index()
    attention.hide(hidden.pk, is_hidden=False)
    assert client.get(f"/papers/{NAME}").status_code == 200
    front = client.get(f"/api/v1/papers?date={WEDNESDAY}").json()["papers"]
    assert front[0]["key"] == hidden.key
    update_index()
    assert find(PaperQuery(words=KEY_WORD, mode="words")).total == 1


def test_a_day_of_hidden_papers_is_no_day(client: Client, hidden: Paper) -> None:
    alone = WEDNESDAY + timedelta(days=40)
    Listing.objects.filter(paper=hidden).update(listed_on=alone)
    page = client.get("/").content.decode()
    assert alone.isoformat() not in page
    assert client.get(f"/date/{alone}").context["day"] != alone
    assert json.loads(client.get("/feed.json").content)["items"]


def test_moderators_alone_see_its_page_and_it_says_so(client: Client, hidden: Paper) -> None:
    client.force_login(person("alice"))
    assert client.get(f"/papers/{NAME}").status_code == 404
    client.force_login(moderator())
    answer = client.get(f"/papers/{NAME}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    page = Reader(client).open(f"/papers/{NAME}")
    assert "hidden" in page.one(class_="is-hidden").text
