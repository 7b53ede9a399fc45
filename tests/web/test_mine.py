"""What the papers of a page are to its reader, looked up once."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from broadsheet.community import votes
from broadsheet.community.models import Claim, Shelved, Submission, Vote
from broadsheet.web.mine import mine
from tests.builders import paper
from tests.people import person

pytestmark = pytest.mark.django_db


def request_of(user: object) -> Any:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    return request


def test_everything_of_a_page_is_one_question(django_assert_num_queries: Any) -> None:
    alice, bob, now = person(), person("bob"), timezone.now()
    voted, saved, gone, brought, written, other = papers = [paper(f"Paper {n}") for n in range(6)]
    votes.cast_vote(alice, voted)
    waiting = votes.cast_vote(alice, other)
    votes.change_state([waiting.pk], Vote.State.COUNTED, Vote.State.HELD)
    Shelved.objects.create(account=alice, paper=saved, saved_at=now, read_at=now)
    votes.dismiss(alice, gone)
    Submission.objects.create(account=alice, paper=brought, named="x", submitted_at=now)
    Claim.objects.create(account=alice, paper=written, claimed_at=now, state=Claim.State.VERIFIED)
    votes.cast_vote(bob, saved)
    request = request_of(alice)
    with django_assert_num_queries(1):
        it = mine(request).about(papers)
        assert it.voted == {voted.pk, other.pk}
        assert it.waiting == {other.pk}
        assert it.state_of(other.pk) == "held"
        assert it.state_of(saved.pk) == ""
        assert it.saved == it.read == {saved.pk}
        assert it.seen == set()
        assert it.dismissed == {gone.pk}
        assert it.own == {brought.pk, written.pk}
        assert mine(request) is it


def test_papers_that_come_later_are_asked_for_alone(django_assert_num_queries: Any) -> None:
    alice, one, two = person(), paper("One"), paper("Two")
    votes.cast_vote(alice, two)
    it = mine(request_of(alice)).about([one])
    assert it.voted == set()
    with django_assert_num_queries(1):
        assert it.about([one, two]).voted == {two.pk}


@pytest.mark.parametrize("name", ["nobody", "waiting"])
def test_for_somebody_without_an_account_nothing_is_asked(name: str, django_assert_num_queries: Any) -> None:
    one = paper("One")
    user = AnonymousUser() if name == "nobody" else person(is_waiting=True)
    with django_assert_num_queries(0):
        it = mine(request_of(user)).about([one])
        assert not (it.voted | it.waiting | it.own | it.saved | it.seen | it.read | it.dismissed)
        assert it.state_of(one.pk) == ""


def test_a_page_without_people_has_nothing_of_theirs() -> None:
    assert mine(RequestFactory().get("/")).account is None
