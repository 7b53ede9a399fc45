"""So many letters a minute to one domain and no more (``BROADSHEET_EMAIL_RATE``); the other domains do not wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from broadsheet.community.models import Delivery
from broadsheet.delivery.sending.ledger import Ledger

MINUTE = timedelta(minutes=1)
State = Delivery.State


def within_rates(
    ledger: Ledger, deliveries: Sequence[Delivery], domains: Mapping[int, str], now: datetime
) -> list[Delivery]:
    """Those of the claimed ones that may go now; the others are planned behind what waits for their domain already.

    ``domains`` has the domain of each by row id. Must run in a transaction that no other sender runs at the same time,
    if the rate is to hold to the letter; two at once on PostgreSQL may let each as many through.
    """
    rate = settings.EMAIL_RATE
    if not rate:
        return list(deliveries)
    names = set(domains.values())
    mine = [one.pk for one in deliveries]
    gone, waiting = _gone(names, mine, now), _waiting(names, now)
    allowed, delays = [], []
    for one in deliveries:
        domain = domains[one.pk]
        if gone[domain] < rate:
            gone[domain] += 1
            allowed.append(one)
        else:
            waiting[domain] += 1
            delays.append((one, now + MINUTE * waiting[domain] / rate, domain))
    ledger.put_off(delays)
    for domain in names:
        ledger.write_domain([one for one in allowed if domains[one.pk] == domain], domain)
    return allowed


def _gone(names: set[str], without: Sequence[int], now: datetime) -> Counter[str]:
    """How many letters went to each domain in the last minute, or are just going."""
    is_recent = Q(ended_at__gt=now - MINUTE, handed_over_at__gt=now - MINUTE)
    is_going = Q(state__in=(State.CLAIMED, State.HANDING_OVER))
    return _counted(Delivery.objects.filter(is_recent | is_going, domain__in=names).exclude(pk__in=without))


def _waiting(names: set[str], now: datetime) -> Counter[str]:
    """How many letters to each domain wait for their turn."""
    return _counted(Delivery.objects.filter(state=State.PLANNED, due_at__gt=now, domain__in=names))


def _counted(rows: QuerySet[Delivery]) -> Counter[str]:
    counts = rows.values("domain").annotate(count=Count("pk")).order_by()
    return Counter({row["domain"]: row["count"] for row in counts})
