"""What was announced is compared with what is here, by name where names are known and by number where they are not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from broadsheet.catalogue import batches
from broadsheet.catalogue.models import Batch, SourceRecord, Tombstone
from broadsheet.catalogue.models import Source as SourceRow
from broadsheet.sources.protocol import BatchRecord
from tests.catalogue.batches.ledger import (
    CATEGORY,
    FRIDAY,
    MONDAY,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Weekdays,
    at,
    note,
    row,
    states,
    take,
)
from tests.catalogue.harvests.made import MadeSource, batch

pytestmark = pytest.mark.django_db

FEED = MadeSource(calendar=Weekdays())


def test_a_batch_that_is_all_here_is_complete() -> None:
    take(1, 2)
    note(batch(CATEGORY, MONDAY, 1, 2))
    found = row(MONDAY)
    assert (found.state, found.announced_count, found.received_count, found.missing) == ("complete", 2, 2, [])
    assert (found.announced, found.kinds) == ({"new": ["2510.00001", "2510.00002"]}, {"new": 2})
    assert found.first_seen_at == found.completed_at == found.checked_at == at(MONDAY)


def test_a_batch_that_is_not_all_here_is_short_and_names_what_is_missing() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1, 2))
    found = row(MONDAY)
    assert (found.state, found.received_count, found.missing) == ("short", 1, ["2510.00002"])
    assert found.note == "1 of 2 are not here"
    take(2)
    assert batches.check("made", at(MONDAY, 6)) == []
    assert (row(MONDAY).state, row(MONDAY).completed_at) == ("complete", at(MONDAY, 6))


def test_a_batch_of_which_more_is_stated_than_named_is_short() -> None:
    take(1, 2)
    note(batch(CATEGORY, MONDAY, 1, 2, counts={"new": 5}))
    found = row(MONDAY)
    assert (found.state, found.announced_count, found.missing) == ("short", 5, [])
    assert found.note == "3 of 5 are not here, and not named"


def test_what_several_pages_say_of_one_batch_adds_up() -> None:
    take(*range(6))
    part = {"is_complete": False, "counts": {"new": 4, "replace": 2}}
    note(batch(CATEGORY, MONDAY, 0, 1, **part))
    note(batch(CATEGORY, MONDAY, 1, 2, 3, **part))
    assert row(MONDAY).state == "short"
    note(batch(CATEGORY, MONDAY, 4, 5, kind="replace", **part))
    found = row(MONDAY)
    assert (found.state, found.announced_count, found.kinds) == ("complete", 6, {"new": 4, "replace": 2})


def test_a_kind_that_another_place_does_not_know_counts_once() -> None:
    take(1, 2)
    feed = {"replace": ("2510.00001",), "replace-cross": ("2510.00002",)}
    note(BatchRecord(category=CATEGORY, announced_on=MONDAY, refs=feed))
    note(batch(CATEGORY, MONDAY, 1, 2, kind="replace", counts={"replace": 2}))
    assert (row(MONDAY).state, row(MONDAY).announced_count) == ("complete", 2)
    assert row(MONDAY).announced == {"replace": ["2510.00001"], "replace-cross": ["2510.00002"]}


def test_a_part_without_a_number_is_not_taken_for_the_whole() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1, is_complete=False))
    assert (row(MONDAY).state, row(MONDAY).announced_count) == ("short", None)
    note(batch(CATEGORY, MONDAY, 1, is_complete=False, counts={"new": 1}))
    assert (row(MONDAY).state, row(MONDAY).announced_count) == ("short", None)
    note(batch(CATEGORY, MONDAY, 1))
    assert (row(MONDAY).state, row(MONDAY).announced_count) == ("complete", 1)


def test_what_the_source_removed_is_not_missed() -> None:
    take(1)
    Tombstone.objects.create(source=SourceRow.objects.get(), ref="2510.00002", noted_at=at(MONDAY))
    note(batch(CATEGORY, MONDAY, 1, 2))
    assert (row(MONDAY).state, row(MONDAY).received_count) == ("complete", 1)


def test_no_day_is_expected_of_the_years_before_the_first_run() -> None:
    made = batches.expect(FEED, [CATEGORY, "cs.LG"], at(TUESDAY))
    assert [(one.category, one.announced_on) for one in made] == [(CATEGORY, TUESDAY), ("cs.LG", TUESDAY)]
    assert made[0].due_at == at(TUESDAY, 4)
    assert batches.expect(FEED, [CATEGORY, "cs.LG"], at(TUESDAY)) == []


def test_days_on_which_nothing_ran_are_gaps() -> None:
    batches.expect(FEED, [CATEGORY], at(TUESDAY))
    take(1)
    note(batch(CATEGORY, THURSDAY, 1))
    batches.expect(FEED, [CATEGORY], at(MONDAY + timedelta(days=7), 3))
    late = batches.check("made", at(MONDAY + timedelta(days=7), 3))
    assert [one.announced_on for one in late] == [TUESDAY, WEDNESDAY, FRIDAY]
    assert {one.state for one in late} == {"late"}
    assert row(THURSDAY).due_at == at(THURSDAY, 4)
    assert states()[MONDAY + timedelta(days=7)] == "expected"


def test_days_before_the_first_run_are_expected_when_they_are_asked_for() -> None:
    batches.expect(FEED, [CATEGORY], at(WEDNESDAY))
    made = batches.expect(FEED, [CATEGORY], at(WEDNESDAY), since=MONDAY)
    assert [one.announced_on for one in made] == [MONDAY, TUESDAY]


def test_a_batch_of_tomorrow_is_expected_once_it_is_due() -> None:
    class Evenings(Weekdays):
        def due_at(self, day: date) -> datetime:
            return at(day - timedelta(days=1), 20)

    source = MadeSource(calendar=Evenings())
    assert [one.announced_on for one in batches.expect(source, [CATEGORY], at(MONDAY, 19))] == [MONDAY]
    assert [one.announced_on for one in batches.expect(source, [CATEGORY], at(MONDAY, 20))] == [TUESDAY]


def test_a_source_without_days_is_expected_nothing_of() -> None:
    assert batches.expect(MadeSource(), [CATEGORY], at(MONDAY)) == []


def test_a_batch_is_late_once_its_time_and_some_more_has_passed() -> None:
    batches.expect(FEED, [CATEGORY], at(MONDAY))
    due = at(MONDAY, 4)
    assert batches.check("made", due + batches.GRACE) == []
    (late,) = batches.check("made", due + batches.GRACE + timedelta(seconds=1))
    assert (late.state, late.note) == ("late", "nothing was seen of it")
    take(1)
    note(batch(CATEGORY, MONDAY, 1), now=at(MONDAY, 23))
    assert row(MONDAY).state == "complete"


def test_a_day_without_papers_is_empty_where_that_is_said_or_usual() -> None:
    note(BatchRecord(category=CATEGORY, announced_on=MONDAY, counts={"new": 0, "replace": 0}))
    note(BatchRecord(category=CATEGORY, announced_on=TUESDAY))
    assert states() == {MONDAY: "empty", TUESDAY: "empty"}


def test_a_busy_category_is_not_believed_to_have_none() -> None:
    numbers = iter(range(100))
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        chosen = [next(numbers) for _ in range(20)]
        take(*chosen)
        note(batch(CATEGORY, day, *chosen))
    batches.expect(FEED, [CATEGORY], at(THURSDAY))
    note(BatchRecord(category=CATEGORY, announced_on=THURSDAY))
    assert (row(THURSDAY).state, row(THURSDAY).note) == ("expected", "what is served is empty")
    (late,) = batches.check("made", at(THURSDAY, 12))
    assert (late.state, late.note) == ("late", "what is served is empty")
    note(BatchRecord(category=CATEGORY, announced_on=THURSDAY, counts={"new": 0}))
    assert row(THURSDAY).state == "empty"


def test_an_empty_feed_of_a_weekend_leaves_no_trace() -> None:
    note(BatchRecord(category=CATEGORY, announced_on=SATURDAY))
    assert not Batch.objects.exists()


def test_a_recount_finds_what_a_check_does_not_look_at() -> None:
    take(1, 2)
    note(batch(CATEGORY, MONDAY, 1, 2))
    SourceRecord.objects.filter(ref="2510.00002").delete()
    later = at(MONDAY + timedelta(days=30))
    assert batches.check("made", later) == []
    assert batches.recount(later) == 1
    assert (row(MONDAY).state, row(MONDAY).missing) == ("short", ["2510.00002"])
    assert batches.recount(later) == 0


def test_a_person_is_told_once_of_what_is_not_in_order() -> None:
    batches.expect(FEED, [CATEGORY], at(MONDAY))
    take(1)
    note(batch(CATEGORY, MONDAY, 1, 2))
    assert batches.alerts(at(MONDAY, 6)) == []
    later = at(MONDAY, 11)
    told = batches.alerts(later)
    assert [one.announced_on for one in told] == [MONDAY]
    assert batches.alerts(later) == told
    batches.alerted(told, later)
    assert batches.alerts(later) == []
    take(2)
    batches.check("made", later)
    SourceRecord.objects.filter(ref="2510.00002").delete()
    batches.check("made", later)
    assert [one.announced_on for one in batches.alerts(later)] == [MONDAY]
