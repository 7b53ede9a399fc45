"""Whatever people, moderators and the clock do: counts equal recounts, and nobody votes twice for a paper."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.community import held_votes, votes
from broadsheet.community.access import RefusedError, is_suspended
from broadsheet.community.erasing import erase
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Vote
from broadsheet.community.rings import settle
from tests.builders import paper
from tests.community import voters_at_once
from tests.people import moderator, person
from tests.worker.instances import Instance

State = Vote.State
PEOPLE, PAPERS = 3, 2
someone, something = st.integers(0, PEOPLE - 1), st.integers(0, PAPERS - 1)


class Voting(RuleBasedStateMachine):
    """People vote, are suspended and come back; rules hold, moderators decide, the clock settles."""

    def __init__(self) -> None:
        super().__init__()
        self._taken_back = transaction.atomic()
        self._taken_back.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._taken_back.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.papers = [paper(f"Paper {n}", votes_count=n) for n in range(PAPERS)]
        self.people = [person(f"person{n}", is_new=n == 0) for n in range(PEOPLE)]
        self.moderator = moderator()
        self.wanted: set[tuple[int, int]] = set()
        self.numbers = itertools.count()

    @rule(who=someone, what=something)
    def cast(self, who: int, what: int) -> None:
        account, one = self._account(who), self.papers[what]
        with suppress(RefusedError, TooManyError):
            vote = votes.cast_vote(account, one, address=f"192.0.2.{who}")
            assert not is_suspended(account)
            assert vote.state != State.WITHDRAWN
            self.wanted.add((who, what))

    @rule(who=someone, what=something)
    def withdraw(self, who: int, what: int) -> None:
        assert votes.withdraw_vote(self._account(who), self.papers[what]) == ((who, what) in self.wanted)
        self.wanted.discard((who, what))

    @rule(who=someone)
    def suspend(self, who: int) -> None:
        Account.objects.filter(pk=self.people[who].pk).update(suspended_at=timezone.now())
        votes.set_aside(self._account(who))

    @rule(who=someone)
    def let_back(self, who: int) -> None:
        Account.objects.filter(pk=self.people[who].pk).update(suspended_at=None)
        votes.put_back(self._account(who))

    @rule(who=someone)
    def let_a_suspension_end(self, who: int) -> None:
        now = timezone.now()
        Account.objects.filter(pk=self.people[who].pk, suspended_at__isnull=False).update(suspended_until=now)

    @rule(what=something)
    def hold(self, what: int) -> None:
        held_votes.hold(list(self.papers[what].votes.values_list("pk", flat=True)), Vote.Rule.RING)

    @rule(what=something, is_counted=st.booleans())
    def decide(self, what: int, is_counted: bool) -> None:
        ids = list(self.papers[what].votes.values_list("pk", flat=True))
        held_votes.decide(self.moderator, ids, is_counted=is_counted)
        assert not self.papers[what].votes.filter(state=State.HELD).exists()

    @rule(what=something, is_locked=st.booleans())
    def lock(self, what: int, is_locked: bool) -> None:
        attention.lock(self.papers[what].pk, is_locked=is_locked)

    @rule(days=st.integers(0, 3))
    def let_the_clock_settle(self, days: int) -> None:
        now = timezone.now() + timedelta(days=days)
        settle(now)
        suspended = [account.pk for account in Account.objects.all() if is_suspended(account, now)]
        assert not Vote.objects.filter(account__in=suspended, state=State.COUNTED).exists()
        assert not Vote.objects.exclude(account__in=suspended).filter(state=State.ASIDE).exists()

    @rule(who=someone, votes_are=st.sampled_from(("anonymise", "withdraw")))
    def erase(self, who: int, votes_are: Any) -> None:
        counted = Vote.objects.filter(account=self.people[who], state=State.COUNTED).count()
        left = Vote.objects.filter(account=None).count()
        erase(self._account(who), votes_are=votes_are)
        assert Vote.objects.filter(account=None).count() == left + counted * (votes_are == "anonymise")
        self.people[who] = person(f"person{who}-{next(self.numbers)}")
        self.wanted = {(one, what) for one, what in self.wanted if one != who}

    @rule()
    def recount(self) -> None:
        before = ChangedPaper.objects.count()
        votes.recount(one.pk for one in self.papers)
        assert ChangedPaper.objects.count() == before

    @invariant()
    def counts_equal_recounts(self) -> None:
        for one in Paper.objects.all():
            counted = Vote.objects.filter(paper=one, group=None, state=State.COUNTED).count()
            assert (one.votes_here_count, one.votes_count) == (counted, one.votes_elsewhere_count + counted)

    @invariant()
    def one_vote_per_person_and_paper(self) -> None:
        numbers = {account.pk: n for n, account in enumerate(self.people)}
        whats = {one.pk: n for n, one in enumerate(self.papers)}
        rows = Vote.objects.exclude(state=State.WITHDRAWN).exclude(account=None).values_list("account_id", "paper_id")
        told = [(numbers[account or 0], whats[one]) for account, one in rows]
        assert len(told) == len(set(told))
        assert set(told) == self.wanted

    def _account(self, who: int) -> Account:
        return Account.objects.get(pk=self.people[who].pk)


@pytest.mark.django_db
def test_counts_equal_recounts(settings: Any) -> None:
    settings.MODE = "open"
    run_state_machine_as_test(Voting, settings=hypothesis.settings(max_examples=12, stateful_step_count=25))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_no_vote_and_count_none_twice(tmp_path: Path, settings: Any) -> None:
    """On SQLite in a file of its own, since threads share the tests' one in memory."""
    settings.MODE = "open"
    if connection.vendor == "sqlite":
        told = json.loads(Instance(tmp_path / "home", BROADSHEET_MODE="open").run("tests.community.voters_at_once"))
    else:
        told = voters_at_once.run()
    assert told["faults"] == []
    assert told["votes"] == told["voters"] == told["count"] == told["counted"] == voters_at_once.PEOPLE
