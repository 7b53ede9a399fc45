"""The page of what was learnt shows all of it, and whatever is taken away there is gone from the next list."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Example, Impression, Taste, Unlearnt, Vote
from tests.people import LONG_AGO, suspended
from tests.web.foryou.conftest import titles
from tests.web.reading import parse_html

pytestmark = pytest.mark.usefixtures("two_fields")
CHANGE = "/for-you/profile/change"


@pytest.fixture(autouse=True)
def taught(two_fields: None, alice: Account) -> None:
    """Alice voted for two papers about herons, and gave two about compilers as examples."""
    for n in (1, 2):
        Vote.objects.create(account=alice, paper=Paper.objects.get(title=f"Herons {n}"), cast_at=LONG_AGO)
        Example.objects.create(account=alice, paper=Paper.objects.get(title=f"Compilers {n}"), given_at=LONG_AGO)


def changed(client: Client, **sent: object) -> Any:
    response = client.post(CHANGE, sent, follow=True)
    assert response.redirect_chain == [("/for-you/profile", 302)]
    return response


def interests(client: Client) -> list[tuple[str, set[str]]]:
    """The key of each interest with the titles of its papers."""
    shown = client.get("/for-you/profile").context["interests"]
    return [(one.interest.key, {paper.title for paper in one.papers}) for one in shown]


def test_interests_and_signals_are_listed_with_their_papers(client_of: Client) -> None:
    response = client_of.get("/for-you/profile")
    page = parse_html(response.content.decode())
    assert {title for _key, papers in interests(client_of) for title in papers} == {
        "Herons 1",
        "Herons 2",
        "Compilers 1",
        "Compilers 2",
    }
    told = response.content.decode()
    assert "You voted for it (2)" in told
    assert "You gave it as an example (2)" in told
    assert "no-store" in response["Cache-Control"]
    assert len(page.all("input", type="range")) == len(page.all("output")) == 3


def test_an_interest_is_deleted_and_its_papers_can_come_back(client_of: Client, alice: Account) -> None:
    gone = next(key for key, papers in interests(client_of) if "Herons 1" in papers)
    lost = next(papers for key, papers in interests(client_of) if key == gone)
    changed(client_of, interest=gone)
    assert gone not in [key for key, _papers in interests(client_of)]
    assert {row.paper.title for row in Unlearnt.objects.filter(account=alice)} == lost
    assert Vote.objects.filter(account=alice).count() == 2
    for title in lost:
        changed(client_of, learn=Paper.objects.get(title=title).name)
    assert gone in [key for key, _papers in interests(client_of)]


def test_an_interest_that_is_not_there_any_more_is_told(client_of: Client) -> None:
    assert client_of.post(CHANGE, {"interest": "0" * 16}).status_code == 403


def test_a_single_paper_is_unlearnt(client_of: Client) -> None:
    changed(client_of, unlearn="2510.10001")
    assert not [papers for _key, papers in interests(client_of) if "Herons 1" in papers]
    assert "Herons 1" not in titles(client_of.get("/for-you"))
    assert "Nothing is learnt from these (1)" in client_of.get("/for-you/profile").content.decode()
    assert client_of.post(CHANGE, {"unlearn": "no-such-paper"}).status_code == 404


def test_sentences_are_said_and_taken_away(client_of: Client) -> None:
    changed(client_of, say="  register   allocation ")
    assert Taste.objects.get().interests == ["register allocation"]
    assert "register allocation" in client_of.get("/for-you/profile").content.decode()
    assert client_of.post(CHANGE, {"say": " "}).status_code == 403
    assert client_of.post(CHANGE, {"say": "x" * 301}).status_code == 403
    changed(client_of, unsay="register allocation")
    assert Taste.objects.get().interests == []


def test_sliders_and_the_log_are_set(client_of: Client) -> None:
    changed(client_of, set="1", recency="80", popularity="0", exploration="100", is_logged="on")
    taste = Taste.objects.get()
    assert (taste.recency, taste.popularity, taste.exploration, taste.is_logged) == (0.8, 0, 1, True)
    for wrong in ("101", "-1", "nan", "much"):
        assert client_of.post(CHANGE, {"set": "1", "recency": wrong}).status_code == 403
    taste.refresh_from_db()
    assert (taste.recency, taste.is_logged) == (0.8, True)


def test_it_is_switched_off_and_on(client_of: Client) -> None:
    client_of.get("/for-you")
    changed(client_of, off="1")
    page = client_of.get("/for-you")
    assert (page.status_code, b"You switched this off" in page.content) == (200, True)
    assert client_of.get("/for-you/profile").status_code == 200
    changed(client_of, on="1")
    assert titles(client_of.get("/for-you"))


def test_everything_is_forgotten_and_votes_stay(client_of: Client, alice: Account) -> None:
    changed(client_of, say="register allocation")
    client_of.get("/for-you")
    assert Impression.objects.exists()
    changed(client_of, forget="1")
    assert (Example.objects.count(), Impression.objects.count(), Taste.objects.get().interests) == (0, 0, [])
    assert Vote.objects.filter(account=alice).count() == 2
    assert client_of.get("/for-you")["Location"] == "/for-you/start"
    assert interests(client_of) == []


def test_nobody_changes_what_is_somebody_elses(client_of: Client, client: Client) -> None:
    client.force_login(suspended())
    changed(client, forget="1")
    assert Example.objects.count() == 2
    assert client_of.post(CHANGE, {"dance": "1"}).status_code == 404
    assert client_of.get(CHANGE).status_code == 405
