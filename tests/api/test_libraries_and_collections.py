"""Libraries and collections by the API: exact, private, and all of a request or nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups, library
from broadsheet.community.models import Collection, Shelved
from tests.api.programs import Program
from tests.builders import many, take
from tests.people import person, suspended

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


@pytest.fixture
def papers(db: None) -> list[Paper]:
    take(*many(3, length=60))
    return list(Paper.objects.order_by("arxiv_id"))


def test_a_paper_is_saved_read_noted_and_unsaved(papers: list[Paper]) -> None:
    alice = person()
    ask, path = Program(alice), "/library/2510.10000"
    assert ask("get", path)["saved_at"] is None
    told = ask("put", path, {"is_saved": True, "is_read": True, "note": "good"})
    assert told["id"] == "2510.10000"
    assert told["saved_at"]
    assert told["read_at"]
    assert told["note"] == "good"
    assert ask("get", "/library")["total"] == 1
    assert [it["id"] for it in ask("get", "/library?show=noted")["papers"]] == ["2510.10000"]
    assert ask("put", path, {"is_read": False})["read_at"] is None
    ask("delete", path, status=204)
    assert ask("get", path)["saved_at"] is None
    assert ask("get", path)["note"] == "good"


def test_what_cannot_be_understood_changes_nothing(papers: list[Paper]) -> None:
    ask, path = Program(person()), "/library/2510.10000"
    for body in ({"is_saved": "yes"}, {"note": 7, "is_saved": True}, ["x"]):
        ask("put", path, body, status=400)
    ask("put", path, {"is_saved": True, "note": "x" * 10_001}, status=403)
    ask("put", "/library/nowhere", {"is_saved": True}, status=404)
    ask("get", "/library?show=all", status=400)
    ask("get", "/library?offset=-1", status=400)
    assert not Shelved.objects.exists()


def test_who_may(papers: list[Paper]) -> None:
    alice = person()
    read_only, nobody, sue = Program(alice, "read"), Program(), Program(suspended())
    for method, path, body in (
        ("put", "/library/2510.10000", {"is_saved": True}),
        ("delete", "/library/2510.10000", None),
        ("post", "/collections", {"title": "x"}),
    ):
        read_only(method, path, body, status=403)
        sue(method, path, body, status=403)
        nobody(method, path, body, status=401)
    for path in ("/library", "/library/2510.10000"):
        nobody("get", path, status=401)
        read_only("get", path)
        sue("get", path)
    library.save(alice, papers[0])
    assert Program(person("bob"))("get", "/library")["total"] == 0


def test_a_collection_is_made_changed_ordered_and_deleted(papers: list[Paper]) -> None:
    ask = Program(person())
    made = ask("post", "/collections", {"title": "Kites", "about": "in wind"}, status=201)
    path = f"/collections/{made['key']}"
    assert (made["visibility"], made["owner"], made["papers"]) == ("private", "alice", [])
    for paper in papers:
        ask("put", f"{path}/papers/{paper.arxiv_id}", {})
    told = ask("put", f"{path}/papers/2510.10002", {"note": "first of all", "move": "first"})
    assert [it["id"] for it in told["papers"]] == ["2510.10002", "2510.10000", "2510.10001"]
    assert told["papers"][0]["note"] == "first of all"
    ask("put", f"{path}/papers/2510.10002", {"move": "sideways"}, status=400)
    ask("put", f"{path}/papers/nowhere", {}, status=404)
    ask("delete", f"{path}/papers/2510.10000", status=204)
    ask("delete", f"{path}/papers/2510.10000", status=404)
    told = ask("patch", path, {"visibility": "public"})
    assert (told["title"], told["about"], told["visibility"]) == ("Kites", "in wind", "public")
    assert Program()("get", path)["papers"][0]["id"] == "2510.10002"
    assert [it["key"] for it in Program()("get", "/collections")["collections"]] == [made["key"]]
    other = Program(person("bob"))
    other("patch", path, {"title": "Mine"}, status=403)
    other("delete", path, status=403)
    other("put", f"{path}/papers/2510.10000", {}, status=403)
    ask("patch", path, {"title": " "}, status=403)
    ask("post", "/collections", {}, status=400)
    ask("delete", path, status=204)
    ask("get", path, status=404)


def test_a_note_that_does_not_fit_adds_no_paper(papers: list[Paper]) -> None:
    alice = person()
    made = collections.make_collection(alice, "Kites")
    Program(alice)("put", f"/collections/{made.key}/papers/2510.10000", {"note": "x" * 10_001}, status=403)
    assert not made.entries.exists()


def test_a_group_is_named_by_its_members_alone(papers: list[Paper]) -> None:
    alice, bob = person(), person("bob")
    group = groups.make_group(alice, "Kite lab")
    body = {"title": "Kites", "visibility": "group", "group": group.slug}
    Program(bob)("post", "/collections", body, status=400)
    made = Program(alice)("post", "/collections", body, status=201)
    assert made["group"] == group.slug
    Program(bob)("get", f"/collections/{made['key']}", status=404)
    assert Collection.objects.count() == 2
