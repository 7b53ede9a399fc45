"""A feed that serves an earlier batch as today's is found out, and none of its dates are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broadsheet.catalogue import batches, harvests
from broadsheet.catalogue.ledger import undated
from broadsheet.catalogue.models import Batch
from broadsheet.sources.protocol import BatchRecord, HarvestRequest, Page
from broadsheet.sources.record import AnnouncementRecord, BadRecord, ListingRecord
from tests.catalogue.batches.ledger import (
    CATEGORY,
    FRIDAY,
    MONDAY,
    SATURDAY,
    TUESDAY,
    WEDNESDAY,
    Weekdays,
    at,
    note,
    row,
    states,
    take,
)
from tests.catalogue.harvests.made import MadeSource, NoDoor, batch, paper

pytestmark = pytest.mark.django_db


def mixed(day, new=(), cross=(), replace=()) -> BatchRecord:
    refs = {"new": new, "cross": cross, "replace": replace}
    return BatchRecord(
        category=CATEGORY,
        announced_on=day,
        refs={kind: tuple(f"2510.{n:05}" for n in numbers) for kind, numbers in refs.items()},
    )


def test_the_batch_of_the_day_before_is_stale() -> None:
    take(1, 2, 3)
    note(mixed(MONDAY, new=(1, 2), replace=(3,)))
    note(mixed(TUESDAY, new=(1, 2), replace=(3,)))
    found = row(TUESDAY)
    assert (found.state, found.note) == ("stale", "what is served is the batch of 2025-10-13")
    assert (found.announced, found.announced_count, found.first_seen_at) == ({}, None, None)
    assert [one.announced_on for one in batches.check("made", at(TUESDAY, 6))] == [TUESDAY]
    take(4)
    note(mixed(TUESDAY, new=(4,), replace=(3,)))
    assert (row(TUESDAY).state, row(TUESDAY).announced) == (
        "complete",
        {"new": ["2510.00004"], "replace": ["2510.00003"]},
    )


def test_a_batch_may_be_stale_for_days() -> None:
    take(1, 2)
    note(mixed(FRIDAY, new=(1, 2)))
    for days in (3, 4):
        note(mixed(FRIDAY + timedelta(days=days), new=(1, 2)))
    assert list(states().values()) == ["complete", "stale", "stale"]


def test_papers_that_are_replaced_again_make_no_batch_stale() -> None:
    take(*range(1, 9))
    note(mixed(MONDAY, new=(1, 2), replace=(3, 4, 5)))
    note(mixed(TUESDAY, new=(6,), replace=(1, 2, 3, 4, 5)))
    note(mixed(WEDNESDAY, replace=(6,)))
    note(mixed(WEDNESDAY + timedelta(days=1), replace=(6,)))
    assert set(states().values()) == {"complete"}


def test_a_batch_of_nothing_but_the_same_replacements_is_stale() -> None:
    take(1, 2)
    note(mixed(MONDAY, replace=(1, 2)))
    note(mixed(TUESDAY, replace=(2, 1)))
    assert states() == {MONDAY: "complete", TUESDAY: "stale"}


def test_new_papers_that_are_all_replaced_on_the_next_day_make_no_batch_stale() -> None:
    take(1, 2)
    note(mixed(MONDAY, new=(1, 2)))
    note(mixed(TUESDAY, replace=(1, 2)))
    assert set(states().values()) == {"complete"}


def test_a_day_is_never_the_repetition_of_a_later_one() -> None:
    take(1, 2)
    note(mixed(TUESDAY, new=(1,)))
    note(mixed(MONDAY, new=(1,)), mixed(WEDNESDAY, new=(2,)))
    assert set(states().values()) == {"complete"}


def test_the_same_papers_in_another_category_are_no_stale_batch() -> None:
    take(1, 2)
    note(mixed(MONDAY, new=(1, 2)))
    note(batch("cs.LG", TUESDAY, 1, 2, kind="cross"))
    assert row(TUESDAY, "cs.LG").state == "complete"


def test_a_paper_that_comes_along_by_mistake_makes_no_batch_stale() -> None:
    take(1, 2, 3, 4)
    note(mixed(MONDAY, new=(1, 2)))
    note(mixed(TUESDAY, new=(2, 3, 4)))
    assert row(TUESDAY).state == "complete"


def test_a_good_day_is_not_spoilt_by_an_old_copy() -> None:
    take(1, 2)
    note(mixed(MONDAY, new=(1,)))
    note(mixed(TUESDAY, new=(2,)))
    note(mixed(TUESDAY, new=(1,)))
    assert (row(TUESDAY).state, row(TUESDAY).announced) == ("complete", {"new": ["2510.00002"]})


def test_friday_again_on_saturday_leaves_no_trace() -> None:
    take(1)
    note(mixed(FRIDAY, new=(1,)))
    note(mixed(SATURDAY, new=(1,)))
    assert states() == {FRIDAY: "complete"}


def test_no_paper_is_dated_by_a_stale_batch() -> None:
    announced = [paper(n, category=CATEGORY, on=TUESDAY) for n in (1, 2)]
    other = AnnouncementRecord(category="cs.LG", announced_on=TUESDAY)
    bad = BadRecord(where="made:3", reason="no title")
    first, second, third = undated([*announced, bad], {(CATEGORY, TUESDAY): MONDAY})
    assert (first.announcements, second.announcements, third) == ((), (), bad)
    (wrong,) = undated([replace(announced[0], listing=ListingRecord(listed_on=TUESDAY))], {(CATEGORY, TUESDAY)})
    assert (wrong.announcements, wrong.listing) == ((), None)
    both = replace(wrong, announcements=(*announced[0].announcements, other), listing=ListingRecord(listed_on=TUESDAY))
    (kept,) = undated([both], {(CATEGORY, TUESDAY)})
    assert (kept.announcements, kept.listing) == ((other,), both.listing)


def test_a_harvest_writes_no_day_of_a_stale_batch() -> None:
    for day, numbers in ((MONDAY, (1, 2)), (TUESDAY, (1, 2)), (TUESDAY, (3,))):
        page = Page(
            records=tuple(paper(n, category=CATEGORY, on=day) for n in numbers),
            batches=(batch(CATEGORY, day, *numbers),),
        )
        source = MadeSource(pages=[page], calendar=Weekdays())
        harvests.run(source, NoDoor(), HarvestRequest(), worker="a test", clock=lambda day=day: at(day))
    days = Batch.objects.get(announced_on=TUESDAY).source.announcements.values_list("paper__arxiv_id", "announced_on")
    assert set(days) == {("2510.00001", MONDAY), ("2510.00002", MONDAY), ("2510.00003", TUESDAY)}
