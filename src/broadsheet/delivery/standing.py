"""How delivery stands: what left by day, what waits, and what failed, for admins and for checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import TruncDate

from broadsheet.community.models import Delivery
from broadsheet.delivery.addresses import PREFIX_SHOWN, digests_of
from broadsheet.delivery.bounces.texts import without_addresses
from broadsheet.delivery.subscribing import addresses_of

State = Delivery.State
DAYS_SHOWN = 14
FAILURES_SHOWN = 30
LATE = timedelta(minutes=15)
"""What was due for longer than this and still waits is late."""
WAITING = (State.PLANNED, State.CLAIMED, State.HANDING_OVER)


@dataclass(frozen=True, slots=True)
class Day:
    """What was due on a calendar day of the instance's zone, by state."""

    day: date
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many have not left."""
        return sum(self.counts.get(state, 0) for state in WAITING)

    @property
    def in_doubt(self) -> int:
        """How many may have left or not."""
        return self.counts.get(State.IN_DOUBT, 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is due and has not left: how many, and since when the oldest."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery as admins see it: where it went by domain and a piece of the address's digest, never the address."""

    delivery: Delivery
    domain: str
    digest: str
    answer: str


def by_day(now: datetime) -> dict[str, list[Day]]:
    """What was due on each of the last ``DAYS_SHOWN`` days that had anything, the newest first, by outlet."""
    rows = (
        Delivery.objects.filter(due_at__gt=now - timedelta(days=DAYS_SHOWN), due_at__lte=now)
        .annotate(day=TruncDate("due_at"))
        .order_by()
        .values_list("subscription__outlet", "day", "state")
        .annotate(number=Count("pk"))
    )
    outlets: dict[str, dict[date, Day]] = {}
    for outlet, day, state, number in rows:
        outlets.setdefault(outlet, {}).setdefault(day, Day(day)).counts[state] = number
    return {outlet: [days[day] for day in sorted(days, reverse=True)] for outlet, days in outlets.items()}


def due_but_unsent(now: datetime) -> Waiting:
    """What has been due for longer than ``LATE`` and did not leave, by any outlet."""
    found = Delivery.objects.filter(state__in=WAITING, due_at__lt=now - LATE).aggregate(
        count=Count("pk"), since=Min("due_at")
    )
    return Waiting(found["count"], found["since"])


def failures() -> list[Delivery]:
    """The last deliveries that bounced or failed, with subscription and account."""
    rows = Delivery.objects.filter(state__in=(State.BOUNCED, State.FAILED), ended_at__isnull=False)
    return list(rows.select_related("subscription__account").order_by("-ended_at", "-pk")[:FAILURES_SHOWN])


def lines(deliveries: Sequence[Delivery]) -> list[Line]:
    """Deliveries as admins see them; subscriptions should have their account loaded."""
    places = addresses_of([one.subscription for one in deliveries])
    digests = digests_of(places.values())
    return [
        Line(
            one,
            one.domain or one.subscription.outlet,
            digests.get(places.get(one.subscription_id, ""), "")[:PREFIX_SHOWN],
            without_addresses(one.answer),
        )
        for one in deliveries
    ]
