"""Notifications: who is told of what, once, and never of one's own acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.catalogue.models import Authorship, Category, Paper
from broadsheet.community.models import Account, Comment, Follow, Group, Membership, Mention, Notification, Submission
from broadsheet.community.notifications import (
    COUNTED_UP_TO,
    NEW_PAPERS_KEPT,
    Ways,
    choose,
    forget_old,
    mark_read,
    shown,
    tell,
    tell_followers,
    tell_of_comment,
    tell_of_decision,
    unread_count,
    ways,
)
from tests.builders import record, take
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


def paper(title: str = "Herons by the Thousand", **told: Any) -> Paper:
    take(record(title, **told))
    return Paper.objects.get(title=title)


def say(by: Account | None, about: Paper, text: str = "Well said.", **told: Any) -> Comment:
    return Comment.objects.create(account=by, paper=about, text=text, written_at=timezone.now(), **told)


def told(account: Account) -> list[str]:
    return sorted(Notification.objects.filter(account=account).values_list("kind", flat=True))


def test_who_is_answered_is_told_and_whoever_answers_is_not() -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    first = say(alice, about)
    tell_of_comment(first)
    answer = say(bob, about, parent=first)
    tell_of_comment(answer)
    assert (told(alice), told(bob)) == ([Kind.REPLY], [])
    (row,) = shown(alice)
    assert (row.actor, row.paper, row.comment) == (bob, about, answer)


def test_nobody_is_told_twice_of_one_comment() -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    answer = say(bob, about, parent=say(alice, about))
    Mention.objects.create(comment=answer, account=alice)
    for _ in range(2):
        tell_of_comment(answer)
    assert told(alice) == [Kind.REPLY]


def test_an_edit_tells_those_who_were_not_named_before() -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    comment = say(alice, about)
    tell_of_comment(comment)
    Mention.objects.create(comment=comment, account=bob)
    tell_of_comment(comment)
    assert told(bob) == [Kind.MENTION]


@pytest.mark.parametrize("state", [Comment.State.WAITING, Comment.State.HIDDEN, Comment.State.DELETED])
def test_what_cannot_be_read_tells_nobody_until_it_can(state: str) -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    answer = say(bob, about, parent=say(alice, about), state=state)
    tell_of_comment(answer)
    assert told(alice) == []
    answer.state = Comment.State.VISIBLE
    answer.save()
    tell_of_comment(answer)
    assert told(alice) == [Kind.REPLY]


def test_a_hidden_paper_tells_nobody() -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    answer = say(bob, about, parent=say(alice, about))
    Paper.objects.filter(pk=about.pk).update(is_hidden=True)
    tell_of_comment(Comment.objects.get(pk=answer.pk))
    assert told(alice) == []


def test_who_brought_or_wrote_the_paper_or_spoke_in_the_thread_is_told() -> None:
    about = paper(authors=("A. Heron",))
    brought, wrote, spoke, elsewhere, bob = (person(name) for name in ("bea", "wil", "sam", "eli", "bob"))
    now = timezone.now()
    Submission.objects.create(account=brought, paper=about, named="x", state="listed", submitted_at=now)
    Submission.objects.create(account=elsewhere, paper=about, named="x", state="refused", submitted_at=now)
    Authorship.objects.filter(paper=about).update(account=wrote)
    first = say(None, about)
    say(elsewhere, about)
    middle = say(spoke, about, parent=first)
    tell_of_comment(say(bob, about, parent=say(None, about, parent=middle)))
    tell_of_comment(say(bob, about, parent=say(None, about, parent=middle)))
    found = [told(one) for one in (brought, wrote, spoke, elsewhere, bob)]
    assert found == [[Kind.COMMENT] * 2, [Kind.COMMENT] * 2, [Kind.COMMENT] * 2, [], []]


def test_what_is_said_in_a_group_stays_in_the_group() -> None:
    about = paper(authors=("A. Heron",))
    inside, left, author, bob = (person(name) for name in ("ina", "leo", "wil", "bob"))
    Authorship.objects.filter(paper=about).update(account=author)
    now = timezone.now()
    group = Group.objects.create(slug="herons", name="Herons", created_at=now)
    joined = [Membership(group=group, account=one, invited_at=now, joined_at=now) for one in (inside, left, bob)]
    invited = Membership(group=group, account=author, invited_at=now)
    Membership.objects.bulk_create([*joined, invited])
    comment = say(bob, about, group=group)
    for one in (inside, left, author):
        Mention.objects.create(comment=comment, account=one)
    tell_of_comment(comment)
    assert [told(one) for one in (inside, left, author)] == [[Kind.MENTION], [Kind.MENTION], []]
    Membership.objects.filter(account=left).delete()
    assert (len(shown(inside)), len(shown(left))) == (1, 0)


def test_the_suspended_and_the_gone_are_told_nothing() -> None:
    closed = person("carl")
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    closed.refresh_from_db()
    waiting = person("wanda", is_waiting=True)
    for one in (suspended(), closed, waiting):
        tell(one, Kind.CLAIM, about="claim 1 verified")
    tell_of_decision(None, Kind.CLAIM, about="claim 1 verified", words="Yes.")
    assert not Notification.objects.exists()


def test_choices_say_whether_and_how(settings: Any) -> None:
    settings.SENDS_MAIL = True
    alice = person()
    choose(alice, {Kind.REPLY: Ways(site=False, mail=True), Kind.MENTION: Ways(site=False, mail=False)})
    alice.refresh_from_db()
    tell(alice, Kind.REPLY, about="a")
    tell(alice, Kind.MENTION, about="a")
    tell(alice, Kind.SUBMISSION, about="a")
    rows = Notification.objects.order_by("pk").values_list("kind", "is_shown", "is_for_mail")
    assert list(rows) == [(Kind.REPLY, False, True), (Kind.SUBMISSION, True, False)]
    assert unread_count(alice) == 1


@pytest.mark.parametrize("broken", [[], "no", {"reply": "yes"}, {"reply": {"site": "maybe", "mail": 1}}])
def test_choices_that_are_not_understood_harm_nobody(broken: Any) -> None:
    alice = person(choices=broken)
    assert isinstance(ways(alice, Kind.REPLY), Ways)


def test_where_nothing_is_mailed_nothing_waits_for_mail(settings: Any) -> None:
    settings.SENDS_MAIL = False
    alice = person()
    tell(alice, Kind.REPLY, about="a")
    assert not Notification.objects.get().is_for_mail


def test_followers_are_told_of_new_papers_once_each() -> None:
    about, hidden = paper(authors=("A. Heron",), categories=("cs.LG",)), paper("Hidden", categories=("cs.LG",))
    Paper.objects.filter(pk=hidden.pk).update(is_hidden=True)
    Authorship.objects.filter(paper=about).update(slug="a-heron")
    alice, bob, now = person("alice"), person("bob"), timezone.now()
    category = Category.objects.get(code="cs.LG")
    Follow.objects.create(follower=alice, category=category, followed_at=now)
    Follow.objects.create(follower=alice, author="a-heron", followed_at=now)
    Follow.objects.create(follower=bob, person=alice, followed_at=now)
    for _ in range(2):
        tell_followers([about.pk, hidden.pk])
    assert [told(one) for one in (alice, bob)] == [[Kind.NEW_PAPER], []]
    Authorship.objects.filter(paper=about).update(account=alice)
    tell_followers([about.pk])
    assert told(bob) == [Kind.NEW_PAPER]


def test_read_is_read_and_only_ones_own() -> None:
    alice, bob = person("alice"), person("bob")
    for one in (alice, bob):
        for number in range(3):
            tell(one, Kind.REPLY, about=f"{number}")
    assert mark_read(alice, [Notification.objects.filter(account=bob)[0].pk]) == 0
    assert mark_read(alice, [Notification.objects.filter(account=alice)[0].pk]) == 1
    assert (unread_count(alice), unread_count(bob)) == (2, 3)
    assert mark_read(alice) == 2
    assert (unread_count(alice), unread_count(bob)) == (0, 3)


def test_what_was_read_is_not_mailed(settings: Any) -> None:
    settings.SENDS_MAIL = True
    alice = person()
    tell(alice, Kind.REPLY, about="a")
    mark_read(alice)
    assert not Notification.objects.get().is_for_mail


def test_the_count_of_unread_ones_ends_somewhere() -> None:
    alice = person()
    Notification.objects.bulk_create(
        Notification(account=alice, kind=Kind.REPLY, about=f"{number}", made_at=timezone.now())
        for number in range(COUNTED_UP_TO + 5)
    )
    assert unread_count(alice) == COUNTED_UP_TO


def test_what_is_old_is_forgotten() -> None:
    alice = person()
    tell(alice, Kind.REPLY, about="a")
    tell(alice, Kind.NEW_PAPER, about="a")
    assert forget_old(timezone.now() + NEW_PAPERS_KEPT + timedelta(minutes=1)) == 1
    assert told(alice) == [Kind.REPLY]


class NobodyIsToldTwice(TestCase):
    """Whatever happens in whatever order, a person hears of a comment at most once, and never of one's own."""

    @settings(max_examples=25)
    @given(
        steps=st.lists(
            st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 5)), st.sets(st.integers(0, 2))),
            min_size=1,
            max_size=6,
        ),
        again=st.lists(st.integers(0, 5)),
    )
    def test_in_any_order(self, steps: list[tuple[int, int | None, set[int]]], again: list[int]) -> None:
        people = [Account.objects.create(username=f"person{number}") for number in range(3)]
        about = paper()
        made: list[Comment] = []
        for by, answered, named in steps:
            parent = made[answered % len(made)] if made and answered is not None else None
            comment = say(people[by], about, parent=parent)
            Mention.objects.bulk_create(Mention(comment=comment, account=people[one]) for one in named)
            made.append(comment)
            tell_of_comment(comment)
        for number in again:
            tell_of_comment(made[number % len(made)])
        rows = list(Notification.objects.values_list("account", "comment"))
        assert len(rows) == len(set(rows))
        for row in Notification.objects.select_related("comment"):
            assert row.comment is not None
            assert row.comment.account_id != row.account_id
