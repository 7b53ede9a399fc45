"""Saved searches and subscriptions by the API: exact, private, and all of a request or nothing of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, SavedSearch, Subscription
from broadsheet.delivery.values import Contents, Filled
from tests.api.programs import Program
from tests.builders import record, take_and_index
from tests.fakes.servers import FakeServer, answer
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
PUBLIC = "https://93.184.216.34/hook"


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any, tmp_path: Path, index_dir: Path) -> None:
    settings.MODE, settings.HOME, settings.MODEL_DIR = "open", tmp_path, tmp_path / "no-model"


@pytest.fixture
def herons(db: None) -> list[Paper]:
    today = timezone.localdate()
    take_and_index(
        record("The grey heron", on=today, arxiv="2603.00001", votes_count=1),
        record("The night heron", on=today - timedelta(days=3), arxiv="2603.00002", votes_count=9),
        record("A pump", on=today, arxiv="2603.00003"),
    )
    return list(Paper.objects.order_by("pk"))


def test_a_search_is_saved_read_changed_and_deleted(herons: list[Paper]) -> None:
    ask = Program(person())
    made = ask("post", "/searches", {"query": "q=heron&sort=votes&p=3"}, status=201)
    assert (made["query"], made["name"]) == ("q=heron&sort=votes", "heron")
    assert ask("post", "/searches", {"query": "q=heron&sort=votes"})["key"] == made["key"]
    path = f"/searches/{made['key']}"
    assert ask("get", "/searches")["searches"] == [made] == [ask("get", path)]
    assert [one["id"] for one in ask("get", f"{path}/papers")["papers"]] == ["2603.00002", "2603.00001"]
    part = ask("get", f"{path}/papers?limit=1")
    assert (part["total"], part["next"].rpartition("?")[2].split("&")[1:]) == (2, ["offset=1", "limit=1"])
    changed = ask("patch", path, {"name": "Pumps", "query": "?q=pump"})
    assert (changed["name"], changed["query"], changed["feeds"]) == ("Pumps", "q=pump", made["feeds"])
    assert ask("post", f"{path}/feeds")["feeds"] != made["feeds"]
    ask("delete", path, status=204)
    ask("get", path, status=404)
    ask("get", f"{path}/papers", status=404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": 1},
        {"query": ""},
        {"query": "date=x"},
        {"query": "q=a", "name": "n" * 201},
        [],
        {"query": "collection=abc"},
    ],
)
def test_what_cannot_be_saved_is_refused(herons: list[Paper], body: Any) -> None:
    assert "error" in Program(person())("post", "/searches", body, status=400)
    assert not SavedSearch.objects.exists()


def test_searches_are_their_owners_alone(herons: list[Paper]) -> None:
    alice, bob = person(), person("bob")
    key = Program(alice)("post", "/searches", {"query": "q=heron"}, status=201)["key"]
    for method, path in (("get", ""), ("get", "/papers"), ("patch", ""), ("delete", ""), ("post", "/feeds")):
        Program(bob)(method, f"/searches/{key}{path}", {} if method == "patch" else None, status=404)
        Program()(method, f"/searches/{key}{path}", {} if method == "patch" else None, status=401)
    Program(alice, "read")("delete", f"/searches/{key}", status=403)
    Program(suspended())("post", "/searches", {"query": "q=heron"}, status=403)
    assert Program(bob)("get", "/searches") == {"searches": []}


def test_a_preview_counts_the_days_for_everybody(herons: list[Paper]) -> None:
    told = Program()("get", "/searches/preview?q=heron")
    assert told["total"] == 2
    assert [day["count"] for day in told["days"]] == [0] * 10 + [1, 0, 0, 1]
    assert {paper["id"] for paper in told["papers"]} == {"2603.00001", "2603.00002"}
    Program()("get", "/searches/preview?inside=saved", status=400)
    assert Program(person(), "read")("get", "/searches/preview?inside=saved")["total"] == 0


def test_letters_are_made_changed_and_ended(herons: list[Paper]) -> None:
    ask = Program(person())
    body = {
        "name": "Evening",
        "sections": [{"query": "last=day&sort=trending", "count": 7}, {"kind": "for you"}],
        "days": ["friday", "monday"],
        "time": "19:30",
        "zone": "Europe/Berlin",
        "abstracts": "none",
        "muted": ["cs.CV"],
    }
    made = ask("post", "/subscriptions", body, status=201)
    row = Subscription.objects.get()
    assert (row.days, row.minute, row.zone, row.outlet) == (17, 19 * 60 + 30, "Europe/Berlin", "mail")
    assert [section["count"] for section in row.sections] == [7, 10]
    assert (made["days"], made["time"], made["muted"]) == (["monday", "friday"], "19:30", ["cs.CV"])
    path = f"/subscriptions/{made['key']}"
    assert ask("get", path) == made == ask("get", "/subscriptions")["subscriptions"][0]
    assert ask("patch", path, {"rhythm": "at once", "is_on": False})["rhythm"] == "at once"
    row.refresh_from_db()
    assert not row.is_on
    assert ask("patch", path, {"is_on": True})["is_on"] is True
    for sub in ("test", "secret"):
        ask("post", f"{path}/{sub}", status=404)
    ask("delete", path, status=204)
    ask("get", path, status=404)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "sections": "all"},
        {"name": "x", "sections": [{"query": "date=x"}]},
        {"name": "x", "sections": [{"count": 0}]},
        {"name": "x", "sections": [{}], "time": "25:00"},
        {"name": "x", "sections": [{}], "days": ["someday"]},
        {"name": "x", "sections": [{}], "days": []},
        {"name": "x", "sections": [{}], "zone": "Mars/Base"},
        {"name": "x", "sections": [{}], "muted": [1]},
        {"name": "x", "sections": [{}], "count": "many"},
        {"name": "x", "sections": [{}], "outlet": "pigeon"},
        {"search": "0123456789abcdef"},
        {"outlet": "webhook", "target": PUBLIC},
    ],
)
def test_what_cannot_be_sent_is_refused(herons: list[Paper], body: dict[str, Any]) -> None:
    assert "error" in Program(person())("post", "/subscriptions", body, status=400)
    assert not Subscription.objects.exists()


def test_a_webhook_tells_its_secret_once(herons: list[Paper]) -> None:
    ask = Program(person())
    key = ask("post", "/searches", {"query": "q=heron", "name": "Herons"}, status=201)["key"]
    made = ask("post", "/subscriptions", {"outlet": "webhook", "search": key, "target": PUBLIC}, status=201)
    assert made["secret"].startswith("whsec_")
    path = f"/subscriptions/{made['key']}"
    told = ask("get", path)
    assert "secret" not in told
    assert PUBLIC not in json.dumps(told)
    assert (told["format"], told["search"]) == ("json", key)
    assert ask("post", f"{path}/secret")["secret"] != made["secret"]
    changed = ask("patch", path, {"format": "slack", "target": PUBLIC, "time": "08:00"})
    assert (changed["format"], changed["time"], changed["search"]) == ("slack", "08:00", key)
    ask("post", f"{path}/secret", status=400)
    assert "secret" in ask("patch", path, {"format": "json", "target": PUBLIC})
    ask("patch", path, {"target": "http://127.0.0.1/x"}, status=400)
    assert Subscription.objects.get().target == PUBLIC


def test_a_test_says_what_the_other_side_answered(herons: list[Paper], settings: Any) -> None:
    settings.INTRANET = ["127.0.0.1"]
    ask = Program(person())
    key = ask("post", "/searches", {"query": "q=heron"}, status=201)["key"]
    with FakeServer() as server:
        server.on("/hook", answer(b"no such hook", status=404))
        body = {"outlet": "webhook", "search": key, "target": f"{server.url}/hook", "format": "mattermost"}
        path = f"/subscriptions/{ask('post', '/subscriptions', body, status=201)['key']}"
        assert ask("post", f"{path}/test") == {"fate": "failed", "answer": "404 no such hook"}


def test_deliveries_are_listed_with_their_papers(herons: list[Paper]) -> None:
    ask = Program(person())
    made = ask("post", "/subscriptions", {"name": "x", "sections": [{"query": "q=heron"}]}, status=201)
    row, now = Subscription.objects.get(), timezone.now()
    contents = Contents((Filled(title="Herons", path="/", papers=(herons[1].pk, herons[0].pk)),))
    Delivery.objects.create(
        subscription=row, issue="1", state="sent", contents=contents.to_json(), due_at=now, planned_at=now, answer="250"
    )
    [told] = ask("get", f"/subscriptions/{made['key']}/deliveries")["deliveries"]
    assert (told["state"], told["answer"], told["papers"]) == ("sent", "250", ["2603.00002", "2603.00001"])
