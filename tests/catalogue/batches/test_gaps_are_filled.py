"""What is missing is looked up by name; whole days come from the source, or from one that keeps past days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.catalogue import batches
from broadsheet.catalogue.models import Harvest
from broadsheet.sources.door import FetchError
from broadsheet.sources.protocol import BatchRecord, HarvestRequest, Page
from tests.catalogue.batches.ledger import (
    CATEGORY,
    FRIDAY,
    MONDAY,
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
from tests.catalogue.harvests.made import MadeSource, NoDoor, batch, paper

pytestmark = pytest.mark.django_db


def feed(*pages: Page, **fields: object) -> MadeSource:
    return MadeSource(pages=pages, calendar=Weekdays(), **fields)


def archive(*numbers: int, **fields: object) -> MadeSource:
    """A source that keeps past days and tells of no batches."""
    return MadeSource(name="made-archive", pages=[Page(records=tuple(paper(n) for n in numbers))], **fields)


def catch_up(source: MadeSource, *archives: MadeSource, now=None, categories=(CATEGORY,)) -> int:
    return batches.catch_up(source, categories, NoDoor(), now or at(FRIDAY), worker="a test", archives=archives)


def test_nobody_is_asked_when_all_is_in_order() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1))
    source, other = feed(), archive()
    assert catch_up(source, other) == 0
    assert (source.requests, other.requests, source.looked_up) == ([], [], [])


def test_missing_papers_are_looked_up_by_name() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1, 2, 3))
    source = feed(papers={"2510.00002": paper(2)})
    other = archive(papers={"2510.00003": paper(3)})
    assert catch_up(source, other) == 1
    assert row(MONDAY).state == "complete"
    assert (source.looked_up, other.looked_up) == (["2510.00002", "2510.00003"], ["2510.00003"])
    assert (source.requests, other.requests) == ([], [])


def test_a_late_batch_comes_from_the_source_once_it_is_there() -> None:
    source = feed()
    batches.expect(source, [CATEGORY], at(MONDAY))
    assert catch_up(source, now=at(MONDAY, 12)) == 0
    assert row(MONDAY).state == "late"
    source.pages = [Page(records=(paper(1),), batches=(batch(CATEGORY, MONDAY, 1),))]
    assert catch_up(source, now=at(MONDAY, 13)) == 1
    assert row(MONDAY).state == "complete"
    assert source.requests[-1] == HarvestRequest(since=MONDAY, categories=(CATEGORY,))


def test_past_days_come_from_the_archive() -> None:
    source, other = feed(), archive(1, 2)
    batches.expect(source, [CATEGORY], at(TUESDAY))
    batches.expect(source, [CATEGORY], at(THURSDAY))
    assert catch_up(source, other, now=at(THURSDAY, 12)) == 2
    assert states() == {TUESDAY: "empty", WEDNESDAY: "empty", THURSDAY: "late"}
    assert other.requests == [HarvestRequest(since=MONDAY, categories=(CATEGORY,))]
    assert row(TUESDAY).filled_at == at(THURSDAY, 12)


def test_an_archive_does_not_settle_a_day_that_the_source_may_still_serve() -> None:
    source, other = feed(), archive()
    batches.expect(source, [CATEGORY], at(FRIDAY))
    assert catch_up(source, other, now=at(FRIDAY, 12)) == 0
    saturday = at(FRIDAY + timedelta(days=1), 12)
    assert catch_up(source, other, now=saturday) == 0
    assert catch_up(source, other, now=at(FRIDAY + timedelta(days=3), 4)) == 1


def test_an_archive_that_fails_settles_nothing() -> None:
    source, other = feed(), archive(1, faults={0: FetchError("no route")})
    batches.expect(source, [CATEGORY], at(TUESDAY))
    batches.expect(source, [CATEGORY], at(THURSDAY))
    assert catch_up(source, other, now=at(THURSDAY)) == 0
    assert row(TUESDAY).filled_at is None
    assert catch_up(source, other, now=at(THURSDAY)) == 2


def test_an_archive_that_another_worker_is_at_is_left_to_it() -> None:
    source, other = feed(), archive(1)
    batches.expect(source, [CATEGORY], at(TUESDAY))
    batches.expect(source, [CATEGORY], at(THURSDAY))
    other.faults[0] = FetchError("no route")
    catch_up(source, other, now=at(THURSDAY))
    Harvest.objects.filter(name="made-archive").update(claimed_by="elsewhere/1/aa 7", claimed_until=at(FRIDAY))
    assert catch_up(source, other, now=at(THURSDAY)) == 0


def test_a_part_is_completed_by_the_archive() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1, is_complete=False))
    assert catch_up(feed(), archive(1, 2)) == 1
    assert row(MONDAY).state == "complete"


def test_what_cannot_be_found_stays_short_and_is_not_harvested_for_again() -> None:
    take(1)
    note(batch(CATEGORY, MONDAY, 1, 2))
    source, other = feed(), archive(1)
    assert catch_up(source, other) == 0
    assert catch_up(source, other) == 0
    assert len(other.requests) == 1
    assert row(MONDAY).missing == ["2510.00002"]
    asked = len(source.looked_up)
    assert catch_up(source, other, now=at(MONDAY + timedelta(days=31))) == 0
    assert len(source.looked_up) == asked


def test_a_day_that_seems_empty_is_asked_of_the_archive_once() -> None:
    take(1)
    note(BatchRecord(category=CATEGORY, announced_on=MONDAY))
    note(BatchRecord(category=CATEGORY, announced_on=TUESDAY, counts={"new": 0}))
    note(BatchRecord(category=CATEGORY, announced_on=WEDNESDAY))
    late = paper(2, category=CATEGORY, on=MONDAY)
    source, other = feed(), archive()
    other.pages = [Page(records=(late,))]
    assert catch_up(source, other) == 0
    assert states() == {MONDAY: "complete", TUESDAY: "empty", WEDNESDAY: "empty"}
    assert row(MONDAY).note.startswith("what was served was empty")
    assert (source.requests, len(other.requests)) == ([], 1)
    catch_up(source, other)
    assert len(other.requests) == 1


def test_other_categories_are_left_alone() -> None:
    note(batch("cs.LG", MONDAY, 1))
    source = feed(papers={"2510.00001": paper(1)})
    assert catch_up(source) == 0
    assert (source.looked_up, row(MONDAY, "cs.LG").state) == ([], "short")
