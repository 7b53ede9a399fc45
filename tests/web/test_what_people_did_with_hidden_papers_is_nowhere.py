"""A hidden paper is in no outlet of what people did either: comments, votes, lists, claims, groups, notifications."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Category, Organisation, Paper
from broadsheet.community.models import (
    Account,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    Follow,
    Group,
    Membership,
    Notification,
    Pin,
    Shelved,
    Submission,
    Vote,
)
from broadsheet.search.maintenance import update_index
from tests.builders import WEDNESDAY, many, record, take_and_index
from tests.people import person

pytestmark = pytest.mark.django_db
TITLE, WORDS, NAME = "A quagga that nobody should see on this page", "Said of the quokka", "2510.77777"
WEEK = f"{timezone.localdate().isocalendar().year}-W{timezone.localdate().isocalendar().week:02d}"
OUTLETS = [
    *("/people/alice", "/people/alice/votes", "/people/alice/comments", "/people/alice/submissions"),
    *("/people/alice/papers", "/people/alice/collections", "/people/alice/votes.atom", "/people/alice/votes.json"),
    *("/comments", "/comments/feed.atom", "/comments/feed.json", "/comments/feed.rss?person=alice"),
    *("/authors/quinn-quagga", "/organisations", "/organisations/institute 9", "/log", "/log.atom"),
    *("/collections/{collection}", "/collections/{collection}/export.bib", "/collections/{collection}/export.jsonl"),
    *("/feed.rss?author=quinn-quagga", "/feed.json?collection={collection}", "/search?collection={collection}"),
    *("/api/v1/comments", "/api/v1/collections", "/api/v1/collections/{collection}"),
    *("/api/v1/papers?author=quinn-quagga", "/api/daily_papers?submitter=alice"),
]
OF_THE_READER = [
    *("/library", "/library?shelf=saved", "/search?inside=saved", "/search?inside=voted", "/search?inside=noted"),
    *("/search?inside=followed", "/search?inside=read", "/library/export.bib", "/library/export.jsonl"),
    *("/submissions", "/claims", "/following", "/notifications", "/collections", "/groups", "/groups/lab"),
    *("/groups/lab/reading", "/groups/lab/week", f"/groups/lab/week/{WEEK}", "/api/v1/library"),
    *("/api/v1/submissions", f"/curation/{WEDNESDAY}"),
]
UNKNOWN = [
    *(f"/papers/{NAME}/voters", f"/papers/{NAME}/claim", f"/comments/on/{NAME}", f"/library/collect/{NAME}"),
    *(f"/library/notes/{NAME}", f"/groups/lab/papers/{NAME}", f"/comments/feed.atom?paper={NAME}"),
    *(f"/api/v1/papers/{NAME}/comments", f"/api/v1/papers/{NAME}/voters", f"/api/v1/library/{NAME}"),
    "/comments/{comment}",
    "/comments/{comment}/history",
    *("/api/v1/comments/{comment}", "/api/v1/comments/{comment}/history"),
]


@pytest.fixture
def hidden() -> dict[str, str]:
    """Alice did everything that can be done with a paper, in public and in a group, before it was hidden."""
    told = {"categories": ["cs.CL"], "organisation": "Institute 9", "authors": ["Quinn Quagga"]}
    take_and_index(*many(3), record(TITLE, arxiv=NAME, **told))
    paper, alice, bob, now = Paper.objects.get(arxiv_id=NAME), person(), person("bob"), timezone.now()
    group = Group.objects.create(slug="lab", name="Lab", created_at=now)
    Membership.objects.create(group=group, account=alice, role="owner", invited_at=now, joined_at=now)
    for inside in (None, group):
        Vote.objects.create(account=alice, paper=paper, group=inside, cast_at=now)
        Comment.objects.create(account=alice, paper=paper, group=inside, text=WORDS, written_at=now)
        collection = Collection.objects.create(
            title="A list",
            owner=alice,
            group=inside,
            created_at=now,
            changed_at=now,
            is_reading_list=bool(inside),
            visibility="group" if inside else "public",
        )
        CollectionEntry.objects.create(collection=collection, paper=paper, position=0, note="Quokka", added_at=now)
    Shelved.objects.create(account=alice, paper=paper, saved_at=now, read_at=now, seen_at=now, note="Quokka")
    Submission.objects.create(account=alice, paper=paper, named=NAME, state="listed", submitted_at=now)
    Claim.objects.create(account=alice, paper=paper, state="verified", claimed_at=now, position=0)
    Authorship.objects.filter(paper=paper).update(account=alice)
    Pin.objects.create(paper=paper, listed_on=WEDNESDAY, words="Quokka", pinned_at=now)
    for kind in ("reply", "new paper", "submission"):
        Notification.objects.create(account=alice, kind=kind, about=kind, paper=paper, made_at=now)
    Follow.objects.create(follower=alice, author="quinn-quagga", followed_at=now)
    Follow.objects.create(follower=alice, organisation=Organisation.objects.get(slug="institute 9"), followed_at=now)
    Follow.objects.create(follower=bob, category=Category.objects.get(code="cs.CL"), followed_at=now)
    attention.hide(paper.pk, is_hidden=True)
    update_index()
    public = Comment.objects.get(group=None)
    return {"comment": public.key, "collection": Collection.objects.get(group=None).key}


def _leaks(client: Client, addresses: list[str], named: dict[str, str]) -> list[str]:
    told = []
    for address in addresses:
        answer = client.get(address.format(**named), follow=True)
        body = answer.content.decode()
        told += [f"{address}: {words}" for words in (TITLE, WORDS, "Quokka", f"papers/{NAME}") if words in body]
    return told


def test_strangers_find_nothing_of_it(client: Client, hidden: dict[str, str]) -> None:
    assert _leaks(client, OUTLETS, hidden) == []


def test_whoever_did_it_finds_it_in_no_list(client: Client, hidden: dict[str, str]) -> None:
    client.force_login(Account.objects.get(username="alice"))
    assert _leaks(client, [*OUTLETS, *OF_THE_READER], hidden) == []


def test_its_own_addresses_are_unknown(client: Client, hidden: dict[str, str]) -> None:
    for who in (None, Account.objects.get(username="bob"), Account.objects.get(username="alice")):
        if who is not None:
            client.force_login(who)
        statuses = {address: client.get(address.format(**hidden)).status_code for address in UNKNOWN}
        assert {address: status for address, status in statuses.items() if status not in (302, 401, 404, 405)} == {}
        # Whoever has to sign in first is led back to the address that was asked for, and nothing else.
        assert [leak for leak in _leaks(client, UNKNOWN, hidden) if NAME not in leak.rpartition(": ")[2]] == []
