"""What is new for a subscriber: the papers that came since the issue before.

A question without a period of its own (a saved search, a category, an author) brings only these. Listed on the day of
the issue before or later, or first taken in since: a paper counts by either, as sources list some late. Papers of long
ago are no news, as from an archive that is read for the first time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from broadsheet.catalogue.models import Listing, Paper
from broadsheet.community.models import CollectionEntry, Delivery, Subscription
from broadsheet.delivery.calendar import longest_gap
from broadsheet.search.query import PaperQuery

FRESH = timedelta(days=30)
"""Papers that were listed or published before are no news, and no issue looks farther back."""
SHORTEST_LOOK = 2
"""The first issue looks back so many days at least; otherwise as many as lie between two issues."""
LATE = timedelta(hours=6)
"""Papers of so long before the issue before are looked at again: they may have been found by words or meaning later."""
MOST_NEWS = 20_000
_NOT_LOOKED = (Delivery.State.FAILED, Delivery.State.SUPPRESSED, Delivery.State.BOUNCED)


def is_taken_as_it_is(query: PaperQuery) -> bool:
    """Whether a question says itself which papers it means: a period that ends, attention, or what somebody chose.

    Any other is asked for what is new.
    """
    has_period = query.last is not None or query.day_to is not None
    is_choice = bool(query.collection or query.saved) or query.inside not in (None, "followed")
    return has_period or is_choice or query.order in ("trending", "rising")


def news(since: datetime, now: datetime) -> frozenset[int]:
    """Row ids of the papers that came since a moment, the newest ``MOST_NEWS`` of them."""
    listed = Listing.objects.filter(listed_on__gte=timezone.localdate(since)).values("paper")
    oldest = timezone.localdate(now - FRESH)
    is_fresh = Q(first_listed_on__gte=oldest) | Q(first_listed_on=None, published_on__gte=oldest)
    is_undated = Q(first_listed_on=None, published_on=None)
    taken_in = Paper.objects.filter(is_fresh | is_undated, created_at__gte=since).values("pk")
    came = Paper.shown.filter(Q(pk__in=listed) | Q(pk__in=taken_in)).order_by("-pk")
    return frozenset(came.values_list("pk", flat=True)[:MOST_NEWS])


def added_to(collection: str, since: datetime) -> frozenset[int]:
    """Row ids of the papers that were put into a collection, by its key, since a moment."""
    rows = CollectionEntry.objects.filter(collection__key=collection, added_at__gte=since)
    return frozenset(rows.values_list("paper", flat=True))


def newest_arrival() -> datetime | None:
    """When something last came that may be new to somebody: a paper, or an entry of a collection."""
    newest = (
        Paper.objects.order_by("-pk").values_list("created_at", flat=True).first(),
        CollectionEntry.objects.order_by("-pk").values_list("added_at", flat=True).first(),
    )
    return max((moment for moment in newest if moment is not None), default=None)


def is_at_once(subscription: Subscription) -> bool:
    """Whether a subscription waits for no day of the week."""
    return subscription.rhythm == Subscription.Rhythm.AT_ONCE


def looked_at(subscription: Subscription, now: datetime) -> datetime:
    """From when on papers are new for one subscription, which need not be stored."""
    return looked_at_of([subscription], now)[subscription.pk]


def looked_at_of(
    subscriptions: Collection[Subscription], now: datetime, without: Iterable[int] = ()
) -> dict[int | None, datetime]:
    """From when on papers are new, by the subscription's row id.

    When the issue before was planned; one that did not reach anybody does not count. ``without`` are row ids of
    deliveries that are put together now.
    """
    settled = Delivery.objects.filter(
        subscription__in=[row.pk for row in subscriptions if row.pk], contents__isnull=False
    )
    settled = settled.exclude(state__in=_NOT_LOOKED).exclude(pk__in=list(without))
    before = dict(settled.order_by().values_list("subscription").annotate(Max("planned_at")))
    return {
        row.pk: max(
            _hour_of(before[row.pk] - LATE) if row.pk in before else _beginning(row, now), _hour_of(now - FRESH)
        )
        for row in subscriptions
    }


def _beginning(subscription: Subscription, now: datetime) -> datetime:
    """Where the first issue begins: what is sent at once is about what comes after somebody asked for it."""
    if is_at_once(subscription):
        return min(subscription.confirmed_at or now, now)
    return _hour_of(now - timedelta(days=max(SHORTEST_LOOK, longest_gap(subscription.days))))


def _hour_of(moment: datetime) -> datetime:
    """The full hour before, so that one search serves all whose issues lie near to each other."""
    return moment.replace(minute=0, second=0, microsecond=0)
