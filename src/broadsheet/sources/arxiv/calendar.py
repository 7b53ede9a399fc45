"""On which days arXiv announces papers, when each batch is due, and when a submission is announced at the earliest.

The facts are those of info.arxiv.org/help/availability.html, all in US Eastern time: submissions close at 14:00 from
Monday to Friday, what came until then is announced at 20:00 on the same day, on Fridays at 20:00 of the Sunday after.
Nothing is announced on Friday and Saturday evenings. arXiv's listing pages and feeds date an announcement by the day
after its evening, so batches are those of Monday to Friday; here a *day* is always that day. The schedule is today's:
days that are reckoned for submissions before 2017, when the cut-off was later, are as estimated as all others.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
ANNOUNCED_AT = time(20)
CUT_OFF = time(14)
# No list of holidays is longer than a few days in a row; a calendar without any announcements ends the search.
LONGEST_PAUSE_DAYS = 60

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
_DAY = timedelta(days=1)
# On which day a holiday of a weekend is kept, from its own on.
_KEPT = {_SATURDAY: -1, _SUNDAY: 1}

# Evenings without an announcement that arXiv's yearly lists ("2026 Holidays" and so on, on its page on availability)
# name beside the usual holidays. To add a year, add what its list has beside those.
DEFERRED_EVENINGS: frozenset[date] = frozenset(
    {date(2023, 6, 14), date(2023, 12, 27), date(2026, 12, 29), date(2026, 12, 31)}
)


@cache
def holiday_evenings(year: int) -> frozenset[date]:
    """The evenings without an announcement because of the holidays of a year.

    They are New Year's Day, Martin Luther King Day, Juneteenth, Independence Day, Labor Day, Thanksgiving and
    Christmas, which are those of all of arXiv's lists (2023, 2025, 2026). One on a Saturday is kept on the Friday
    before, one on a Sunday on the Monday after. For one on a Friday it is the Sunday after it that has no announcement,
    as in July 2025, since nobody is there on that Friday to prepare it.
    """
    holidays = (
        date(year, 1, 1),
        _nth(year, 1, _MONDAY, 3),
        date(year, 6, 19),
        date(year, 7, 4),
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 11, _THURSDAY, 4),
        date(year, 12, 25),
    )
    kept = (day + _KEPT.get(day.weekday(), 0) * _DAY for day in holidays)
    return frozenset(day + 2 * _DAY if day.weekday() == _FRIDAY else day for day in kept)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second, ... of a day of the week in a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


class ArxivCalendar:
    """arXiv's announcement days. ``deferred`` are evenings without an announcement besides those of holidays."""

    def __init__(self, deferred: Collection[date] = DEFERRED_EVENINGS) -> None:
        self._deferred = frozenset(deferred)

    def is_day(self, day: date) -> bool:
        """Whether a batch is dated by this day."""
        evening = day - _DAY
        # A holiday at the end of a year may be kept in the next one, and the other way round.
        years = {(evening + timedelta(days=days)).year for days in (-3, 1)}
        is_deferred = evening in self._deferred or any(evening in holiday_evenings(year) for year in years)
        return day.weekday() <= _FRIDAY and not is_deferred

    def days(self, since: date, until: date) -> list[date]:
        """The announcement days from ``since`` to ``until``, both included, in order."""
        return [
            day
            for day in (since + timedelta(days=number) for number in range((until - since).days + 1))
            if self.is_day(day)
        ]

    def due_at(self, day: date) -> datetime:
        """When the batch of a day is announced: 20:00 US Eastern of the evening before."""
        return datetime.combine(day - _DAY, ANNOUNCED_AT, tzinfo=ZONE)

    def closes_at(self, day: date) -> datetime:
        """Until when submissions are taken for the batch of a day: 14:00 US Eastern, Friday's for that of Monday."""
        evening = day - _DAY
        return datetime.combine(evening - 2 * _DAY if evening.weekday() == _SUNDAY else evening, CUT_OFF, tzinfo=ZONE)

    def announced_on(self, submitted_at: datetime) -> date:
        """The day of the first announcement that a submission could be in; moderation may have made it later.

        ``submitted_at`` must know its zone. Raises ``ValueError`` where the calendar knows no announcement at all.
        """
        local = submitted_at.astimezone(ZONE)
        for number in range(LONGEST_PAUSE_DAYS):
            day = local.date() + timedelta(days=number)
            # Both are moments of one zone, which Python would compare by the clock on the wall.
            if self.is_day(day) and local.timestamp() < self.closes_at(day).timestamp():
                return day
        raise ValueError(f"nothing is announced for {LONGEST_PAUSE_DAYS} days from {local.date()}")

    def submitted_between(self, day: date) -> tuple[datetime, datetime]:
        """The submissions that the batch of a day holds if nothing is held back: from (included) and to (excluded)."""
        for number in range(1, LONGEST_PAUSE_DAYS):
            before = day - timedelta(days=number)
            if self.is_day(before):
                return self.closes_at(before), self.closes_at(day)
        raise ValueError(f"nothing is announced for {LONGEST_PAUSE_DAYS} days before {day}")

    def latest_day(self, now: datetime) -> date:
        """The newest day whose batch is due at a moment."""
        tomorrow = now.astimezone(ZONE).date() + _DAY
        for number in range(LONGEST_PAUSE_DAYS):
            day = tomorrow - timedelta(days=number)
            if self.is_day(day) and self.due_at(day).timestamp() <= now.timestamp():
                return day
        raise ValueError(f"nothing is announced for {LONGEST_PAUSE_DAYS} days before {now}")
