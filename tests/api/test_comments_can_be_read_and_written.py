"""Comments by the API: readable by everybody, written with a token of scope write, and as Hugging Face's clients do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import tokens
from broadsheet.community.comments import delete_comment, write_comment
from broadsheet.community.models import Account, Comment, Group, Membership
from broadsheet.community.reactions import react
from tests.builders import paper
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
OF_PAPER = "/api/v1/papers/2510.10001/comments"


@pytest.fixture
def about() -> Paper:
    return paper("A paper", arxiv="2510.10001", authors=["A. Lice"])


@pytest.fixture
def alice(about: Paper) -> Account:
    return person("alice")


def say(account: Account, about: Paper, text: str, n: int = 0, **told: Any) -> Comment:
    return write_comment(account, about, text, now=NOW + timedelta(minutes=n), **told)


class Program:
    """Asks with a token, or with none."""

    def __init__(self, account: Account | None = None, *scopes: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        text = tokens.make(account, name="test", scopes=scopes or ("write",))[1] if account else ""
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.generic(
            method,
            path.removeprefix("http://127.0.0.1:8000"),
            body if isinstance(body, str) else json.dumps(body or {}),
            content_type="application/json",
            headers=self.headers,
        )
        assert answer.status_code == status, answer.content
        return answer.json() if answer["Content-Type"] == "application/json" else None


def test_everybody_reads_a_thread(about: Paper, alice: Account) -> None:
    bob = person("bob")
    Authorship.objects.filter(paper=about).update(account=alice)
    first = say(alice, about, "First $x$ @bob")
    answer = say(bob, about, "Answer", 1, parent=first)
    say(bob, about, "Second", 2)
    react(bob, first, "🔥", now=NOW)
    told = Program()("GET", OF_PAPER)
    assert (told["paper"], told["total"], told["next"]) == ("2510.10001", 3, None)
    assert [(one["text"], one["depth"], one["parent"]) for one in told["comments"]] == [
        ("First $x$ @bob", 0, None), ("Answer", 1, first.key), ("Second", 0, None),
    ]  # fmt: skip
    one = told["comments"][0]
    assert (one["key"], one["is_author"], one["person"]["name"], one["state"]) == (first.key, True, "alice", "visible")
    assert "<math>" in one["html"]
    assert one["reactions"] == [{"sign": "🔥", "count": 1, "is_mine": False}]
    assert one["url"].endswith(f"/comments/{first.key}")
    assert Program()("GET", f"/api/v1/comments/{answer.key}")["parent"] == first.key


def test_a_long_thread_is_read_part_by_part(about: Paper, alice: Account) -> None:
    for n in range(5):
        say(alice, about, f"Words {n}", n)
    seen, path, ask = [], f"{OF_PAPER}?limit=2", Program()
    while path:
        told = ask("GET", path)
        seen += [one["text"] for one in told["comments"]]
        path = told["next"]
    assert seen == [f"Words {n}" for n in range(5)]
    for wrong in ("limit=0", "limit=101", "limit=x", "cursor=x", "group=lab"):
        assert "error" in ask("GET", f"{OF_PAPER}?{wrong}", status=400)
    assert "error" in ask("GET", "/api/v1/papers/unknown/comments", status=404)


def test_the_newest_are_read_part_by_part_whatever_comes_meanwhile(about: Paper, alice: Account) -> None:
    for n in range(4):
        say(alice, about, f"Words {n}", n)
    say(person("bob"), about, "Bob's", 5)
    ask = Program()
    told = ask("GET", "/api/v1/comments?limit=2")
    say(alice, about, "Meanwhile", 9)
    rest = ask("GET", told["next"])
    assert [one["text"] for one in told["comments"] + rest["comments"]] == ["Bob's", "Words 3", "Words 2", "Words 1"]
    assert [one["text"] for one in ask("GET", "/api/v1/comments?person=bob")["comments"]] == ["Bob's"]
    ask("GET", "/api/v1/comments?person=nobody", status=404)
    for wrong in ("x", "1", "9" * 18 + "-1", "1-x"):
        ask("GET", f"/api/v1/comments?cursor={wrong}", status=400)


def test_what_is_gone_has_no_words_and_no_name(about: Paper, alice: Account) -> None:
    first = say(alice, about, "First")
    say(person("bob"), about, "Answer", 1, parent=first)
    delete_comment(alice, first)
    told = Program()("GET", OF_PAPER)["comments"][0]
    assert (told["state"], told["text"], told["html"], told["person"]) == ("deleted", None, None, None)
    Program()("GET", f"/api/v1/comments/{first.key}/history", status=404)


def test_a_program_writes_edits_answers_and_deletes(about: Paper, alice: Account) -> None:
    ask = Program(alice)
    first = ask("POST", OF_PAPER, {"text": "First"}, status=201)
    answer = ask("POST", OF_PAPER, {"text": "Answer", "parent": first["key"]}, status=201)
    assert answer["parent"] == first["key"]
    path = f"/api/v1/comments/{first['key']}"
    Comment.objects.filter(key=first["key"]).update(written_at=NOW)
    assert ask("PATCH", path, {"text": "Edited"})["edits_count"] == 1
    assert [one["text"] for one in ask("GET", f"{path}/history")["before"]] == ["First"]
    assert ask("POST", f"{path}/reactions", {"sign": "👀"})["is_set"]
    assert not ask("POST", f"{path}/reactions", {"sign": "👀"})["is_set"]
    ask("DELETE", f"/api/v1/comments/{answer['key']}", status=204)
    about.refresh_from_db()
    assert about.comments_count == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [("[", "not JSON"), ("[]", "a JSON object"), ("{}", "'text'"), ({"text": 5}, "'text'"), ("[" * 9_999, "not JSON")],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(body: Any, why: str, alice: Account) -> None:
    assert why in Program(alice)("POST", OF_PAPER, body, status=400)["error"]


def test_who_may_not_is_refused(about: Paper, alice: Account) -> None:
    said = say(alice, about, "Words")
    path = f"/api/v1/comments/{said.key}"
    for ask, status in ((Program(), 403), (Program(alice, "read"), 403)):
        ask("POST", OF_PAPER, {"text": "Mine"}, status=status)
        ask("PATCH", path, {"text": "Mine"}, status=status)
        ask("DELETE", path, status=status)
        ask("POST", f"{path}/reactions", {"sign": "👀"}, status=status)
    bob = Program(person("bob"))
    bob("PATCH", path, {"text": "Mine"}, status=403)
    bob("DELETE", path, status=403)
    bob("POST", OF_PAPER, {"text": "Mine", "parent": "0" * 16}, status=404)
    bob("PATCH", "/api/v1/comments/none", {"text": "Mine"}, status=404)
    assert [one.text for one in Comment.objects.all()] == ["Words"]
    Account.objects.update(suspended_at=NOW)
    Program(alice)("POST", OF_PAPER, {"text": "More"}, status=403)
    attention.hide(about.pk, is_hidden=True)
    Program()("GET", OF_PAPER, status=404)
    Program()("GET", path, status=404)


def test_a_group_is_for_its_people(about: Paper, alice: Account) -> None:
    group = Group.objects.create(slug="lab", name="Lab", created_at=NOW)
    Membership.objects.create(group=group, account=alice, invited_at=NOW, joined_at=NOW)
    ask, bob = Program(alice), Program(person("bob"))
    said = ask("POST", OF_PAPER, {"text": "Between us", "group": "lab"}, status=201)
    assert [one["text"] for one in ask("GET", f"{OF_PAPER}?group=lab")["comments"]] == ["Between us"]
    bob("GET", f"{OF_PAPER}?group=lab", status=400)
    bob("GET", f"/api/v1/comments/{said['key']}", status=404)
    assert Program()("GET", OF_PAPER)["comments"] == []


def test_clients_of_hugging_face_comment_and_answer(about: Paper, alice: Account) -> None:
    ask = Program(alice)
    first = ask("POST", "/api/papers/2510.10001/comment", {"comment": "First **b**"})["newMessage"]
    assert (first["type"], first["author"]["name"], first["data"]["latest"]["raw"]) == (
        "comment",
        "alice",
        "First **b**",
    )
    assert "<strong>" in first["data"]["latest"]["html"]
    path = f"/api/papers/2510.10001/comment/{first['id']}/reply"
    assert ask("POST", path, {"comment": "Answer"})["newMessage"]["data"]["parentCommentId"] == first["id"]
    assert Comment.objects.get(text="Answer").parent == Comment.objects.get(key=first["id"])
    ask("POST", "/api/papers/unknown/comment", {"comment": "x"}, status=404)
    ask("POST", "/api/papers/2510.10001/comment/none/reply", {"comment": "x"}, status=404)
    ask("POST", path, {"text": "x"}, status=400)
    ask("GET", path, status=405)
    Program(alice, "read")("POST", path, {"comment": "x"}, status=403)


def test_lists_tell_where_an_author_speaks(about: Paper, alice: Account) -> None:
    paper("Another", arxiv="2510.10002")
    Authorship.objects.filter(paper=about).update(account=alice)
    say(alice, about, "We wrote this")
    told = {item["paper"]["id"]: item["isAuthorParticipating"] for item in Program()("GET", "/api/daily_papers")}
    assert told == {"2510.10001": True, "2510.10002": False}
