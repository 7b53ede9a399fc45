"""What others did stays theirs when a person is erased, and counts stay right."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import recount as recount_comments
from broadsheet.community.erasing import erase
from broadsheet.community.models import Account, Collection, Comment, Group, Membership, Vote
from broadsheet.community.votes import recount as recount_votes
from tests.builders import WEDNESDAY, many, take
from tests.people import admin, person

pytestmark = pytest.mark.django_db


def test_what_others_said_stands_below_what_was_removed() -> None:
    alice, bob = person(), person("bob")
    take(*many(1, on=WEDNESDAY, days=1))
    paper, now = Paper.objects.get(), timezone.now()
    said = Comment.objects.create(paper=paper, account=alice, text="Words", written_at=now)
    made = {"paper": paper, "account": bob, "written_at": now}
    answer = Comment.objects.create(parent=said, text="@ALICE: no", **made)
    other = Comment.objects.create(text="As @alice says, and @alice2 and x@alice.org do not: @alice.", **made)
    recount_comments(paper.pk)
    erase(alice, votes_are="withdraw")
    for comment in (said, answer, other):
        comment.refresh_from_db()
    assert (said.state, said.text, said.account_id) == ("erased", "", None)
    assert (answer.account, answer.parent, answer.text) == (bob, said, "[removed]: no")
    assert other.text == "As [removed] says, and @alice2 and x@alice.org do not: [removed]."
    paper.refresh_from_db()
    assert paper.comments_here_count == Comment.objects.filter(state="visible").count() == 2


def test_a_group_goes_on_without_its_owner_and_one_of_nobody_goes() -> None:
    me, other = person(), person("bob")
    now = timezone.now()
    take(*many(1, on=WEDNESDAY, days=1))
    paper = Paper.objects.get()
    ours, mine = (Group.objects.create(slug=slug, name="A group", created_at=now) for slug in ("ours", "mine"))
    for group in (ours, mine):
        Membership.objects.create(group=group, account=me, role="owner", invited_at=now, joined_at=now)
    Membership.objects.create(group=ours, account=other, role="reader", invited_at=now, joined_at=now)
    made = {"created_at": now, "changed_at": now}
    kept = Collection.objects.create(title="Ours", group=ours, visibility="public", **made)
    Collection.objects.create(title="Mine", group=ours, visibility="group", owner=me, **made)
    said = Comment.objects.create(paper=paper, account=me, group=mine, text="Me", written_at=now)
    Comment.objects.create(paper=paper, account=me, group=mine, parent=said, text="Me too", written_at=now)
    erase(me, votes_are="withdraw")
    assert list(Group.objects.values_list("slug", "memberships__account", "memberships__role")) == [
        ("ours", other.pk, "owner")
    ]
    assert list(Collection.objects.values_list("pk", "owner")) == [(kept.pk, None)]
    assert not Comment.objects.exists()


def test_the_last_admin_stays() -> None:
    ada = admin()
    with pytest.raises(RefusedError, match="only admin"):
        erase(ada, votes_are="withdraw")
    assert Account.objects.filter(pk=ada.pk).exists()


class TestCounts(TestCase):
    @given(
        votes=st.lists(
            st.tuples(
                st.integers(0, 2), st.integers(0, 3), st.sampled_from(["counted", "waiting", "held", "rejected"])
            ),
            unique_by=lambda vote: vote[:2],
            max_size=10,
        ),
        votes_are=st.sampled_from(["anonymise", "withdraw"]),
    )
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    def test_are_right_afterwards(self, votes: list[tuple[int, int, str]], votes_are: Any) -> None:
        people = [person(name) for name in ("alice", "bob", "charlie")]
        take(*many(4, on=WEDNESDAY, days=1))
        papers = list(Paper.objects.order_by("pk"))
        for who, which, state in votes:
            Vote.objects.create(account=people[who], paper=papers[which], state=state, cast_at=timezone.now())
        recount_votes(paper.pk for paper in papers)
        before = {paper.pk: Vote.objects.filter(paper=paper, state="counted").count() for paper in papers}
        lost = {papers[which].pk for who, which, state in votes if who == 0 and state == "counted"}
        erase(people[0], votes_are=votes_are)
        for paper in Paper.objects.all():
            is_less = votes_are == "withdraw" and paper.pk in lost
            assert paper.votes_here_count == before[paper.pk] - is_less
            assert paper.votes_here_count == Vote.objects.filter(paper=paper, state="counted").count()
        assert not Vote.objects.filter(account=None).exclude(state="counted", network="").exists()
