"""Planning: each subscription that is due gets a row in the ledger, once an issue, and its next due moment.

Both happen in one transaction, so that a worker may be killed at any point, and any number may plan at once: PostgreSQL
hands each of them rows of its own, SQLite lets one write after the other. Transactions are short, for the others.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.calendar import LONGEST_WAIT, CalendarError, next_due
from broadsheet.delivery.news import newest_arrival

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=10)
"""What is sent at once waits so long after the last look, so that papers which come one by one make one letter."""
OVERLAP = timedelta(minutes=10)
"""Papers of so long before the last look are looked for again: until then they may not have been found by words yet."""
AT_ONCE = 100
"""So many subscriptions are planned in one transaction."""
KEPT = timedelta(days=7)
"""So long it can be seen in the ledger that a look brought nothing."""
LONGEST_REASON = 200
SUPERSEDED = "left out: a newer issue was due"


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """All that the plan of a subscription depends on: those that share it are planned alike."""

    rhythm: str
    days: int
    minute: int
    zone: str
    planned_on: date | None
    due_at: datetime


_RHYTHM = tuple(one.name for one in fields(_Rhythm))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What becomes of subscriptions of one rhythm; ``issue`` is empty where nothing is to be sent yet."""

    issue: str
    planned_on: date | None
    due_at: datetime


def plan(now: datetime, should_stop: Callable[[], bool]) -> int:
    """Plan what is due; returns how many deliveries were planned.

    Of days that passed while nothing ran only the newest is planned, and an older issue that waits to be put together
    is left out in its favour. A subscription by the clock whose next moment is farther off than any rhythm has it (a
    clock was wrong when it was planned) is reckoned anew.
    """
    Subscription.objects.filter(_waiting(), due_at__gt=now + LONGEST_WAIT).update(due_at=now)
    count = 0
    arrived = newest_arrival()
    while not should_stop():
        looked_at, planned = _plan_some(now, arrived)
        count += planned
        if not looked_at:
            break
    return count


def _waiting() -> Q:
    """What the partial index of what is due is made of."""
    return Q(is_on=True, confirmed_at__isnull=False, ended_at__isnull=True)


def _due(now: datetime, arrived: datetime | None) -> QuerySet[Subscription]:
    """What is to be planned, the longest due first; what is sent at once only where papers came since its last look."""
    is_wanted = Q(rhythm=Subscription.Rhythm.DAYS)
    if arrived is not None:
        is_wanted |= Q(rhythm=Subscription.Rhythm.AT_ONCE, due_at__lte=arrived + PATIENCE + OVERLAP)
    return Subscription.objects.filter(_waiting(), is_wanted, due_at__lte=now).order_by("due_at", "pk")


def _plan_some(now: datetime, arrived: datetime | None) -> tuple[int, int]:
    """Plan one part in one transaction; returns how many subscriptions were dealt with, and deliveries planned."""
    with transaction.atomic():
        due = _due(now, arrived).select_for_update(skip_locked=True).values_list("pk", *_RHYTHM)[:AT_ONCE]
        together: dict[_Rhythm, list[int]] = defaultdict(list)
        for number, *told in due:
            together[_Rhythm(*told)].append(number)
        moved: list[tuple[int, _Plan]] = []
        planned: list[tuple[int, str, datetime]] = []
        for rhythm, numbers in together.items():
            try:
                made = _planned(rhythm, now)
            except CalendarError as error:
                logger.warning("subscriptions %s are paused: %s", numbers, error)
                paused = Subscription.objects.filter(pk__in=numbers)
                paused.update(is_on=False, paused_because=str(error)[:LONGEST_REASON])
                continue
            moved += [(number, made) for number in numbers]
            planned += [(number, made.issue, rhythm.due_at) for number in numbers if made.issue]
        _move_on(moved)
        _write(planned, now)
    return sum(map(len, together.values())), len(planned)


def _move_on(moved: Sequence[tuple[int, _Plan]]) -> None:
    """Write down what was dealt with and when the next moment is: one prepared statement, as often as it takes."""
    operations = connection.ops
    name = operations.quote_name(Subscription._meta.db_table)  # noqa: SLF001  (Django's own way to ask)
    rows = [
        (operations.adapt_datefield_value(made.planned_on), operations.adapt_datetimefield_value(made.due_at), number)
        for number, made in moved
    ]
    with connection.cursor() as cursor:
        # The name is the table's; all else is bound.
        cursor.executemany(f"UPDATE {name} SET planned_on = %s, due_at = %s WHERE id = %s", rows)  # noqa: S608


def _planned(rhythm: _Rhythm, now: datetime) -> _Plan:
    """Raises ``CalendarError`` for a rhythm that cannot be kept."""
    if rhythm.rhythm == Subscription.Rhythm.AT_ONCE:
        return _Plan(now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), rhythm.planned_on, now + PATIENCE)
    day, moment = next_due(rhythm.days, rhythm.minute, rhythm.zone, rhythm.planned_on, now)
    if moment > now:
        is_ahead = rhythm.planned_on is not None and rhythm.planned_on >= day
        return _Plan("", day - timedelta(days=1) if is_ahead else rhythm.planned_on, moment)
    _, later = next_due(rhythm.days, rhythm.minute, rhythm.zone, day, now)
    return _Plan(day.isoformat(), day, later)


def _write(planned: Sequence[tuple[int, str, datetime]], now: datetime) -> None:
    """Write the rows of the ledger; an issue that has one already, from before a clock was put back, keeps it."""
    numbers = [number for number, _, _ in planned]
    waiting = Delivery.objects.filter(subscription__in=numbers, state=Delivery.State.PLANNED, contents__isnull=True)
    waiting.exclude(issue__in={issue for _, issue, _ in planned}).update(
        state=Delivery.State.EMPTY, ended_at=now, answer=SUPERSEDED
    )
    rows = [
        Delivery(subscription_id=number, issue=issue, due_at=min(due_at, now), planned_at=now)
        for number, issue, due_at in planned
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def forget_empty(now: datetime) -> int:
    """Delete the rows of old looks that brought nothing to what is sent at once; returns how many.

    There may be one every few minutes. An issue of a day stays in the ledger, empty or not.
    """
    old = Delivery.objects.filter(
        subscription__rhythm=Subscription.Rhythm.AT_ONCE, state=Delivery.State.EMPTY, ended_at__lt=now - KEPT
    )
    return old.delete()[0]
