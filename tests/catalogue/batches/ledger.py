"""A small ledger to test with: one category, weekdays, papers by number."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from broadsheet.catalogue import ledger
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Batch
from broadsheet.sources.protocol import BatchRecord
from tests.catalogue.harvests.made import paper

CATEGORY = "cs.CL"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2025, 10, 13) + timedelta(days=n) for n in range(6))


class Weekdays:
    """A calendar of weekdays whose batches are due at four in the morning."""

    def days(self, since: date, until: date) -> list[date]:
        days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
        return [day for day in days if day.weekday() < 5]

    def due_at(self, day: date) -> datetime:
        return datetime.combine(day, time(4), tzinfo=UTC)


def at(day: date, hour: int = 5) -> datetime:
    """A moment of a day."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def take(*numbers: int) -> None:
    """Take papers in."""
    assert take_in([paper(number) for number in numbers], source="made").refused == []


def note(*batches: BatchRecord, now: datetime | None = None) -> None:
    """Note batches on the morning of the last of them."""
    moment = now or at(max(batch.announced_on for batch in batches))
    with transaction.atomic():
        ledger.note("made", batches, moment, calendar=Weekdays())


def row(day: date, category: str = CATEGORY) -> Batch:
    """A row of the ledger."""
    return Batch.objects.get(announced_on=day, category=category)


def states() -> dict[date, str]:
    """The state of each day."""
    return dict(Batch.objects.filter(category=CATEGORY).order_by("announced_on").values_list("announced_on", "state"))
