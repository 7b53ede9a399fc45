"""The page of a person's papers: reasons, nothing twice, acts that count at once, and for nobody else to see."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Impression, Shelved, Vote
from broadsheet.ranking.personal.candidates import forget_held
from tests.people import LONG_AGO, person
from tests.web.foryou.conftest import titles
from tests.web.reading import parse_html

pytestmark = pytest.mark.usefixtures("two_fields")
MOST_QUERIES = 16


@pytest.fixture(autouse=True)
def one_vote(two_fields: None, alice: Account) -> None:
    """Alice voted for a paper about herons."""
    Vote.objects.create(account=alice, paper=Paper.objects.get(title="Herons 1"), cast_at=LONG_AGO)


def test_each_paper_says_why_it_is_there(client_of: Client) -> None:
    page = parse_html(client_of.get("/for-you").content.decode())
    reasons = [one.text for one in page.all("p", class_="because")]
    assert "because you voted for Herons 1" in reasons[0]
    assert page.all("p", class_="because")[0].one("a").attrs["href"] == "/papers/2510.10001"


def test_what_was_voted_for_saved_or_dismissed_is_not_shown_again(client_of: Client, alice: Account) -> None:
    first = titles(client_of.get("/for-you"))
    assert "Herons 1" not in first
    paper = Paper.objects.get(title=first[0])
    answer = client_of.post("/dismiss", {"dismiss": paper.name, "next": "/for-you"})
    assert answer["Location"] == f"/for-you#p-{paper.key}"
    assert paper.title not in titles(client_of.get("/for-you"))
    Shelved.objects.create(account=alice, paper=Paper.objects.get(title=first[1]), saved_at=LONG_AGO)
    assert not {first[0], first[1]} & set(titles(client_of.get("/for-you")))


def test_a_vote_changes_the_order_at_once(client_of: Client) -> None:
    assert titles(client_of.get("/for-you"))[0].startswith("Herons")
    for n in (1, 2, 3):
        client_of.post("/vote", {"vote": f"2510.{20_000 + n}"})
        client_of.post("/dismiss", {"dismiss": f"2510.{10_001 + n}"})
    client_of.post("/vote", {"unvote": "2510.10001"})
    assert all(title.startswith("Compilers") for title in titles(client_of.get("/for-you"))[:3])


def test_pages_go_on_without_a_paper_twice(client_of: Client) -> None:
    first, second = (client_of.get("/for-you", {"p": page}) for page in (1, 2))
    assert first.context["total"] == 23
    assert len({*titles(first), *titles(second)}) == 23
    assert b'rel="next" href="/for-you?p=2"' in first.content
    assert client_of.get("/for-you?p=3").status_code == 400
    assert client_of.get("/for-you?p=x").status_code == 400


def test_it_is_kept_out_of_every_cache_and_costs_little(client_of: Client, django_assert_max_num_queries) -> None:
    client_of.get("/for-you")
    with django_assert_max_num_queries(MOST_QUERIES):
        response = client_of.get("/for-you")
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_what_was_shown_is_noted_only_for_those_who_allow_it(client_of: Client, alice: Account) -> None:
    shown = titles(client_of.get("/for-you"))
    noted = Impression.objects.filter(account=alice, surface="for you").order_by("position")
    assert [one.paper.title for one in noted] == shown
    client_of.post("/for-you/profile/change", {"set": "1", "recency": "30"})
    assert not Impression.objects.exists()
    client_of.get("/for-you")
    assert not Impression.objects.exists()


def test_hidden_papers_are_neither_shown_nor_named(client_of: Client) -> None:
    client_of.get("/for-you")
    Paper.objects.filter(title__in=("Herons 1", "Herons 2")).update(is_hidden=True)
    response = client_of.get("/for-you", follow=True)
    assert "Herons 1<" not in response.content.decode()
    assert "Herons 2<" not in response.content.decode()


def test_feeds_are_for_oneself_alone(client_of: Client, client: Client) -> None:
    for kind in ("rss", "atom", "json"):
        response = client_of.get(f"/for-you/feed.{kind}")
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert client.get(f"/for-you/feed.{kind}")["Location"].startswith("/accounts/login/")
    items = json.loads(client_of.get("/for-you/feed.json").content)["items"]
    assert [item["title"] for item in items][:20] == titles(client_of.get("/for-you"))


def test_papers_of_people_who_are_followed_are_told(client_of: Client, alice: Account) -> None:
    bob = person("bob")
    alice.follows.create(person=bob, followed_at=LONG_AGO)
    Paper.objects.get(title="Compilers 7").authorships.create(name="Bob", position=0, account=bob)
    forget_held()
    told = client_of.get("/for-you").content.decode()
    assert "you follow bob" in told
