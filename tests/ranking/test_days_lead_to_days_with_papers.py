"""The nearest day, the neighbours, and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.ranking.daily import Neighbours, month_calendar, nearest_day, neighbours, today
from tests.builders import record, take
from tests.catalogue.content import scratch

pytestmark = pytest.mark.django_db
FIRST = date(2025, 10, 10)


def list_on(*days: date) -> None:
    take(*(record(f"Paper of {day.isoformat()}", on=day) for day in days))


def test_it_knows_no_day_in_an_empty_catalogue() -> None:
    assert nearest_day(FIRST) is None
    assert neighbours(FIRST, FIRST) == Neighbours(None, None)
    assert all(day.papers_count == 0 for week in month_calendar(FIRST) for day in week)


def test_it_takes_the_earlier_of_two_days_that_are_equally_near() -> None:
    list_on(FIRST, FIRST + timedelta(days=4))
    nearest = [nearest_day(FIRST + timedelta(days=n)) for n in range(-2, 7)]
    assert nearest == [FIRST] * 5 + [FIRST + timedelta(days=4)] * 4


def test_it_leaves_the_span_itself_out_of_its_neighbours() -> None:
    list_on(*(FIRST + timedelta(days=n) for n in (0, 1, 2, 3)))
    inner = neighbours(FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    assert inner == Neighbours(FIRST, FIRST + timedelta(days=3))
    assert neighbours(FIRST, FIRST + timedelta(days=3)) == Neighbours(None, None)


def test_it_counts_each_paper_of_a_day_once_whoever_lists_it() -> None:
    list_on(FIRST)
    take(record(f"Paper of {FIRST.isoformat()}", on=FIRST), source="another")
    days = {day.on: day.papers_count for week in month_calendar(FIRST) for day in week}
    assert days[FIRST] == 1
    assert sum(days.values()) == 1


def test_it_lays_a_month_out_in_whole_weeks_with_the_days_around_it() -> None:
    list_on(date(2025, 9, 29), date(2025, 10, 31), date(2025, 11, 2), date(2025, 11, 3))
    weeks = month_calendar(date(2025, 10, 15))
    assert [len(week) for week in weeks] == [7] * 5
    assert (weeks[0][0].on, weeks[-1][-1].on) == (date(2025, 9, 29), date(2025, 11, 2))
    assert [day.on.day for week in weeks for day in week if day.papers_count] == [29, 31, 2]
    assert [day.on for week in weeks for day in week if day.is_in_month] == [date(2025, 10, n) for n in range(1, 32)]


def test_it_takes_today_in_the_zone_of_the_instance(settings, monkeypatch) -> None:
    from datetime import UTC, datetime

    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: datetime(2025, 10, 10, 22, 30, tzinfo=UTC))
    assert today() == date(2025, 10, 10)
    with timezone.override("Europe/Berlin"):
        assert today() == date(2025, 10, 11)


@given(offsets=st.sets(st.integers(0, 12), max_size=4), asked=st.integers(-3, 15))
@settings(max_examples=40, deadline=None)
def test_it_finds_the_nearest_of_any_days(offsets, asked) -> None:
    days = [FIRST + timedelta(days=n) for n in sorted(offsets)]
    on = FIRST + timedelta(days=asked)
    with scratch():
        list_on(*days)
        assert nearest_day(on) == min(days, key=lambda day: (abs(day - on), day), default=None)
        around = neighbours(on, on)
        assert around.before == max((day for day in days if day < on), default=None)
        assert around.after == min((day for day in days if day > on), default=None)
