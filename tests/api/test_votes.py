"""Votes by the API: with a token, with a session, and as programs for Hugging Face send them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import tokens, votes
from broadsheet.community.models import Account, Vote
from tests.builders import record, take
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
VOTE, UPVOTE, VOTERS = (
    "/api/v1/papers/2510.10001/vote",
    "/api/papers/2510.10001/upvote",
    "/api/v1/papers/2510.10001/voters",
)


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


@pytest.fixture
def one(db: None) -> Paper:
    take(record("One paper", arxiv="2510.10001", votes_count=4))
    return Paper.objects.get()


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    made: Any = tokens.make(account, name="a program", scopes=scopes)
    text = made[1] if isinstance(made, tuple) else made.text
    return {"Authorization": f"Bearer {text}"}


def test_a_program_votes_and_takes_it_back(one: Paper, client: Client) -> None:
    headers = bearer(person(), "read", "write")
    for _ in range(2):
        told = client.put(VOTE, headers=headers).json()
        assert (told["paper"], told["votes_count"], told["vote"]["state"]) == ("2510.10001", 5, "counted")
    for _ in range(2):
        assert client.delete(VOTE, headers=headers).json() == {"paper": "2510.10001", "votes_count": 4, "vote": None}
    assert not Vote.objects.exists()


def test_votes_as_on_hugging_face(one: Paper, client: Client) -> None:
    headers = bearer(person(), "write")
    assert client.post(UPVOTE, headers=headers).json() == {"id": "2510.10001", "upvotes": 5, "upvoted": True}
    assert client.delete(UPVOTE, headers=headers).json() == {"id": "2510.10001", "upvotes": 4, "upvoted": False}
    answer = client.post("/api/papers/2510.99999/upvote", headers=headers)
    assert (answer.status_code, answer.json()) == (404, {"error": "Paper not found"})


def test_who_may_not_vote_is_told_why(one: Paper, client: Client) -> None:
    alice, sue = person(), suspended()
    assert client.put(VOTE).status_code == 401
    assert client.put(VOTE, headers=bearer(alice, "read")).status_code == 403
    answer = client.put(VOTE, headers=bearer(sue, "write"))
    assert (answer.status_code, "suspended" in answer.json()["error"]) == (403, True)
    one.authorships.create(name="Alice", position=0, account=alice)
    answer = client.put(VOTE, headers=bearer(alice, "write"))
    assert (answer.status_code, "your own" in answer.json()["error"]) == (403, True)
    assert client.get(VOTE).status_code == 405
    assert not Vote.objects.exists()


def test_a_session_needs_its_form_token(one: Paper) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.put(VOTE).status_code == 403
    assert not Vote.objects.exists()


def test_votes_by_program_are_of_a_network_too(one: Paper, client: Client) -> None:
    client.put(VOTE, headers=bearer(person(), "write"), REMOTE_ADDR="192.0.2.7")
    votes.cast_vote(person("bob"), one, address="192.0.2.8")
    assert len(set(Vote.objects.values_list("network", flat=True)) - {""}) == 1


def test_voters_are_listed_in_parts(one: Paper, client: Client, settings: Any) -> None:
    settings.VOTERS = "everybody"
    for name in ("ann", "ben", "cem"):
        votes.cast_vote(person(name), one)
    votes.cast_vote(person("dee", are_votes_public=False), one)
    told = client.get(VOTERS, {"limit": "2"}).json()
    assert ([it["name"] for it in told["voters"]], told["votes_here_count"]) == (["ann", "ben"], 4)
    rest = client.get(told["next"].partition("8000")[2] or told["next"]).json()
    assert ([it["name"] for it in rest["voters"]], rest["next"]) == (["cem"], None)
    assert client.get(VOTERS, {"limit": "x"}).status_code == 400
    settings.VOTERS = "members"
    assert client.get(VOTERS).status_code == 404
    assert client.get(VOTERS, headers=bearer(person(), "read")).status_code == 200


def test_hidden_papers_are_not_there(one: Paper, client: Client) -> None:
    attention.hide(one.pk, is_hidden=True)
    headers = bearer(person(), "write")
    assert client.put(VOTE, headers=headers).status_code == 404
    assert client.get(VOTERS, headers=headers).status_code == 404
