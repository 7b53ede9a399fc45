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
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
ANNOUNCED_AT = time(20)
CUT_OFF = time(14)
# No list of holidays is longer than a few days in a row; a calendar without any announcements ends the search.
LONGEST_PAUSE_DAYS = 60

_FRIDAY = 4
_SUNDAY = 6
_DAY = timedelta(days=1)

# The evenings that arXiv has told to be without an announcement ("2025 Holidays" and so on of its availability page). A
# holiday on a Friday is entered as the Sunday after it, as arXiv itself did with Independence Day of 2025 (Sunday 6
# July): nobody is there on that Friday to prepare what Sunday evening announces. Years that are not here are reckoned
# without holidays, so their batches are expected on weekdays throughout. To add a year, add its evenings.
DEFERRED_EVENINGS: frozenset[date] = frozenset(
    {
        date(2023, 1, 16),
        date(2023, 6, 14),
        date(2023, 6, 19),
        date(2023, 7, 4),
        date(2023, 9, 4),
        date(2023, 11, 23),
        date(2023, 12, 25),
        date(2023, 12, 27),
        date(2025, 1, 1),
        date(2025, 1, 20),
        date(2025, 6, 19),
        date(2025, 7, 6),
        date(2025, 9, 1),
        date(2025, 11, 27),
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 6, 21),
        date(2026, 7, 5),
        date(2026, 9, 7),
        date(2026, 11, 26),
        date(2026, 12, 27),
        date(2026, 12, 29),
        date(2026, 12, 31),
    }
)


class ArxivCalendar:
    """arXiv's announcement days. ``deferred`` are the evenings on which nothing is announced besides the usual ones."""

    def __init__(self, deferred: Collection[date] = DEFERRED_EVENINGS) -> None:
        self._deferred = frozenset(deferred)

    def is_day(self, day: date) -> bool:
        """Whether a batch is dated by this day."""
        return day.weekday() <= _FRIDAY and day - _DAY not in self._deferred

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
