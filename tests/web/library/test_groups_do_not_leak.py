"""Charlie, who is in no group, knocks at every address: of what is in a group nothing comes out anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups, votes
from broadsheet.community.comments import write_comment
from broadsheet.community.models import Account, Collection, Comment, Group
from broadsheet.community.tokens import make
from tests.builders import WEDNESDAY, many, take_and_index
from tests.people import admin, curator, moderator, person
from tests.web.reading import Reader

pytestmark = pytest.mark.django_db
CANARY = "zanzibarkiwi"
GROUP_NAME = "Quorvex circle"


@dataclass
class Lab:
    """A group with something of everything in it."""

    alice: Account
    bob: Account
    group: Group
    paper: Paper
    comment: Comment
    shared: Collection
    ours: Collection


@pytest.fixture
def lab(settings: Any) -> Lab:
    settings.MODE = "open"
    take_and_index(*many(3, length=200))
    alice, bob = person(), person("bob")
    group = groups.make_group(alice, GROUP_NAME, about=f"about {CANARY}")
    groups.invite(alice, group, "bob")
    groups.accept(bob, group)
    paper = Paper.objects.get(arxiv_id="2510.10001")
    listed = groups.reading_list(group)
    collections.add_papers(bob, listed, [paper])
    collections.note_entry(bob, listed, paper, f"note {CANARY}")
    groups.mark_read_on(alice, group, paper, timezone.localdate())
    votes.cast_vote(alice, paper, group=group)
    comment = write_comment(bob, paper, f"comment {CANARY}, @charlie", group=group)
    shared = collections.make_collection(alice, f"shared {CANARY}", visibility="group", group=group)
    collections.add_papers(alice, shared, [paper])
    ours = collections.make_collection(bob, f"ours {CANARY}", group=group, is_of_group=True)
    paper.refresh_from_db()
    return Lab(alice, bob, group, paper, comment, shared, ours)


def client_of(account: Account | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def group_pages(lab: Lab) -> list[str]:
    slug = lab.group.slug
    keys = (groups.reading_list(lab.group).key, lab.shared.key, lab.ours.key)
    return [
        f"/groups/{slug}",
        f"/groups/{slug}/people",
        f"/groups/{slug}/week",
        f"/groups/{slug}/papers/{lab.paper.name}",
        *(f"/collections/{key}" for key in keys),
        *(f"/collections/{key}/export.{kind}" for key in keys for kind in ("bib", "ris", "csl.json", "jsonl", "md")),
        *(f"/feed.{kind}?collection={key}" for key in keys for kind in ("rss", "atom", "json")),
        *(f"/search?collection={key}" for key in keys),
        *(f"/api/v1/collections/{key}" for key in keys),
        *(f"/api/v1/papers?collection={key}" for key in keys),
    ]


def public_pages(lab: Lab) -> list[str]:
    return [
        "/",
        f"/date/{WEDNESDAY}",
        f"/papers/{lab.paper.name}",
        f"/papers/{lab.paper.name}/voters",
        "/groups",
        "/collections",
        "/comments",
        f"/search?q={CANARY}&mode=words",
        "/search?q=readers",
        "/feed.atom",
        "/comments/feed.atom",
        "/comments/feed.json",
        "/api/v1/comments",
        f"/api/v1/papers/{lab.paper.name}",
        f"/api/v1/papers/{lab.paper.name}/comments",
        "/api/v1/papers?q=readers",
        "/api/v1/collections",
        "/people/alice",
        "/people/bob",
        "/about",
        "/library",
        "/notifications",
    ]


def test_its_members_see_all_of_it(lab: Lab) -> None:
    for account in (lab.alice, lab.bob):
        for path in group_pages(lab):
            assert client_of(account).get(path).status_code == 200, path
    page = Reader(client_of(lab.bob)).open(f"/groups/{lab.group.slug}?show=read").one("main").text
    assert f"note {CANARY}" in page
    assert "added by bob" in page
    week = Reader(client_of(lab.bob)).open(f"/groups/{lab.group.slug}/week").one("main").text
    assert f"note {CANARY}" in week
    assert "1 comment in the group" in week
    assert f"comment {CANARY}" in Reader(client_of(lab.alice)).open(group_pages(lab)[3]).one("main").text


def test_for_strangers_it_is_not_there(lab: Lab) -> None:
    for account in (None, person("charlie"), curator(), moderator(), admin()):
        client = client_of(account)
        for path in group_pages(lab):
            answer = client.get(path)
            text = answer.content.decode()
            assert answer.status_code in ((302, 400, 404) if account is None else (400, 404)), (
                path,
                answer.status_code,
            )
            assert CANARY not in text, path
            assert GROUP_NAME not in text, path


def test_nothing_of_it_is_on_public_pages(lab: Lab) -> None:
    charlie = person("charlie")
    for client in (client_of(None), client_of(charlie)):
        for path in public_pages(lab):
            text = client.get(path, follow=True).content.decode().replace(f"q={CANARY}", "").replace(f'"{CANARY}"', "")
            assert text.count(CANARY) == 0 or "/search" in path, path
            assert f"comment {CANARY}" not in text, path
            assert GROUP_NAME not in text, path
            assert lab.group.slug not in text, path
    assert (lab.paper.votes_here_count, lab.paper.comments_here_count) == (0, 0)


def test_a_comment_in_it_has_no_address_for_strangers(lab: Lab) -> None:
    charlie = person("charlie")
    for path in (
        f"/comments/{lab.comment.key}",
        f"/comments/{lab.comment.key}/history",
        f"/comments/on/{lab.paper.key}?group={lab.group.slug}",
        f"/api/v1/comments/{lab.comment.key}",
    ):
        assert client_of(charlie).get(path).status_code == 404, path
    assert not charlie.notifications.exists()


def test_strangers_change_nothing_in_it(lab: Lab) -> None:
    charlie, slug = client_of(person("charlie")), lab.group.slug
    key, name = groups.reading_list(lab.group).key, lab.paper.name
    for path, told in (
        (f"/groups/{slug}/edit", {"name": "x"}),
        (f"/groups/{slug}/delete", {}),
        (f"/groups/{slug}/membership", {"invite": "charlie"}),
        (f"/groups/{slug}/answer", {"accept": "1"}),
        (f"/groups/{slug}/answer", {"leave": "1"}),
        (f"/groups/{slug}/reading", {"add": name}),
        (f"/groups/{slug}/reading", {"paper": name, "read_on": ""}),
        (f"/groups/{slug}/vote", {"vote": name}),
        (f"/collections/{key}/entries", {"remove": name}),
        (f"/collections/{key}/edit", {"title": "x"}),
        (f"/collections/{key}/delete", {}),
        (f"/collections/{key}/copy", {}),
        (f"/collections/{key}/import", {}),
        (f"/collections/{key}/notes/{name}", {"note": "x"}),
    ):
        assert charlie.post(path, told).status_code == 404, path
    assert Group.objects.get().name == GROUP_NAME
    assert groups.people_of(lab.group).count() == 2
    assert groups.reading_list(lab.group).entries.get().note == f"note {CANARY}"


def test_a_token_shows_no_more_than_its_person_sees(lab: Lab) -> None:
    charlie = person("charlie")
    key = groups.reading_list(lab.group).key
    for account, scopes, status in (
        (lab.alice, ["read"], 200),
        (lab.bob, ["write"], 200),
        (charlie, ["read", "write"], 404),
    ):
        _row, text = make(account, name="t", scopes=scopes)
        headers = {"Authorization": f"Bearer {text}"}
        assert Client().get(f"/api/v1/collections/{key}", headers=headers).status_code == status
        listed = Client().get("/api/v1/collections", headers=headers).content.decode()
        assert (CANARY in listed) == (status == 200)


def test_a_listed_group_shows_its_name_and_what_it_says_and_no_more(lab: Lab) -> None:
    groups.change_group(lab.alice, lab.group, name=GROUP_NAME, about="We fly kites.", is_listed=True)
    for client in (client_of(None), client_of(person("charlie"))):
        assert GROUP_NAME in Reader(client).open("/groups").one("main").text
        page = Reader(client).open(f"/groups/{lab.group.slug}").one("main").text
        assert "We fly kites." in page
        for secret in (CANARY, "alice", "bob", lab.paper.title[:20]):
            assert secret not in page
    for path in group_pages(lab)[1:4]:
        assert client_of(Account.objects.get(username="charlie")).get(path).status_code == 404, path


def test_who_left_sees_no_more_of_it(lab: Lab) -> None:
    groups.leave(lab.bob, lab.group)
    for path in group_pages(lab):
        answer = client_of(lab.bob).get(path)
        assert answer.status_code in (400, 404), path
        assert CANARY not in answer.content.decode(), path
