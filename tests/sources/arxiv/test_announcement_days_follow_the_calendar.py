"""arXiv's calendar: which days have batches, when they are due, and which one a submission comes in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.arxiv.calendar import DEFERRED_EVENINGS, ZONE, ArxivCalendar, holiday_evenings

CALENDAR = ArxivCalendar()
SINCE, UNTIL = datetime(2019, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
moments = st.floats(SINCE.timestamp(), UNTIL.timestamp()).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
days = st.dates(SINCE.date(), UNTIL.date())


def eastern(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)


def test_a_week_has_batches_from_monday_to_friday() -> None:
    assert CALENDAR.days(date(2026, 8, 1), date(2026, 8, 9)) == [date(2026, 8, day) for day in range(3, 8)]
    assert CALENDAR.days(date(2026, 8, 9), date(2026, 8, 1)) == []


def test_a_batch_is_due_on_the_evening_before_in_summer_and_in_winter() -> None:
    assert CALENDAR.due_at(date(2026, 8, 3)).astimezone(UTC) == datetime(2026, 8, 3, 0, tzinfo=UTC)
    assert CALENDAR.due_at(date(2026, 12, 8)).astimezone(UTC) == datetime(2026, 12, 8, 1, tzinfo=UTC)
    # The clocks go back on the night of Sunday, 1 November 2026, before its evening.
    assert CALENDAR.due_at(date(2026, 11, 2)).astimezone(UTC) == datetime(2026, 11, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        (eastern(2026, 8, 3, 13, 59, 59), date(2026, 8, 4)),  # Monday before the cut-off
        (eastern(2026, 8, 3, 14, 0), date(2026, 8, 5)),  # Monday at it
        (eastern(2026, 8, 4, 3, 0), date(2026, 8, 5)),  # Tuesday night
        (eastern(2026, 8, 6, 15, 0), date(2026, 8, 10)),  # Thursday afternoon waits for Sunday evening
        (eastern(2026, 8, 7, 13, 0), date(2026, 8, 10)),  # Friday before the cut-off, too
        (eastern(2026, 8, 7, 14, 0), date(2026, 8, 11)),  # the weekend waits for Monday evening
        (eastern(2026, 8, 9, 19, 0), date(2026, 8, 11)),
        (eastern(2026, 11, 25, 15, 0), date(2026, 11, 30)),  # nothing on the evening of Thanksgiving
        (eastern(2025, 7, 3, 15, 0), date(2025, 7, 8)),  # nothing on the Sunday after Independence Day
        (datetime(2026, 3, 9, 17, 59, tzinfo=UTC), date(2026, 3, 10)),  # summer time began the day before
        (datetime(2026, 3, 9, 18, 0, tzinfo=UTC), date(2026, 3, 11)),
    ],
)
def test_a_submission_is_announced_after_the_next_cut_off(submitted: datetime, announced: date) -> None:
    assert CALENDAR.announced_on(submitted) == announced


@given(moments)
def test_the_windows_of_submission_meet_without_a_gap(submitted: datetime) -> None:
    day = CALENDAR.announced_on(submitted)
    since, until = CALENDAR.submitted_between(day)
    assert since.timestamp() <= submitted.timestamp() < until.timestamp()
    assert until < CALENDAR.due_at(day)
    assert day.weekday() < 5
    evening = day - timedelta(days=1)
    assert evening not in DEFERRED_EVENINGS | holiday_evenings(evening.year)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_who_submits_later_is_not_announced_earlier(submitted: datetime, later: timedelta) -> None:
    assert CALENDAR.announced_on(submitted) <= CALENDAR.announced_on(submitted + later)


@given(days, st.integers(0, 60))
def test_days_are_those_that_are_days_and_no_others(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = CALENDAR.days(first, last)
    every = [first + timedelta(days=number) for number in range(length + 1)]
    assert found == [day for day in every if CALENDAR.is_day(day)]


@given(moments)
def test_the_latest_day_is_the_last_one_that_is_due(now: datetime) -> None:
    day = CALENDAR.latest_day(now)
    assert CALENDAR.due_at(day).timestamp() <= now.timestamp()
    following = CALENDAR.days(day + timedelta(days=1), day + timedelta(days=20))
    assert CALENDAR.due_at(following[0]).timestamp() > now.timestamp()


# What arXiv's lists of three years name, the holidays on a Friday as the Sunday after them.
LISTS = {
    2023: "01-16 06-14 06-19 07-04 09-04 11-23 12-25 12-27",
    2025: "01-01 01-20 06-19 07-06 09-01 11-27",
    2026: "01-01 01-19 06-21 07-05 09-07 11-26 12-27 12-29 12-31",
}


@pytest.mark.parametrize(("year", "listed"), LISTS.items())
def test_the_holidays_are_those_of_arxivs_lists(year: int, listed: str) -> None:
    evenings = {date.fromisoformat(f"{year}-{day}") for day in listed.split()}
    reckoned = holiday_evenings(year) | {evening for evening in DEFERRED_EVENINGS if evening.year == year}
    assert evenings <= reckoned
    # New Year's Day of 2023 was a Sunday, and the holidays of December 2025 were not told when its list was read.
    assert reckoned - evenings <= {date(2023, 1, 2), date(2025, 12, 25)}
    assert not any(CALENDAR.is_day(evening + timedelta(days=1)) for evening in reckoned)


@pytest.mark.parametrize(
    ("day", "is_day"),
    [
        # New Year's Day of 2028 is a Saturday, kept on the last day of 2027, a Friday.
        (date(2028, 1, 3), False),
        (date(2028, 1, 4), True),
        # Christmas of 2027 is a Saturday, kept on Friday, so Sunday evening has no announcement.
        (date(2027, 12, 27), False),
        # New Year's Day of 2034 is a Sunday, kept on Monday.
        (date(2034, 1, 2), True),
        (date(2034, 1, 3), False),
    ],
)
def test_holidays_of_a_weekend_are_kept_on_a_day_beside_it(day: date, is_day: bool) -> None:
    assert CALENDAR.is_day(day) is is_day


def test_other_holidays_can_be_told() -> None:
    closed = ArxivCalendar({date(2026, 8, 3)})
    assert closed.days(date(2026, 8, 3), date(2026, 8, 5)) == [date(2026, 8, 3), date(2026, 8, 5)]
    assert closed.announced_on(eastern(2026, 8, 3, 9)) == date(2026, 8, 5)


def test_a_calendar_without_any_days_is_an_error_and_no_endless_search() -> None:
    never = ArxivCalendar({date(2026, 1, 1) + timedelta(days=number) for number in range(365)})
    with pytest.raises(ValueError, match="nothing is announced for 60 days"):
        never.announced_on(eastern(2026, 3, 1, 9))
    with pytest.raises(ValueError, match="nothing is announced"):
        never.submitted_between(date(2026, 6, 1))
    with pytest.raises(ValueError, match="nothing is announced"):
        never.latest_day(eastern(2026, 6, 1, 9))
