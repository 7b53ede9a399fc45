"""Submissions by the API, in our own shape and as clients of Hugging Face send them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Job, Listing
from broadsheet.community import submission_fetching, tokens
from broadsheet.community.models import Account, Comment, Submission
from broadsheet.community.submission_rules import in_words
from tests.builders import record, take
from tests.catalogue.harvests.made import MadeSource
from tests.community.bringing import known
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> MadeSource:
    made = MadeSource(papers={"2603.00007": record("Cranes by the Dozen", arxiv="2603.00007", on=None)})
    monkeypatch.setattr(submission_fetching, "sources_for", lambda schemes, keys: [made])
    return made


def program(account: Account | None, scope: str = "write") -> Any:
    client = Client()
    text = tokens.make(account, name="test", scopes=(scope,))[1] if account else ""
    headers = {"Authorization": f"Bearer {text}"} if text else {}

    def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = body if isinstance(body, str) else json.dumps(body or {})
        answer = client.generic(method, path, sent, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content)

    return ask


def test_a_known_paper_is_listed_at_once_with_its_comment() -> None:
    ask = program(person())
    known()
    status, told = ask("POST", "/api/v1/submissions", {"paper": "arXiv:2603.00001", "comment": "Read this."})
    assert (status, told["state"], told["paper"], told["title"]) == (
        201,
        "listed",
        "2603.00001",
        "Herons by the Thousand",
    )
    assert Comment.objects.get().text == "Read this."
    assert ask("GET", f"/api/v1/submissions/{told['key']}") == (200, told)
    assert ask("GET", "/api/v1/submissions") == (200, {"submissions": [told]})


def test_a_program_may_look_first() -> None:
    ask = program(person())
    known()
    status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00001", "confirm": False})
    assert (status, told["state"]) == (202, "found")
    status, told = ask("POST", f"/api/v1/submissions/{told['key']}", {"comment": "So be it."})
    assert (status, told["state"]) == (200, "listed")
    assert Comment.objects.get().text == "So be it."


def test_it_may_be_taken_back() -> None:
    ask = program(person())
    known()
    _, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00001", "confirm": False})
    assert ask("DELETE", f"/api/v1/submissions/{told['key']}")[1]["state"] == "taken back"
    assert ask("DELETE", f"/api/v1/submissions/{told['key']}")[0] == 403


def test_an_unknown_paper_is_fetched(source: MadeSource) -> None:
    ask = program(person())
    status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00007"})
    assert (status, told["state"]) == (201, "listed")
    now = timezone.now()
    Job.objects.create(name=submission_fetching.JOB, last_finished_at=now, due_at=now)
    status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00008"})
    assert (status, told["state"], told["paper"]) == (202, "fetching", None)
    assert source.looked_up == ["2603.00007"]


@pytest.mark.parametrize("name", ["paper_id", "paperId"])
def test_clients_of_hugging_face_submit(name: str) -> None:
    ask = program(person())
    known()
    status, told = ask("POST", "/api/papers/submit", {name: "2603.00001", "comment": "Nice."})
    assert (status, told["state"]) == (201, "listed")
    assert Listing.objects.get().submitted_by == "alice"
    assert Client().get("/api/papers/submit").status_code == 405


def test_refusals_have_the_shape_of_the_api(settings: Any) -> None:
    settings.SUBMIT_PER_DAY = 1
    ask = program(person())
    take(record("Listed Before", arxiv="2603.00003"))
    known()
    status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00003"})
    assert (status, told["paper"]) == (409, "2603.00003")
    for body in ({}, {"paper": 3}, {"paper": "herons"}, {"paper": "2603.00001", "confirm": "yes"}, "[]", "{"):
        status, told = ask("POST", "/api/v1/submissions", body)
        assert (status, list(told)) == (400, ["error"])
    assert ask("POST", "/api/papers/submit", {})[0] == 400
    assert ask("POST", "/api/v1/submissions", {"paper": "2603.00001"})[0] == 201
    status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00004"})
    assert (status, told) == (403, {"error": "You have submitted 1 paper today, which is what one person may."})
    assert "1 paper a day and person." in in_words()
    for _ in range(30):
        status, told = ask("POST", "/api/v1/submissions", {"paper": "2603.00004"})
    assert (status, list(told)) == (429, ["error"])


def test_who_may_is_who_may() -> None:
    alice, bob = person("alice"), person("bob")
    known()
    _, told = program(alice)("POST", "/api/v1/submissions", {"paper": "2603.00001", "confirm": False})
    path = f"/api/v1/submissions/{told['key']}"
    assert [program(bob)(method, path)[0] for method in ("GET", "POST", "DELETE")] == [404, 404, 404]
    assert [program(None)(method, path)[0] for method in ("GET", "POST", "DELETE")] == [401, 401, 401]
    assert [program(alice, "read")(method, path)[0] for method in ("GET", "POST", "DELETE")] == [200, 403, 403]
    assert program(suspended())("POST", "/api/v1/submissions", {"paper": "2603.00001"})[0] == 403
    assert program(None)("POST", "/api/papers/submit", {"paper_id": "2603.00001"})[0] == 401
    assert program(alice, "read")("POST", "/api/papers/submit", {"paper_id": "2603.00001"})[0] == 403
