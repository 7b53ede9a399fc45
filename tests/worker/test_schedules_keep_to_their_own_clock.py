"""Cron expressions in a zone of their own, where clocks are put forward and back; and waiting after failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.schedules import (
    JITTER,
    LONGEST_PATIENCE,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    ScheduleError,
    asked_back_at,
    next_due,
    retry_at,
)
from broadsheet.sources.protocol import Schedule

NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ZONES = [NEW_YORK, "UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo"]
CRONS = ["30 1 * * *", "30 2 * * 0-4", "0 20 * * 0-4", "0 */6 * * *", "15,45 * * * *", "*/20 * * * *", "0 0 1 * *"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "due"),
    [
        ("0 6 * * *", "UTC", "2026-11-03T05:59", "2026-11-03T06:00"),
        ("0 6 * * *", "UTC", "2026-11-03T06:00", "2026-11-04T06:00"),
        # Sunday to Thursday at 20:00 Eastern: on Friday and Saturday nothing is announced.
        ("0 20 * * 0-4", NEW_YORK, "2026-11-06T02:00", "2026-11-09T01:00"),
        # The same wall clock an hour earlier in UTC once summer time begins (2026-03-08).
        ("0 20 * * *", NEW_YORK, "2026-03-07T20:00", "2026-03-08T01:00"),
        ("0 20 * * *", NEW_YORK, "2026-03-08T02:00", "2026-03-09T00:00"),
        # 02:30 does not exist on that night: it runs when 03:00 comes.
        ("30 2 * * *", NEW_YORK, "2026-03-08T06:00", "2026-03-08T07:00"),
        # 01:30 exists twice on 2026-11-01: it runs in the first pass and not in the second.
        ("30 1 * * *", NEW_YORK, "2026-11-01T05:00", "2026-11-01T05:30"),
        ("30 1 * * *", NEW_YORK, "2026-11-01T05:30", "2026-11-02T06:30"),
        ("30 1 * * *", NEW_YORK, "2026-11-01T06:10", "2026-11-02T06:30"),
        # Every half hour goes on every half hour.
        ("*/30 * * * *", NEW_YORK, "2026-11-01T05:30", "2026-11-01T06:00"),
        ("*/30 * * * *", NEW_YORK, "2026-11-01T06:00", "2026-11-01T06:30"),
    ],
)
def test_the_next_moment_is_that_of_the_zones_clock(cron: str, zone: str, after: str, due: str) -> None:
    assert next_due(Schedule(cron=cron, zone=zone), at(after)) == at(due)


def test_without_an_expression_it_never_comes_by_itself() -> None:
    assert next_due(Schedule(), NOW) is None


@pytest.mark.parametrize(
    ("cron", "zone", "says"),
    [
        ("0 6 * *", "UTC", "five fields"),
        ("0 0 6 * * *", "UTC", "five fields"),
        ("61 6 * * *", "UTC", "Bad minute"),
        ("0 6 30 2 *", "UTC", "Bad day-of-month"),
        ("0 6 * * *", "Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("0 6 * * *", "../etc/passwd", "no time zone"),
    ],
)
def test_what_cannot_be_read_is_refused(cron: str, zone: str, says: str) -> None:
    with pytest.raises(ScheduleError, match=says):
        next_due(Schedule(cron=cron, zone=zone), NOW)


moments = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


@given(after=moments, cron=st.sampled_from(CRONS), zone=st.sampled_from(ZONES))
def test_moments_follow_each_other_and_none_comes_twice(after: datetime, cron: str, zone: str) -> None:
    schedule, seen = Schedule(cron=cron, zone=zone), [after]
    for _ in range(12):
        due = next_due(schedule, seen[-1])
        assert due is not None
        seen.append(due)
    assert all(first < second for first, second in pairwise(seen))
    if cron.startswith("30 1 ") and zone == NEW_YORK:
        days = [moment.astimezone(ZoneInfo(zone)).date() for moment in seen[1:]]
        assert len(set(days)) == len(days)


@given(failures=st.integers(1, 10_000))
def test_waits_grow_from_a_minute_to_six_hours(failures: int) -> None:
    wait = retry_at(failures, NOW, None) - NOW
    usual = min(SHORTEST_WAIT * 2 ** min(failures - 1, 30), LONGEST_WAIT)
    assert usual * (1 - JITTER) <= wait <= min(usual * (1 + JITTER), LONGEST_WAIT)


def test_a_wait_never_goes_beyond_the_schedule() -> None:
    assert retry_at(50, NOW, NOW + timedelta(minutes=3)) == NOW + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(90, timedelta(seconds=90)), (0, timedelta(seconds=1)), (-5, timedelta(seconds=1)), (10**9, LONGEST_PATIENCE)],
)
def test_patience_is_given_as_asked_within_a_day(seconds: float, wait: timedelta) -> None:
    assert asked_back_at(seconds, NOW) == NOW + wait
