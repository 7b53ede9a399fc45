"""Each calendar day once in the subscriber's zone, whatever clocks, zones and subscribers do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.delivery.calendar import EVERY_DAY, CalendarError, day_in, longest_gap, moment_of, next_due

# Of every kind: north and south, half and quarter hours, over midnight, on both sides of the date line, without any.
ZONES = """
    UTC Europe/Berlin Europe/London Europe/Lisbon Europe/Dublin Europe/Moscow Europe/Istanbul Europe/Kyiv
    Europe/Chisinau America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles
    America/Anchorage America/Adak America/St_Johns America/Halifax America/Havana America/Asuncion America/Santiago
    America/Sao_Paulo America/Nuuk America/Scoresbysund America/Mexico_City America/Caracas America/Noronha
    Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Lagos Africa/Johannesburg Asia/Beirut Asia/Jerusalem
    Asia/Gaza Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Yangon Asia/Shanghai Asia/Tokyo Asia/Almaty
    Australia/Sydney Australia/Adelaide Australia/Lord_Howe Australia/Eucla Pacific/Auckland Pacific/Chatham
    Pacific/Kiritimati Pacific/Pago_Pago Pacific/Apia Antarctica/Troll Atlantic/Azores Asia/Nicosia
""".split()  # noqa: SIM905  (a table of names)
YEARS = (date(2023, 7, 1), date(2026, 7, 1))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

minutes = st.one_of(
    st.integers(0, 1_439), st.sampled_from([0, 30, 60, 90, 119, 120, 150, 179, 180, 1_380, 1_410, 1_439])
)


def days_between(first: date, last: date, days: int = EVERY_DAY) -> list[date]:
    span = (first + n * DAY for n in range((last - first).days + 1))
    return [day for day in span if days >> day.weekday() & 1]


def moments_between(first: int, last: int) -> st.SearchStrategy[datetime]:
    begin = datetime(first, 1, 1, tzinfo=UTC)
    return st.timedeltas(timedelta(), datetime(last, 1, 1, tzinfo=UTC) - begin).map(lambda since: begin + since)


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_there_are_fifty_zones() -> None:
    assert len(ZONES) == len(set(ZONES)) >= 50


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=5)
@given(minute=minutes, days=st.one_of(st.just(EVERY_DAY), st.integers(1, EVERY_DAY)))
def test_no_day_twice_and_none_missing_in_three_years(zone: str, minute: int, days: int) -> None:
    dealt_with, moments = [], []
    after, now = YEARS[0], at_noon(YEARS[0])
    while after < YEARS[1]:
        after, now = next_due(days, minute, zone, after, now)
        dealt_with.append(after)
        moments.append(now)
    assert dealt_with == days_between(YEARS[0] + DAY, dealt_with[-1], days)
    assert moments == sorted(set(moments))
    # Each at its time by the clock on the wall, or later where clocks were put forward over it.
    for day, moment in zip(dealt_with, moments, strict=True):
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = datetime.combine(day, time(minute // 60, minute % 60))
        assert timedelta() <= shown - wanted <= HOUR * (2 if zone == "Antarctica/Troll" else 1)
        if shown != wanted:
            before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            assert before < wanted < shown


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[timedelta, str, int, int]]:
    """What somebody changes one after the other: after how long, and to which zone, time and days."""
    a_change = st.tuples(
        st.timedeltas(min_value=timedelta(), max_value=20 * DAY), st.sampled_from(ZONES), minutes, st.integers(1, 127)
    )
    return draw(st.lists(a_change, min_size=1, max_size=8))


@given(start=moments_between(2023, 2026), told=changes(), patience=st.integers(1, 90))
def test_changes_of_zone_and_time_bring_no_day_twice_and_lose_none(
    start: datetime, told: list[tuple[timedelta, str, int, int]], patience: int
) -> None:
    """Somebody moves about the world while a worker looks every so many minutes."""
    now = start
    dealt_with: list[date] = []
    zone, minute, days = "UTC", 7 * 60, EVERY_DAY
    after = day_in(zone, now)
    for wait, new_zone, new_minute, new_days in [*told, (3 * DAY, "UTC", 0, EVERY_DAY)]:
        began, until, before = now, now + wait, after
        while True:
            day, moment = next_due(days, minute, zone, after, now)
            looked = max(moment, now)
            looked += -(looked - start) % timedelta(minutes=patience)
            if looked > until:
                break
            now = looked
            day, moment = next_due(days, minute, zone, after, now)
            assert moment <= now
            dealt_with.append(day)
            after = day
        came = [
            day
            for day in days_between(day_in(zone, began) - DAY, day_in(zone, until) + DAY, days)
            if (moment := moment_of(day, minute, zone)) is not None
            and began < moment <= until - timedelta(minutes=patience)
        ]
        # What came while this was in force was dealt with: now, or before, under another name.
        assert {day for day in came if day > before} <= set(dealt_with)
        now, zone, minute, days = until, new_zone, new_minute, new_days
    assert dealt_with == sorted(set(dealt_with))


@pytest.mark.parametrize(
    ("zone", "day", "minute", "moment"),
    [
        ("Europe/Berlin", "2026-03-29", 150, "2026-03-29T01:00"),  # there is no half past two
        ("Europe/Berlin", "2026-10-25", 150, "2026-10-25T00:30"),  # half past two is there twice
        ("Africa/Cairo", "2026-04-24", 0, "2026-04-23T22:00"),  # the day has no midnight
        ("America/Nuuk", "2026-03-28", 1_410, "2026-03-29T01:00"),  # nor its last hour
        ("Australia/Lord_Howe", "2026-10-04", 135, "2026-10-03T15:30"),  # half an hour is missing
        ("America/Havana", "2026-11-01", 30, "2026-11-01T04:30"),  # the first hour is there twice
    ],
)
def test_times_that_are_missing_or_doubled(zone: str, day: str, minute: int, moment: str) -> None:
    assert moment_of(date.fromisoformat(day), minute, zone) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_day_that_a_zone_never_had_has_no_issue() -> None:
    assert moment_of(date(2011, 12, 30), 600, "Pacific/Apia") is None
    now = datetime(2011, 12, 30, 0, tzinfo=UTC)
    assert next_due(EVERY_DAY, 600, "Pacific/Apia", date(2011, 12, 29), now)[0] == date(2011, 12, 31)
    thursdays_missing = next_due(0b10000, 600, "Pacific/Apia", date(2011, 12, 29), now)
    assert thursdays_missing[0] == date(2012, 1, 6)


def test_of_missed_days_only_the_newest_is_due() -> None:
    now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert next_due(EVERY_DAY, 480, "UTC", date(2026, 3, 10), now) == (date(2026, 3, 20), now - HOUR)
    assert next_due(EVERY_DAY, 600, "UTC", date(2026, 3, 10), now) == (date(2026, 3, 19), now + HOUR - DAY)
    assert next_due(0b1, 480, "UTC", date(2026, 3, 2), now) == (date(2026, 3, 16), now - HOUR - 4 * DAY)


def test_nothing_that_is_past_is_due_to_somebody_new() -> None:
    now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert next_due(EVERY_DAY, 539, "UTC", None, now)[0] == date(2026, 3, 21)
    assert next_due(EVERY_DAY, 540, "UTC", None, now) == (date(2026, 3, 20), now)


def test_a_day_far_ahead_was_dealt_with_by_a_wrong_clock() -> None:
    now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert next_due(EVERY_DAY, 480, "UTC", date(2036, 1, 1), now)[0] == date(2026, 3, 21)
    assert next_due(EVERY_DAY, 480, "UTC", date(2026, 3, 22), now)[0] == date(2026, 3, 23)


@given(
    now=moments_between(2023, 2027),
    zone=st.sampled_from(ZONES),
    minute=minutes,
    days=st.integers(1, EVERY_DAY),
    back=st.timedeltas(timedelta(), 2 * DAY),
)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", 150, EVERY_DAY, HOUR)
def test_a_clock_that_is_put_back_brings_no_day_again(
    now: datetime, zone: str, minute: int, days: int, back: timedelta
) -> None:
    day, moment = next_due(days, minute, zone, day_in(zone, now), now)
    assert next_due(days, minute, zone, day, moment - back)[0] > day


@pytest.mark.parametrize(
    ("days", "minute", "zone", "said"),
    [
        (0, 0, "UTC", "days=0"),
        (128, 0, "UTC", "days=128"),
        (1, 1_440, "UTC", "minute=1440"),
        (1, -1, "UTC", "minute=-1"),
        (1, 0, "Mars/Olympus", "no time zone 'Mars/Olympus'"),
        (1, 0, "../UTC", "no time zone '../UTC'"),
        (1, 0, "", "no time zone ''"),
    ],
)
def test_what_cannot_be_kept_is_refused(days: int, minute: int, zone: str, said: str) -> None:
    with pytest.raises(CalendarError, match=said):
        next_due(days, minute, zone, None, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("days", "gap"), [(127, 1), (0b11111, 3), (0b1, 7), (0b10010, 4)])
def test_the_longest_gap_between_days(days: int, gap: int) -> None:
    assert longest_gap(days) == gap
