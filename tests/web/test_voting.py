"""Votes on pages: a form without a script, the same in place with one, and who may press what."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import votes
from broadsheet.community.models import Account, Deed, Dismissal, Submission, Vote
from broadsheet.community.rules import HOUR, LIMITS, Limit
from tests.builders import WEDNESDAY, many, record, take, take_and_index
from tests.people import moderator, person, suspended
from tests.web.reading import Element, Reader, cards

pytestmark = pytest.mark.django_db
DAY = f"/date/{WEDNESDAY}"
State = Vote.State
MOST_QUERIES_SIGNED_IN = 16


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


@pytest.fixture
def one(db: None) -> Paper:
    take(record("One paper", arxiv="2510.10001", votes_count=1_234))
    return Paper.objects.get()


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def button(page: Element, name: str = "2510.10001", within: str = "tally") -> Element:
    (found,) = [
        it
        for place in page.all("div", class_=within) + page.all("p", class_=within)
        for it in place.all("button", class_="vote")
        if it.attrs["value"] == name
    ]
    return found


def test_a_member_votes_by_form_and_comes_back_to_the_paper(one: Paper) -> None:
    client = client_of(person())
    assert "no-store" in client.get(DAY)["Cache-Control"]
    assert "Cache-Control" not in Client().get(DAY)
    page = Reader(client).open(DAY)
    pressed = button(page)
    assert pressed.attrs["aria-pressed"] == "false"
    assert pressed.text == "1,234"
    assert "One paper" in pressed.attrs["aria-label"]
    form = page.one("form", id="voting")
    assert form.one("input", name="csrfmiddlewaretoken").attrs["value"]
    told = {pressed.attrs["name"]: pressed.attrs["value"], "next": form.one("input", name="next").attrs["value"]}
    answer = client.post(form.attrs["action"], told)
    assert (answer.status_code, answer["Location"]) == (302, f"{DAY}#p-{one.key}")
    page = Reader(client).open(DAY)
    assert page.all("article", id=f"p-{one.key}")
    pressed = button(page)
    assert (pressed.attrs["aria-pressed"], pressed.text) == ("true", "1,235")
    client.post("/vote", {pressed.attrs["name"]: pressed.attrs["value"]})
    assert button(Reader(client).open(DAY)).text == "1,234"


def test_a_script_gets_what_it_shows(one: Paper) -> None:
    client = client_of(person())
    answer = client.post("/vote", {"vote": one.name}, headers={"Accept": "application/json"})
    told = answer.json()
    assert (told["name"], told["count"], told["figure"], told["is_mine"]) == (one.name, 1_235, "1,235", True)
    assert told["note"] == ""
    assert "no-store" in answer["Cache-Control"]
    answer = client.post("/dismiss", {"dismiss": one.name}, headers={"Accept": "application/json"})
    assert answer.json() == {"name": one.name, "is_dismissed": True, "words": "undo: not interested"}


def test_anonymous_readers_are_led_to_sign_in_and_back(one: Paper, client: Client) -> None:
    page = Reader(client).open(DAY)
    assert not page.all("button", class_="vote")
    assert not page.all("form", id="voting")
    (link,) = page.all("a", class_="vote")
    where = client.get(link.attrs["href"])
    assert (where.status_code, where["Location"]) == (302, "/accounts/login/?next=/papers/2510.10001")
    (link,) = Reader(client).open("/papers/2510.10001").all("a", class_="vote")
    assert client.get(link.attrs["href"])["Location"] == where["Location"]
    answer = client.post("/vote", {"vote": one.name, "next": DAY})
    assert answer["Location"] == f"/accounts/login/?next={DAY}"
    assert client.post("/dismiss", {"dismiss": one.name})["Location"] == "/accounts/login/?next=/"
    assert not Vote.objects.exists()
    member = client_of(person())
    assert member.get("/vote?for=2510.10001")["Location"] == "/papers/2510.10001"
    assert not Vote.objects.exists()


def test_a_form_from_elsewhere_is_refused(one: Paper) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    assert client.post("/vote", {"vote": one.name}).status_code == 403
    assert client.post("/dismiss", {"dismiss": one.name}).status_code == 403
    assert not Vote.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:x"])
def test_nobody_is_led_elsewhere(elsewhere: str, one: Paper) -> None:
    answer = client_of(person()).post("/vote", {"vote": one.name, "next": elsewhere})
    assert answer["Location"] == f"/papers/{one.name}#p-{one.key}"


def test_refusals_say_why(one: Paper) -> None:
    alice = person()
    Submission.objects.create(account=alice, paper=one, named="x", submitted_at=timezone.now())
    client = client_of(alice)
    answer = client.post("/vote", {"vote": one.name})
    assert answer.status_code == 403
    assert "You brought this paper yourself" in answer.content.decode()
    answer = client.post("/vote", {"vote": one.name}, headers={"Accept": "application/json"})
    assert (answer.status_code, "yourself" in answer.json()["error"]) == (403, True)
    assert not Reader(client).open(DAY).all("button", class_="vote")
    assert "others vote for it" in Reader(client).open(f"/papers/{one.name}").one("p", class_="figures").text


def test_a_suspended_voter_takes_back_but_does_not_cast(one: Paper) -> None:
    sue = suspended()
    client = client_of(sue)
    assert client.post("/vote", {"vote": one.name}).status_code == 403
    Vote.objects.create(account=sue, paper=one, state=State.ASIDE, cast_at=timezone.now())
    assert client.post("/vote", {"unvote": one.name}).status_code == 302
    assert not Vote.objects.exists()
    assert client.post("/dismiss", {"dismiss": one.name}).status_code == 403


def test_hidden_unknown_and_unnamed_papers_are_not_there(one: Paper) -> None:
    client = client_of(person())
    attention.hide(one.pk, is_hidden=True)
    for told in ({"vote": one.name}, {"unvote": one.name}, {"vote": "2510.99999"}, {"vote": ""}, {}):
        assert client.post("/vote", told).status_code == 404
    assert client.post("/dismiss", {"dismiss": one.name}).status_code == 404
    assert client.get(f"/papers/{one.name}/voters").status_code == 404
    assert client.get("/vote").status_code == 404
    assert client.delete("/vote").status_code == 405


def test_too_many_votes_are_told_when_to_go_on(one: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "vote", (Limit(2, HOUR),))
    client = client_of(person())
    for _ in range(2):
        assert client.post("/vote", {"vote": one.name}).status_code == 302
    answer = client.post("/vote", {"vote": one.name}, headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 1_000
    assert "wait" in answer.json()["error"]
    assert client.post("/vote", {"vote": one.name}).status_code == 429


def test_a_vote_that_does_not_count_says_so(one: Paper) -> None:
    client = client_of(person(is_new=True))
    told = client.post("/vote", {"vote": one.name}, headers={"Accept": "application/json"}).json()
    assert (told["count"], told["is_mine"]) == (1_234, True)
    assert "24 hours old" in told["note"]
    assert "waits" in button(Reader(client).open(DAY)).text
    assert "24 hours old" in Reader(client).open(f"/papers/{one.name}").one("p", class_="figures").text
    for state, words in [
        (State.HELD, "a moderator looks"),
        (State.REJECTED, "does not count"),
        (State.ASIDE, "suspended"),
    ]:
        Vote.objects.update(state=state)
        assert words in Reader(client).open(f"/papers/{one.name}").one("p", class_="figures").text


def test_what_somebody_is_not_interested_in_is_folded_away_for_that_person(one: Paper) -> None:
    alice, bob = client_of(person()), client_of(person("bob"))
    assert alice.post("/dismiss", {"dismiss": one.name, "next": DAY})["Location"] == f"{DAY}#p-{one.key}"
    (card,) = cards(Reader(alice).open(DAY))
    assert "data-dismissed" in card.attrs
    assert card.one("button", class_="dismiss").attrs["name"] == "undismiss"
    (card,) = cards(Reader(bob).open(DAY))
    assert "data-dismissed" not in card.attrs
    alice.post("/dismiss", {"undismiss": one.name})
    assert not Dismissal.objects.exists()


def test_who_voted_is_listed(one: Paper, settings: Any, client: Client) -> None:
    alice = person(display_name="Alice <Adams>")
    votes.cast_vote(alice, one)
    member = client_of(person("charlie"))
    page = Reader(member).open(f"/papers/{one.name}/voters")
    assert "Alice <Adams>" in page.one("ol").text
    assert page.one("ol").one("a").attrs["href"] == "/people/alice"
    assert [a for a in Reader(member).open(f"/papers/{one.name}").all("a") if a.text == "who voted"]
    assert client.get(f"/papers/{one.name}/voters").status_code == 404
    assert not [a for a in Reader(client).open(f"/papers/{one.name}").all("a") if a.text == "who voted"]
    settings.VOTERS = "everybody"
    assert "Alice" in Reader(client).open(f"/papers/{one.name}/voters").one("ol").text
    settings.VOTERS = "nobody"
    assert member.get(f"/papers/{one.name}/voters").status_code == 404


def test_moderators_decide_on_held_votes(one: Paper) -> None:
    alice, bob, mo = person(), person("bob"), client_of(moderator())
    for account in (alice, bob):
        votes.cast_vote(account, one)
    ids = list(Vote.objects.order_by("pk").values_list("pk", flat=True))
    votes.change_state(ids, State.COUNTED, State.HELD, held_for=Vote.Rule.NETWORK)
    page = Reader(mo).open("/moderation/votes")
    assert [box.attrs["value"] for box in page.all("input", type="checkbox")] == [str(pk) for pk in ids]
    assert (
        mo.post("/moderation/votes", {"vote": [str(ids[0]), "x"], "do": "count", "reason": "A class"}).status_code
        == 302
    )
    mo.post("/moderation/votes", {"vote": [str(ids[1])], "do": "reject"})
    mo.post("/moderation/votes", {"vote": [str(ids[1])], "do": "something"})
    assert list(Vote.objects.order_by("pk").values_list("state", flat=True)) == [State.COUNTED, State.REJECTED]
    one.refresh_from_db()
    assert one.votes_here_count == 1
    deeds = Deed.objects.filter(verb__startswith="vote.").order_by("pk")
    assert [(deed.verb, deed.subject, deed.reason) for deed in deeds] == [
        ("vote.count", one.key, "A class"),
        ("vote.reject", one.key, ""),
    ]
    assert "No vote is held" in Reader(mo).open("/moderation/votes").text
    for stranger in (client_of(alice), Client()):
        assert stranger.get("/moderation/votes").status_code == 404
        assert stranger.post("/moderation/votes", {"vote": [str(ids[1])], "do": "count"}).status_code == 404


def test_pages_of_members_ask_the_database_little(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    take_and_index(*many(45))
    alice = person()
    client = client_of(alice)
    for paper in Paper.objects.order_by("pk")[:20]:
        votes.cast_vote(alice, paper)
    for path in ("/", DAY, f"{DAY}?view=lines", "/week/2025-W42", "/search?q=front+pages"):
        with django_assert_max_num_queries(MOST_QUERIES_SIGNED_IN):
            assert client.get(path).status_code == 200
