"""Which calendar day a subscriber's next issue is of, and when it is due: each day at most once, whatever clocks do.

A day is one of the subscriber's zone. A time of day that does not exist, as clocks are put forward, is the first moment
after the gap; one that is there twice, as they are put back, is the first of the two. A day that a zone never had (as
Samoa's 30 December 2011) has no issue. Of days that were missed only the newest is still due.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EVERY_DAY = 0b111_1111
MINUTES_OF_A_DAY = 24 * 60
LONGEST_WAIT = timedelta(days=20)
"""No rhythm waits longer for its next day: a week, one more where a zone leaves out a day, and two after a change."""
_DAY = timedelta(days=1)
_FARTHEST_AHEAD = timedelta(days=2)


class CalendarError(ValueError):
    """Days, a time of day or a time zone that cannot be kept; the text says which."""


def next_due(days: int, minute: int, zone: str, after: date | None, now: datetime) -> tuple[date, datetime]:
    """The calendar day in ``zone`` whose issue is next, and its moment in UTC.

    ``days`` has a bit for each day of the week (1 Monday, 64 Sunday), ``minute`` is the time of day in minutes, and
    ``after`` the last day that was dealt with; no day up to it ever comes again. The moment is past or now where a day
    was not dealt with in time: of several such days the newest counts. With ``after`` None nothing was dealt with yet,
    and nothing that is past is due.

    A day far ahead of the calendar (a clock was wrong when it was dealt with) is taken for today.

    Raises ``CalendarError`` for days that never come, a minute that no day has, and an unknown zone.
    """
    if not 0 < days <= EVERY_DAY:
        raise CalendarError(f"days={days}: expected a number from 1 to {EVERY_DAY}, a bit for each day of the week")
    if not 0 <= minute < MINUTES_OF_A_DAY:
        raise CalendarError(f"minute={minute}: expected a number from 0 to {MINUTES_OF_A_DAY - 1}")
    today = day_in(zone, now)
    if after is None:
        return _first(days, minute, zone, today - _DAY, now)
    if after > today + _FARTHEST_AHEAD:
        after = today
    newest = _newest(days, minute, zone, today, now)
    if newest is not None and newest[0] > after:
        return newest
    return _first(days, minute, zone, max(after + _DAY, today - _DAY), now)


def day_in(zone: str, now: datetime) -> date:
    """The calendar day that it is in a zone. Raises ``CalendarError`` for an unknown zone."""
    return now.astimezone(zone_of(zone)).date()


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name in the IANA database. Raises ``CalendarError`` for one that is not there."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(f"there is no time zone {name!r}") from error


@lru_cache(maxsize=65_536)
def moment_of(day: date, minute: int, zone: str) -> datetime | None:
    """When a time of day comes on a day in a zone, in UTC; None for a day that the zone never had.

    Raises ``CalendarError`` for an unknown zone.
    """
    where = zone_of(zone)
    if _begins(day, where).astimezone(where).date() != day:
        return None
    return _first_moment(datetime.combine(day, time(minute // 60, minute % 60)), where)


def longest_gap(days: int) -> int:
    """The most days from one day of the week that is chosen to the next one."""
    chosen = [place for place in range(7) if days >> place & 1]
    return max((after - day for day, after in zip(chosen, [*chosen[1:], chosen[0] + 7], strict=True)), default=7)


def _newest(days: int, minute: int, zone: str, today: date, now: datetime) -> tuple[date, datetime] | None:
    """The newest day whose moment has come."""
    # Where clocks are put back over midnight it may be yesterday again though tomorrow has begun.
    for back in range(-1, 10):
        day = today - back * _DAY
        if _is_chosen(day, days) and (moment := moment_of(day, minute, zone)) is not None and moment <= now:
            return day, moment
    return None


def _first(days: int, minute: int, zone: str, start: date, now: datetime) -> tuple[date, datetime]:
    """The first day from ``start`` on whose moment is not past."""
    day = start
    while True:
        if _is_chosen(day, days) and (moment := moment_of(day, minute, zone)) is not None and moment >= now:
            return day, moment
        day += _DAY


def _is_chosen(day: date, days: int) -> bool:
    return bool(days >> day.weekday() & 1)


def _begins(day: date, where: ZoneInfo) -> datetime:
    return _first_moment(datetime.combine(day, time()), where)


def _first_moment(wall: datetime, where: ZoneInfo) -> datetime:
    """The first moment at which a clock on the wall shows a time or, where it never does, has passed it."""
    moment = wall.replace(tzinfo=where).astimezone(UTC)
    if moment.astimezone(where).replace(tzinfo=None) == wall:
        return moment
    # In a gap the two folds read the time by the offset after it and before it; the jump lies between (PEP 495).
    low = wall.replace(tzinfo=where, fold=1).astimezone(UTC)
    high, before = moment, low.astimezone(where).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(where).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
