"""Recommendations by the API: lists with reasons, thumbs, what was learnt, and lists from any set of papers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import tokens
from broadsheet.community.models import Account, Collection, CollectionEntry, Dismissal, Impression, Taste, Unlearnt
from broadsheet.community.votes import cast_vote
from broadsheet.ranking.personal.candidates import forget_held
from tests.builders import record, take
from tests.people import person
from tests.ranking.personal.world import FIELDS

pytestmark = pytest.mark.django_db
LIST, PROFILE, FROM = "/api/v1/for-you", "/api/v1/for-you/profile", "/api/v1/recommendations"


@pytest.fixture(autouse=True)
def _nothing_is_held() -> Iterator[None]:
    forget_held()
    yield
    forget_held()


@pytest.fixture
def papers(db: None) -> dict[str, list[Paper]]:
    """Six papers of each of four fields, listed today."""
    today = timezone.localdate()
    for place, (name, about) in enumerate(FIELDS.items()):
        take(
            *(
                record(f"{name} study {n}", abstract=f"On {about}, {n}.", on=today, arxiv=f"2510.1{place}00{n}")
                for n in range(6)
            )
        )
    return {name: list(Paper.objects.filter(title__startswith=name).order_by("title")) for name in FIELDS}


@pytest.fixture
def alice(db: None) -> Account:
    account = person()
    Taste.objects.create(account=account, recency=0, popularity=0, exploration=0, changed_at=timezone.now())
    return account


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    made: Any = tokens.make(account, name="a program", scopes=scopes)
    text = made[1] if isinstance(made, tuple) else made.text
    return {"Authorization": f"Bearer {text}"}


def names(told: dict[str, Any]) -> list[str]:
    return [paper["id"] for paper in told["papers"]]


def test_a_list_tells_its_reasons_and_goes_on(alice: Account, papers: dict[str, list[Paper]], client: Client) -> None:
    cast_vote(alice, papers["birds"][0])
    headers = bearer(alice, "read")

    told = client.get(f"{LIST}?limit=5", headers=headers).json()

    assert (told["total"], told["is_on"], told["is_cold"]) == (23, True, False)
    assert set(names(told)) == {paper.name for paper in papers["birds"][1:]}
    first = told["papers"][0]
    assert (first["is_exploring"], first["interest"]) == (False, None)
    reason = first["reasons"][0]
    assert reason["kind"] == "like a paper"
    assert reason["paper"] == {"id": papers["birds"][0].name, "title": "birds study 0"}
    assert reason["signal"] == "voted"
    assert Impression.objects.filter(account=alice, surface="api").count() == 5
    seen = names(told)
    while told["next"]:
        told = client.get(told["next"].removeprefix("http://testserver"), headers=headers).json()
        seen += names(told)
    assert len(seen) == len(set(seen)) == 23
    with_token = client.get(LIST, headers=headers)
    assert "no-store" in with_token["Cache-Control"]


@pytest.mark.parametrize("asked", ["page=0", "page=x", "limit=101", "limit=-1", "page=101", "page=٣"])
def test_what_is_no_page_is_refused(alice: Account, asked: str, client: Client) -> None:
    assert client.get(f"{LIST}?{asked}", headers=bearer(alice, "read")).status_code == 400


def test_thumbs_count_at_once(alice: Account, papers: dict[str, list[Paper]], client: Client) -> None:
    headers = bearer(alice, "read", "write")
    client.get(LIST, headers=headers)
    gone = papers["glass"][0].name
    for _ in range(2):
        assert client.put(f"/api/v1/papers/{gone}/dismissal", headers=headers).status_code == 204
    assert Dismissal.objects.count() == 1
    assert Impression.objects.filter(paper=papers["glass"][0], dismissed_at__isnull=False).count() == 1
    assert gone not in names(client.get(LIST, headers=headers).json())

    assert client.delete(f"/api/v1/papers/{gone}/dismissal", headers=headers).status_code == 204
    assert gone in names(client.get(LIST, headers=headers).json())
    assert not Impression.objects.filter(dismissed_at__isnull=False).exists()
    assert client.put("/api/v1/papers/none/dismissal", headers=headers).status_code == 404
    client.put(f"/api/v1/papers/{papers['birds'][0].name}/vote", headers=headers)
    assert set(names(client.get(f"{LIST}?limit=5", headers=headers).json())) == {
        paper.name for paper in papers["birds"][1:]
    }


def test_what_was_learnt_is_told_and_an_interest_is_deleted(
    alice: Account, papers: dict[str, list[Paper]], client: Client
) -> None:
    headers = bearer(alice, "read", "write")
    Taste.objects.filter(account=alice).update(interests=["chess endgames"])
    cast_vote(alice, papers["birds"][0])
    told = client.get(PROFILE, headers=headers).json()

    assert told["sentences"] == ["chess endgames"]
    assert told["signals_count"] == 2
    assert sum(len(one["papers"]) for one in told["interests"]) == 1
    assert [sentence for one in told["interests"] for sentence in one["sentences"]] == ["chess endgames"]
    for one in told["interests"]:
        assert client.delete(f"{LIST}/interests/{one['key']}", headers=headers).status_code == 204
        assert client.delete(f"{LIST}/interests/{one['key']}", headers=headers).status_code == 404
    assert client.get(PROFILE, headers=headers).json()["interests"] == []
    assert Unlearnt.objects.get().paper == papers["birds"][0]


def test_shares_and_switches_are_set(alice: Account, papers: dict[str, list[Paper]], client: Client) -> None:
    headers = bearer(alice, "read", "write")
    cast_vote(alice, papers["birds"][0])
    client.get(LIST, headers=headers)

    def send(**given: object) -> Any:
        return client.patch(PROFILE, given, content_type="application/json", headers=headers)

    told = send(recency=1, exploration=0.5, is_on=False).json()
    assert (told["recency"], told["exploration"], told["is_on"], told["interests"]) == (1, 0.5, False, [])
    listed = client.get(LIST, headers=headers).json()
    assert (listed["is_on"], listed["papers"], listed["next"]) == (False, [], None)
    for wrong in ({"recency": 2}, {"recency": "much"}, {"recency": True}, {"is_on": 1}):
        assert send(**wrong).status_code in (400, 403)
    assert Taste.objects.get().recency == 1


def test_any_set_of_papers_is_enough(alice: Account, papers: dict[str, list[Paper]], client: Client) -> None:
    given = [paper.name for paper in papers["glass"][:2]]
    others = {paper.name for paper in papers["glass"][2:]}

    told = client.get(FROM, {"like": given, "limit": "4"}).json()

    assert (told["given"], set(names(told))) == (2, others)
    assert "like=" in told["next"]
    sent = client.post(
        f"{FROM}?limit=4", {"papers": given}, content_type="application/json", headers=bearer(alice, "read")
    )
    assert names(sent.json()) == names(told)
    bib = "\n".join(
        f"@article{{k{n}, title={{x}}, eprint={{{name}}}, archiveprefix={{arXiv}}}}" for n, name in enumerate(given)
    )
    pasted = client.post(
        f"{FROM}?limit=4", {"text": bib}, content_type="application/json", headers=bearer(alice, "read")
    )
    assert names(pasted.json()) == names(told)
    assert not Impression.objects.exists()


def test_a_collection_is_enough_for_whom_it_is_for(
    alice: Account, papers: dict[str, list[Paper]], client: Client
) -> None:
    now = timezone.now()
    made = Collection.objects.create(title="Mine", owner=alice, created_at=now, changed_at=now)
    for place, paper in enumerate(papers["glass"][:2]):
        CollectionEntry.objects.create(collection=made, paper=paper, position=place, added_at=now)
    asked = f"{FROM}?collection={made.key}&limit=4"

    told = client.get(asked, headers=bearer(alice, "read"))

    assert set(names(told.json())) == {paper.name for paper in papers["glass"][2:]}
    assert "no-store" in told["Cache-Control"]
    assert client.get(asked).status_code == 400
    assert client.get(asked, headers=bearer(person("bob"), "read")).status_code == 400


@pytest.mark.parametrize("sent", [{"papers": "x"}, {"papers": [1]}, {"papers": []}, {"text": "@article{"}, {}])
def test_nothing_to_recommend_from_is_refused(alice: Account, sent: dict[str, Any], client: Client) -> None:
    headers = bearer(alice, "read")
    assert client.post(FROM, sent, content_type="application/json", headers=headers).status_code == 400
    assert client.get(FROM).status_code == 400
    assert client.get(f"{FROM}?like=none").status_code == 400
