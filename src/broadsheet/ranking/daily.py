"""The days: which of them have papers, and what lies around one."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Subquery
from django.utils import timezone

from broadsheet.catalogue.models import Listing, Paper


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest days with papers before and after a day or a span of days."""

    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One cell of a month's calendar."""

    on: date
    papers_count: int
    is_in_month: bool


def today() -> date:
    """Today in the instance's time zone."""
    return timezone.localdate()


def _listings() -> QuerySet[Listing]:
    """The listings of papers that are not hidden."""
    return Listing.objects.exclude(paper__in=Paper.objects.filter(is_hidden=True).values("pk"))


def neighbours(first: date, last: date) -> Neighbours:
    """The nearest days with papers before ``first`` and after ``last``."""
    return _around(Q(listed_on__lt=first), last)


def _around(is_before: Q, last: date) -> Neighbours:
    """The latest day that fits ``is_before`` and the earliest after ``last``, in one question to the database."""
    days = _listings().order_by("listed_on").values("listed_on")
    before, after = days.filter(is_before).reverse()[:1], days.filter(listed_on__gt=last)[:1]
    found = days.filter(Q(listed_on=Subquery(before)) | Q(listed_on=Subquery(after)))
    around = list(found.values_list("listed_on", flat=True).distinct())
    return Neighbours(
        before=next((day for day in around if day <= last), None),
        after=next((day for day in around if day > last), None),
    )


def nearest_day(first: date, last: date | None = None) -> date | None:
    """The day with papers that is nearest to the day ``first``, or to the span from ``first`` to ``last``.

    That is a day inside, else the closer neighbour, the earlier one on a tie. None when the catalogue lists no paper at
    all.
    """
    last = last or first
    around = _around(Q(listed_on__lte=last), last)
    choices = [day for day in (around.before, around.after) if day is not None]
    return min(choices, key=lambda day: (max(first - day, day - last, timedelta()), day), default=None)


def month_calendar(month: date) -> Sequence[Sequence[CalendarDay]]:
    """The weeks, Monday first, that cover a month, with the number of papers listed on each day."""
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    counts = dict(
        _listings()
        .filter(listed_on__range=(weeks[0][0], weeks[-1][-1]))
        .values_list("listed_on")
        .annotate(papers_count=Count("paper", distinct=True))
    )
    return [
        [CalendarDay(on=day, papers_count=counts.get(day, 0), is_in_month=day.month == month.month) for day in week]
        for week in weeks
    ]
