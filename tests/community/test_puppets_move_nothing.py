"""Sock puppets and rings move nothing on a day's page, as far as anything that is known tells them from people.

What the rules cannot stop (``puppets.BEYOND``) is not asserted; ``python -m tests.faults.puppet_days`` tells how close
it comes, over as many days as one likes.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection

from broadsheet.catalogue.models import Paper
from broadsheet.community import votes
from broadsheet.community.models import Account, Deed, Vote
from broadsheet.community.rings import hold_suspects, settle
from broadsheet.community.vote_rules import Ballot, binomial_tail, poisson_tail
from tests.builders import record, take
from tests.community import puppets
from tests.community.puppets import BLUNTED, FIELDS, MORNING, PAPERS, PUPPETS, STOPPED

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("strategy", STOPPED)
def test_no_paper_moves_by_more_than_a_place(strategy: str, seed: int) -> None:
    told = puppets.moved(STOPPED[strategy], seed)
    assert told.furthest <= 1
    assert told.honest_held == 0
    assert told.false_counted == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("strategy", BLUNTED)
def test_where_honest_newcomers_look_the_same_the_target_gains_little(strategy: str, seed: int) -> None:
    told = puppets.moved(BLUNTED[strategy], seed)
    assert told.for_target <= PUPPETS / 2
    assert told.honest_held <= told.honest / 100


@pytest.mark.parametrize("seed", range(10))
def test_honest_people_by_themselves_are_all_counted(seed: int) -> None:
    assert puppets.judged(puppets.honest(random.Random(seed))) == set()


def test_bounds_are_above_the_chances_that_they_bound() -> None:
    assert binomial_tail(5, 5, 0.1) == pytest.approx(0.1**5)
    assert binomial_tail(1, 10, 0.5) == 1.0
    assert 0.0107 < binomial_tail(9, 10, 0.5) < 0.1
    assert poisson_tail(1, 2.0) == 1.0
    assert 1.1e-7 < poisson_tail(10, 1.0) < 1e-5


def test_a_laboratory_behind_one_address_suspects_nobody() -> None:
    """Where everybody shares what a rule looks at, nothing is remarkable about it."""
    rng = random.Random(1)
    day = [puppets.with_network(ballot, "the laboratory") for ballot in puppets.honest(rng, people=60)]
    assert puppets.judged(day) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("strategy", ["aged accounts of one network with camouflage", "a ring that takes the day"])
def test_the_day_on_the_site(strategy: str) -> None:
    """The same day with accounts and votes in the database, as the clock looks at it."""
    rng = random.Random(7)
    good = puppets.honest(rng)
    target = puppets.places(good)[PAPERS // 2]
    numbers = stored([*good, *STOPPED[strategy](rng, target)])
    of_the_day = Vote.objects.filter(paper__in=numbers)
    false = of_the_day.filter(account__username__startswith="false")
    false.update(state=Vote.State.WAITING)
    now = MORNING + timedelta(days=2)
    told = settle(now)
    assert told.held == false.filter(state=Vote.State.HELD).count() == false.count()
    assert told.counted == 0
    assert not of_the_day.exclude(pk__in=false).exclude(state=Vote.State.COUNTED).exists()
    order = Paper.objects.filter(pk__in=numbers).order_by("-votes_count", "pk").values_list("pk", flat=True)
    assert [numbers[pk] for pk in order] == puppets.places(good)
    assert Deed.objects.filter(verb="vote.hold").exists()
    assert hold_suspects(now) == 0


def stored(ballots: list[Ballot]) -> dict[int, int]:
    """Put papers, accounts and votes into the database; returns the number of each paper by row id."""
    take(*(record(f"Paper {n:03}", arxiv=f"2603.{n:05}", categories=(puppets.field_of(n),)) for n in range(PAPERS)))
    papers = dict(enumerate(Paper.objects.order_by("title")))
    first = {ballot.account: ballot for ballot in ballots}
    Account.objects.bulk_create(
        Account(username=f"{'false' if number >= 10_000 else 'good'}{number}", date_joined=ballot.joined_at)
        for number, ballot in first.items()
    )
    accounts = {int(a.username.lstrip("falsegod")): a for a in Account.objects.all()}
    history = Paper.objects.create(title="Long ago", changed_at=MORNING)
    rows = [
        Vote(account=accounts[b.account], paper=papers[b.paper], network=b.network, cast_at=b.cast_at) for b in ballots
    ]
    rows += [
        Vote(account=accounts[number], paper=history, cast_at=ballot.voting_since)
        for number, ballot in first.items()
        if ballot.voting_since and ballot.voting_since < MORNING - timedelta(days=40)
    ]
    Vote.objects.bulk_create(rows)
    votes.recount(paper.pk for paper in papers.values())
    assert connection.in_atomic_block
    assert len({ballot.field for ballot in ballots}) <= FIELDS
    return {paper.pk: number for number, paper in papers.items()}
