"""Signals: what counts, what does not, and that taking anything back shows at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import library
from broadsheet.community.follows import Target, follow
from broadsheet.community.models import Account, Claim, Example, Impression, Shelved, Unlearnt, Vote
from broadsheet.community.votes import cast_vote, dismiss, take_dismissal_back, withdraw_vote
from broadsheet.ranking.personal.kinds import SignalKind
from broadsheet.ranking.personal.signals import MOST_SIGNALS, SHOWN_ENOUGH, marks_of, marks_of_all, signals_of
from tests.builders import many, paper, take
from tests.people import person

pytestmark = pytest.mark.django_db


def told(account: Account) -> set[tuple[int, str]]:
    return {(one.paper_id, str(one.kind)) for one in signals_of(account)}


def test_everything_that_a_person_told_is_a_signal() -> None:
    alice = person("alice")
    voted, saved, wrote, given, unwanted = (paper(f"Paper of kind {n}") for n in range(5))
    cast_vote(alice, voted)
    library.save(alice, saved)
    Claim.objects.create(account=alice, paper=wrote, state=Claim.State.VERIFIED, claimed_at=timezone.now())
    Example.objects.create(account=alice, paper=given, given_at=timezone.now())
    dismiss(alice, unwanted)

    assert told(alice) == {
        (voted.pk, SignalKind.VOTED),
        (saved.pk, SignalKind.SAVED),
        (wrote.pk, SignalKind.WROTE),
        (given.pk, SignalKind.EXAMPLE),
        (unwanted.pk, SignalKind.DISMISSED),
    }
    assert marks_of(alice, timezone.now()).known == {voted.pk, saved.pk, wrote.pk, given.pk, unwanted.pk}


def test_what_is_taken_back_or_does_not_stand_is_none() -> None:
    alice = person("alice")
    one, two, three, four = (paper(f"Paper {n} of a few") for n in range(4))
    before = marks_of(alice, timezone.now()).digest()
    cast_vote(alice, one)
    assert marks_of(alice, timezone.now()).digest() != before
    withdraw_vote(alice, one)
    dismiss(alice, two)
    take_dismissal_back(alice, two)
    cast_vote(alice, three)
    Vote.objects.filter(account=alice).update(state=Vote.State.REJECTED)
    Claim.objects.create(account=alice, paper=four, state=Claim.State.WAITING, claimed_at=timezone.now())

    assert told(alice) == set()
    assert marks_of(alice, timezone.now()).digest() == before


def test_hidden_papers_and_unlearnt_ones_tell_nothing() -> None:
    alice = person("alice")
    hidden, unlearnt = paper("A hidden one"), paper("An unlearnt one")
    cast_vote(alice, hidden)
    cast_vote(alice, unlearnt)
    Paper.objects.filter(pk=hidden.pk).update(is_hidden=True)
    Unlearnt.objects.create(account=alice, paper=unlearnt, unlearnt_at=timezone.now())

    assert told(alice) == set()
    assert unlearnt.pk in marks_of(alice, timezone.now()).known


def test_public_votes_of_people_who_are_followed_tell_a_little() -> None:
    alice, bob, charlie = person("alice"), person("bob"), person("charlie")
    both, theirs, old, private = (paper(f"Paper {n} of Bob") for n in range(4))
    follow(alice, Target("person", "bob"))
    follow(alice, Target("person", "charlie"))
    for one in (both, theirs, old):
        cast_vote(bob, one)
    cast_vote(alice, both)
    Vote.objects.filter(account=bob, paper=old).update(cast_at=timezone.now() - timedelta(days=100))
    cast_vote(charlie, private)
    Account.objects.filter(pk=charlie.pk).update(are_votes_public=False)

    assert told(alice) == {(both.pk, SignalKind.VOTED), (theirs.pk, SignalKind.FOLLOWED)}
    assert theirs.pk not in marks_of(alice, timezone.now()).known
    assert told(bob) == {(both.pk, SignalKind.VOTED), (theirs.pk, SignalKind.VOTED), (old.pk, SignalKind.VOTED)}


def test_only_the_latest_count() -> None:
    alice = person("alice")
    take(*many(MOST_SIGNALS + 5))
    now = timezone.now()
    rows = [
        Shelved(account=alice, paper_id=number, saved_at=now - timedelta(hours=place))
        for place, number in enumerate(Paper.objects.order_by("pk").values_list("pk", flat=True))
    ]
    Shelved.objects.bulk_create(rows)

    kept = {row.paper_id for row in rows[:MOST_SIGNALS]}
    assert {one.paper_id for one in signals_of(alice)} == kept
    assert len(marks_of(alice, now).known) == len(rows)


def test_what_was_seen_before_today_is_known() -> None:
    alice, now = person("alice"), timezone.now()
    today, yesterday, often, opened, rarely = (paper(f"Paper {n} to see") for n in range(5))
    Shelved.objects.create(account=alice, paper=today, seen_at=now)
    Shelved.objects.create(account=alice, paper=yesterday, seen_at=now - timedelta(days=1))

    def show(one: Paper, times: int, **noted: object) -> None:
        for n in range(times):
            at = now - timedelta(days=n + 1)
            Impression.objects.create(
                account=alice, paper=one, surface="for you", shown=f"list {n}", position=0, shown_at=at, **noted
            )

    show(often, SHOWN_ENOUGH)
    show(opened, SHOWN_ENOUGH, opened_at=now)
    show(rarely, SHOWN_ENOUGH - 1)

    assert marks_of(alice, now).known == {yesterday.pk, often.pk}
    assert signals_of(alice) == []


def test_many_people_are_one_question(django_assert_num_queries: object) -> None:
    people = [person(name) for name in ("alice", "bob", "charlie")]
    one, two = paper("One paper"), paper("Another paper")
    cast_vote(people[0], one)
    cast_vote(people[1], two)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = marks_of_all(people, timezone.now())

    assert [found[account.pk].signals for account in people] == [signals_of(account) for account in people]
    assert found[people[2].pk].digest() != found[people[0].pk].digest()
