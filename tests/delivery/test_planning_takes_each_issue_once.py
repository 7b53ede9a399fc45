"""Planning makes one row of the ledger an issue, whoever plans, however often, and whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery import planning
from broadsheet.delivery.calendar import EVERY_DAY, day_in
from broadsheet.delivery.planning import PATIENCE, SUPERSEDED, plan
from broadsheet.delivery.subscribing import set_due
from tests.builders import paper
from tests.delivery.subscribers import NOW, delivery, subscription

State, Rhythm = Delivery.State, Subscription.Rhythm
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def never() -> bool:
    return False


def issues(of: Subscription) -> list[str]:
    return list(of.deliveries.order_by("pk").values_list("issue", flat=True))


@pytest.mark.django_db
def test_what_is_due_is_planned_and_moved_on() -> None:
    row = subscription(minute=720, planned_on=date(2025, 10, 14))
    assert plan(NOW, never) == 1
    made = row.deliveries.get()
    assert (made.issue, made.state, made.due_at, made.planned_at) == ("2025-10-15", State.PLANNED, NOW, NOW)
    row.refresh_from_db()
    assert (row.planned_on, row.due_at) == (date(2025, 10, 15), NOW + DAY)
    assert plan(NOW, never) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told",
    [
        {"is_on": False},
        {"confirmed_at": None},
        {"ended_at": NOW},
        {"due_at": NOW + MINUTE},
    ],
)
def test_what_is_not_due_is_left_alone(told: dict[str, object]) -> None:
    row = subscription(planned_on=date(2025, 10, 14), **told)
    assert plan(NOW, never) == 0
    assert issues(row) == []


@pytest.mark.django_db
def test_after_days_without_a_worker_only_the_newest_issue_is_planned() -> None:
    row = subscription(minute=480, planned_on=date(2025, 10, 1), due_at=NOW - 13 * DAY)
    assert plan(NOW, never) == 1
    assert issues(row) == ["2025-10-15"]


@pytest.mark.django_db
def test_an_older_issue_that_nobody_began_gives_way() -> None:
    row = subscription(minute=480, planned_on=date(2025, 10, 14))
    waiting = delivery(row, "2025-10-14", at=NOW - DAY)
    begun = delivery(row, "2025-10-13", at=NOW - 2 * DAY, contents=[])
    other = delivery(subscription(due_at=NOW + DAY), "2025-10-14", at=NOW - DAY)
    plan(NOW, never)
    for one in (waiting, begun, other):
        one.refresh_from_db()
    assert (waiting.state, waiting.answer, waiting.ended_at) == (State.EMPTY, SUPERSEDED, NOW)
    assert (begun.state, other.state) == (State.PLANNED, State.PLANNED)


@pytest.mark.django_db
def test_an_hour_back_plans_no_day_again() -> None:
    row = subscription(minute=720, planned_on=date(2025, 10, 14))
    plan(NOW, never)
    assert plan(NOW - HOUR, never) == 0
    Subscription.objects.update(due_at=NOW - HOUR)  # as it may stand where a clock was ahead
    assert plan(NOW, never) == 0
    row.refresh_from_db()
    assert issues(row) == ["2025-10-15"]
    assert row.due_at == NOW + DAY


@pytest.mark.django_db
def test_a_clock_that_was_years_ahead_costs_no_letters_later() -> None:
    row = subscription(minute=720, planned_on=date(2025, 10, 14))
    plan(NOW + 1_000 * DAY, never)
    assert plan(NOW, never) == 0
    row.refresh_from_db()
    assert row.due_at == NOW + DAY
    assert plan(NOW + DAY, never) == 1
    assert issues(row) == ["2028-07-11", "2025-10-16"]


@pytest.mark.django_db
def test_a_rhythm_that_cannot_be_kept_pauses_and_says_why() -> None:
    bad, good = subscription(zone="Mars/Olympus"), subscription(planned_on=date(2025, 10, 14))
    assert plan(NOW, never) == 1
    bad.refresh_from_db()
    assert (bad.is_on, bad.paused_because) == (False, "there is no time zone 'Mars/Olympus'")
    assert issues(good) == ["2025-10-15"]


@pytest.mark.django_db
def test_what_is_sent_at_once_waits_for_papers_and_is_patient() -> None:
    row = subscription(rhythm=Rhythm.AT_ONCE)
    assert plan(NOW, never) == 0
    with time_machine.travel(NOW + MINUTE, tick=False):
        paper("Herons")
    assert plan(NOW + MINUTE, never) == 1
    assert issues(row) == ["2025-10-15T12:01:00Z"]
    with time_machine.travel(NOW + 2 * MINUTE, tick=False):
        paper("Lanterns")
    assert plan(NOW + 3 * MINUTE, never) == 0
    assert plan(NOW + MINUTE + PATIENCE, never) == 1
    # What comes late into the index is looked for once more, and then nothing is left to look for.
    planned = [plan(NOW + minutes * MINUTE, never) for minutes in range(12, 90)]
    assert sum(planned) == 1


@pytest.mark.django_db
def test_many_are_planned_part_by_part_and_an_end_is_heard() -> None:
    for n in range(4):
        subscription(address=f"reader{n}@example.org", planned_on=date(2025, 10, 14))
    with patch.object(planning, "AT_ONCE", 3):
        assert plan(NOW, iter([False, True]).__next__) == 3
        assert plan(NOW, never) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_between_two_writes_leaves_nothing_half_done() -> None:
    row = subscription(planned_on=date(2025, 10, 14), minute=720)
    with patch.object(planning, "_write", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        plan(NOW, never)
    row.refresh_from_db()
    assert (row.planned_on, row.due_at, issues(row)) == (date(2025, 10, 14), NOW, [])
    assert plan(NOW, never) == 1
    connection.close()


class Planning(RuleBasedStateMachine):
    """Subscribers who change their minds, a clock that jumps, and two workers of which one may look at stale rows."""

    zones = st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Pacific/Kiritimati", "Pacific/Pago_Pago"])

    @initialize(zone=zones, minute=st.integers(0, 1_439))
    def begin(self, zone: str, minute: int) -> None:
        Delivery.objects.all().delete()
        Subscription.objects.all().delete()
        self.now = NOW
        self.furthest = NOW
        self.row = subscription(zone=zone, minute=minute)
        set_due(self.row, self.now, afresh=True)
        self.row.save()

    @rule(minutes=st.integers(0, 3_000))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.furthest = max(self.furthest, self.now)

    @rule(minutes=st.integers(1, 3_000))
    def clock_is_put_back(self, minutes: int) -> None:
        self.now -= minutes * MINUTE

    @rule(workers=st.integers(1, 2))
    def workers_plan(self, workers: int) -> None:
        for _ in range(workers):
            plan(self.now, never)

    @rule(zone=zones, minute=st.integers(0, 1_439), days=st.integers(1, EVERY_DAY))
    def subscriber_changes(self, zone: str, minute: int, days: int) -> None:
        self.row.refresh_from_db()
        self.row.zone, self.row.minute, self.row.days = zone, minute, days
        set_due(self.row, self.now, afresh=False)
        self.row.save()

    @precondition(lambda self: hasattr(self, "row"))
    @rule()
    def a_day_and_a_look_bring_the_newest_day(self) -> None:
        """Whatever came before: a day after the furthest that a clock ever was, the newest day is dealt with."""
        self.now = self.furthest = max(self.furthest, self.now) + 3 * DAY
        self.row.refresh_from_db()
        self.row.days = EVERY_DAY
        set_due(self.row, self.now, afresh=False)
        self.row.save()
        plan(self.now, never)
        self.row.refresh_from_db()
        today = day_in(self.row.zone, self.now)
        assert self.row.planned_on in (today, today - DAY)
        assert self.row.due_at > self.now

    @invariant()
    def days_only_go_forward(self) -> None:
        if hasattr(self, "row"):
            told = issues(self.row)
            assert told == sorted(set(told))

    @invariant()
    def nothing_is_planned_before_its_day(self) -> None:
        if hasattr(self, "row"):
            latest = max((date.fromisoformat(issue) for issue in issues(self.row)), default=date.min)
            assert latest <= (self.furthest + 14 * HOUR).astimezone(UTC).date()


class TestPlanning(TestCase, Planning.TestCase):  # type: ignore[misc, valid-type]
    """Runs the machine, each example in a transaction of its own."""

    settings = settings(max_examples=40, stateful_step_count=25)
