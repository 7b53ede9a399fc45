"""What the clock does with votes: lets those count that have waited, follows suspensions, forgets networks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from broadsheet.catalogue.models import Job, Paper
from broadsheet.community import held_votes, votes
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Claim, Submission, Vote
from broadsheet.community.rings import Settled, hold_suspects, settle
from broadsheet.community.rules import ALIKE_VOTES, VOTES_COUNT_AFTER, VOTES_LOOKED_AT
from broadsheet.worker.clock import run_worker
from tests.builders import many, paper, take
from tests.people import moderator, person, suspended

pytestmark = pytest.mark.django_db
State = Vote.State


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"
    settings.SENDS_MAIL = True


def count_of(one: Paper) -> int:
    one.refresh_from_db()
    return one.votes_here_count


def test_a_vote_counts_once_its_voter_is_old_enough_and_confirmed() -> None:
    one, young, now = paper("One"), person("young", is_new=True), timezone.now()
    votes.cast_vote(young, one)
    assert settle(now + VOTES_COUNT_AFTER - timedelta(minutes=1)) == Settled(0, 0, 0, 0)
    young.emailaddress_set.update(verified=False)
    later = now + VOTES_COUNT_AFTER + timedelta(minutes=1)
    assert settle(later).counted == 0
    young.emailaddress_set.update(verified=True)
    Account.objects.filter(pk=young.pk).update(suspended_at=now)
    assert settle(later).counted == 0
    Account.objects.filter(pk=young.pk).update(suspended_at=None)
    assert settle(later).counted == 1
    assert count_of(one) == 1


def test_a_vote_may_be_taken_back_while_votes_are_looked_at() -> None:
    one, alice, taken_back = paper("One"), person(), []
    votes.cast_vote(alice, one)

    def between(execute: Any, sql: str, *rest: Any) -> Any:
        if "MIN(" in sql and not taken_back:
            taken_back.append(True)
            votes.withdraw_vote(alice, one)
        return execute(sql, *rest)

    with connection.execute_wrapper(between):
        assert hold_suspects(timezone.now()) == 0
    assert taken_back


def test_a_suspension_that_ends_by_itself_gives_votes_back() -> None:
    one, alice, now = paper("One"), person(), timezone.now()
    votes.cast_vote(alice, one)
    Account.objects.filter(pk=alice.pk).update(suspended_at=now, suspended_until=now + timedelta(days=1))
    assert settle(now).set_aside == 1
    assert count_of(one) == 0
    assert settle(now + timedelta(days=2)).put_back == 1
    assert count_of(one) == 1


def test_votes_for_what_turns_out_to_be_ones_own_are_taken_back() -> None:
    now, alice, bob = timezone.now(), person(), person("bob")
    brought, written, printed, other = papers = [paper(f"Paper {n}", authors=["Alice"]) for n in range(4)]
    for one in papers:
        votes.cast_vote(alice, one)
        votes.cast_vote(bob, one)
    Submission.objects.create(account=alice, paper=brought, named="x", submitted_at=now)
    Claim.objects.create(account=alice, paper=written, claimed_at=now, state=Claim.State.VERIFIED)
    Claim.objects.create(account=alice, paper=other, claimed_at=now)
    printed.authorships.update(account=alice)
    settle(now)
    assert [count_of(one) for one in papers] == [1, 1, 1, 2]


def crowd(one: Paper, count: int, address: str = "192.0.2.1") -> list[Vote]:
    return [votes.cast_vote(person(f"crowd{n}"), one, address=address) for n in range(count)]


def busy_site(now: datetime) -> None:
    """What others vote for, each from a network of their own and for some time."""
    take(*many(10, length=60))
    papers = list(Paper.objects.filter(title__startswith="Learning").order_by("pk"))
    for n in range(30):
        reader = Account.objects.create(username=f"reader{n}", date_joined=now - timedelta(days=100 + n))
        chosen = [papers[(n + step) % len(papers)] for step in range(3)]
        Vote.objects.bulk_create(
            Vote(account=reader, paper=one, network=f"home {n}", cast_at=now - timedelta(days=9, hours=n))
            for one in chosen
        )


def test_votes_from_one_network_are_held_and_decided_on_once() -> None:
    one, now, mo = paper("One"), timezone.now(), moderator()
    busy_site(now)
    ids = [vote.pk for vote in crowd(one, ALIKE_VOTES)]
    assert count_of(one) == ALIKE_VOTES
    assert hold_suspects(now) == ALIKE_VOTES
    assert count_of(one) == 0
    assert set(Vote.objects.filter(pk__in=ids).values_list("state", "held_for")) == {("held", "network")}
    (told,) = held_votes.held()
    assert (told.paper, [vote.pk for vote in told.votes]) == (one, ids)
    assert held_votes.decide(mo, ids, is_counted=True) == ALIKE_VOTES
    assert held_votes.decide(mo, ids, is_counted=False) == 0
    assert hold_suspects(now) == 0
    assert count_of(one) == ALIKE_VOTES


def test_a_few_neighbours_are_no_crowd() -> None:
    one, now = paper("One"), timezone.now()
    busy_site(now)
    crowd(one, ALIKE_VOTES - 1)
    assert hold_suspects(now) == 0
    assert count_of(one) == ALIKE_VOTES - 1


def test_only_moderators_decide() -> None:
    one = paper("One")
    vote = votes.cast_vote(person(), one)
    held_votes.hold([vote.pk], Vote.Rule.RING)
    for account in (person("bob"), suspended("sue")):
        with pytest.raises(RefusedError):
            held_votes.decide(account, [vote.pk], is_counted=True)
    assert held_votes.hold([], Vote.Rule.RING) == 0


def test_networks_are_forgotten_when_votes_are_not_compared_any_more() -> None:
    one, now = paper("One"), timezone.now()
    votes.cast_vote(person(), one, address="192.0.2.1")
    settle(now + VOTES_LOOKED_AT - timedelta(hours=1))
    assert Vote.objects.exclude(network="").exists()
    settle(now + VOTES_LOOKED_AT + timedelta(hours=1))
    assert not Vote.objects.exclude(network="").exists()


@pytest.mark.django_db(transaction=True)
def test_the_clock_does_it(settings: Any, index_dir: Any, tmp_path: Any) -> None:
    settings.MODEL_DIR = tmp_path / "no-model"
    one, young = paper("One"), person("young", is_new=True)
    votes.cast_vote(young, one)
    Account.objects.filter(pk=young.pk).update(date_joined=timezone.now() - VOTES_COUNT_AFTER)
    run_worker(every=0.1, is_once=True)
    assert count_of(one) == 1
    assert "1 votes count now" in Job.objects.get(name="votes").last_result
