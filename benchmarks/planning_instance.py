"""The instance of the benchmark of planning: filled with subscriptions that are all due, and planned in.

``python -m benchmarks.planning_instance fill COUNT`` makes them, ``afresh`` makes them due again with an empty ledger,
``plan`` plans all of them, ``peer COUNT`` some of them one after the other. The last two print figures as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.instance import open_here

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
BEFORE = date(2026, 2, 20)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Africa/Cairo")
AT_ONCE = 5_000
QUARTER = 15


def fill(count: int) -> None:
    """Subscriptions of addresses: of many zones, on any days, at any quarter of an hour."""
    from broadsheet.community.models import Subscription

    draw = random.Random(1)
    rows = (
        Subscription(
            address=f"reader{n}@example.org",
            name="Papers",
            sections=[{"kind": "query", "query": "", "title": "", "count": 10}],
            zone=draw.choice(ZONES),
            minute=draw.randrange(0, 24 * 60, QUARTER),
            days=draw.choice([127, 31, 1, 127]),
            made_at=NOW,
            changed_at=NOW,
            confirmed_at=NOW,
            planned_on=BEFORE,
            due_at=NOW - timedelta(days=10, minutes=n % 1_440),
        )
        for n in range(count)
    )
    Subscription.objects.bulk_create(rows, batch_size=AT_ONCE)


def afresh() -> None:
    """As if nothing had been planned."""
    from broadsheet.community.models import Delivery, Subscription

    Delivery.objects.all()._raw_delete("default")  # type: ignore[attr-defined]  # noqa: SLF001  (nothing hangs on them)
    Subscription.objects.update(planned_on=BEFORE, due_at=NOW - timedelta(days=10))


def plan_all() -> None:
    """Plan what is due, as the worker does."""
    from broadsheet.delivery.planning import plan

    with _transactions() as seconds:
        began = _clocks()
        planned = plan(NOW, lambda: False)
        print(json.dumps({"planned": planned} | _of(seconds) | _passed(began)))


def peer(count: int) -> None:
    """Plan some, one after the other."""
    from django.db import transaction

    from broadsheet.community.models import Delivery, Subscription
    from broadsheet.delivery.calendar import next_due

    with _transactions() as seconds:
        began = _clocks()
        due = Subscription.objects.filter(is_on=True, confirmed_at__isnull=False, ended_at=None, due_at__lte=NOW)
        for row in due.order_by("due_at", "pk")[:count]:
            with transaction.atomic():
                day, moment = next_due(row.days, row.minute, row.zone, row.planned_on, NOW)
                told = {"due_at": moment, "planned_at": NOW}
                Delivery.objects.get_or_create(subscription=row, issue=day.isoformat(), defaults=told)
                row.planned_on = day
                _, row.due_at = next_due(row.days, row.minute, row.zone, day, NOW)
                row.save()
        print(json.dumps(_of(seconds) | _passed(began)))


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _passed(began: tuple[float, float]) -> dict[str, float]:
    """The seconds since then, by the clock and of the processor."""
    now = _clocks()
    return {"seconds": now[0] - began[0], "processor": now[1] - began[1]}


def _of(transactions: Sequence[float]) -> dict[str, float]:
    """The seconds that 95 of 100 transactions stay below, and those of the longest."""
    ordered = sorted(transactions)
    return {"most": ordered[len(ordered) * 95 // 100], "longest": ordered[-1]}


@contextmanager
def _transactions() -> Iterator[list[float]]:
    """The seconds that each transaction took, from the lock it begins with to its end."""
    from django.db import transaction

    seconds: list[float] = []
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began: list[float] = []

    def entered(self: transaction.Atomic) -> None:
        enter(self)
        began.append(time.perf_counter())

    def left(self: transaction.Atomic, *told: object) -> None:
        leave(self, *told)  # type: ignore[arg-type]
        start = began.pop()
        if not began:
            seconds.append(time.perf_counter() - start)

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = entered, left  # type: ignore[method-assign,assignment]
    try:
        yield seconds
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


if __name__ == "__main__":
    open_here(Path(os.environ["BROADSHEET_HOME"]))
    {"fill": fill, "afresh": afresh, "plan": plan_all, "peer": peer}[sys.argv[1]](*map(int, sys.argv[2:]))
