"""The days: which of them have papers, and what lies around one."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.utils import timezone

from broadsheet.catalogue.models import Listing


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


def neighbours(first: date, last: date) -> Neighbours:
    """The nearest days with papers before ``first`` and after ``last``."""
    days = Listing.objects.values_list("listed_on", flat=True)
    return Neighbours(
        before=days.filter(listed_on__lt=first).order_by("-listed_on").first(),
        after=days.filter(listed_on__gt=last).order_by("listed_on").first(),
    )


def nearest_day(on: date) -> date | None:
    """The day with papers that is nearest to ``on``: itself, else the closer neighbour, the earlier one on a tie.

    None when the catalogue lists no paper at all.
    """
    around = neighbours(on + timedelta(days=1), on)
    if around.before == on:
        return on
    choices = [day for day in (around.before, around.after) if day is not None]
    return min(choices, key=lambda day: (abs(day - on), day), default=None)


def month_calendar(month: date) -> Sequence[Sequence[CalendarDay]]:
    """The weeks, Monday first, that cover a month, with the number of papers listed on each day."""
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    counts = dict(
        Listing.objects.filter(listed_on__range=(weeks[0][0], weeks[-1][-1]))
        .values_list("listed_on")
        .annotate(papers_count=Count("paper", distinct=True))
    )
    return [
        [CalendarDay(on=day, papers_count=counts.get(day, 0), is_in_month=day.month == month.month) for day in week]
        for week in weeks
    ]
