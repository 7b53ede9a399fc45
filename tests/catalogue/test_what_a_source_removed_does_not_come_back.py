"""A deletion takes away what the source said under that key, and no harvest brings the same back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import intake
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Announcement, ChangedPaper, Listing, Paper, Tombstone
from broadsheet.sources.record import AnnouncementRecord, DeletedRecord, VersionRecord
from tests.builders import WEDNESDAY, record, take
from tests.catalogue.content import content, scratch

pytestmark = pytest.mark.django_db
TITLE = "A paper that was removed"
NAMED = record(TITLE, ref="2510.00001", arxiv="2510.00001", votes_count=2)
GONE = DeletedRecord(ref="2510.00001", deleted_on=WEDNESDAY, where="page:3")


def newer(days: int):
    moment = datetime.combine(WEDNESDAY, datetime.min.time(), UTC) + timedelta(days=days)
    return replace(NAMED, versions=(VersionRecord(number=1), VersionRecord(number=2, submitted_at=moment)))


def remove(*records: DeletedRecord) -> tuple[int, int]:
    result = take_in(records, source="arxiv")
    assert result.read == len(records)
    return result.deleted, result.unchanged


def test_the_paper_goes_when_nobody_else_speaks_of_it() -> None:
    take(NAMED, record("Another paper", ref="2510.00002"), source="arxiv")
    number = Paper.objects.get(title=TITLE).pk
    ChangedPaper.objects.all().delete()
    assert remove(GONE) == (1, 0)
    assert [paper.title for paper in Paper.objects.all()] == ["Another paper"]
    assert list(ChangedPaper.objects.values_list("paper_id", flat=True)) == [number]
    assert list(Tombstone.objects.values_list("source__slug", "ref", "deleted_on")) == [
        ("arxiv", "2510.00001", WEDNESDAY)
    ]


def test_it_stays_with_what_others_say() -> None:
    announced = AnnouncementRecord(category="cs.CL", announced_on=WEDNESDAY)
    take(replace(NAMED, announcements=(announced,), abstract="From the archive."), source="arxiv")
    take(record(TITLE, arxiv="2510.00001", on=None, abstract="From elsewhere."), source="huggingface")
    remove(GONE)
    paper = Paper.objects.get()
    assert (paper.abstract, paper.votes_count, paper.first_listed_on) == ("From elsewhere.", 0, None)
    assert not Listing.objects.exists()
    assert not Announcement.objects.exists()
    assert list(paper.source_records.values_list("source__slug", flat=True)) == ["huggingface"]


def test_it_does_not_come_back_from_there() -> None:
    take(NAMED, source="arxiv")
    remove(GONE)
    result = take(NAMED, replace(NAMED, title="Under another title"), source="arxiv")
    assert (result.created, result.unchanged) == (0, 2)
    assert not Paper.objects.exists()


def test_another_source_may_bring_it() -> None:
    remove(GONE)
    assert take(NAMED, source="another").created == 1


@pytest.mark.parametrize(("days", "is_here"), [(-1, False), (0, False), (1, True)])
def test_only_a_version_of_a_later_day_comes_back(days, is_here) -> None:
    remove(GONE)
    take(newer(days), source="arxiv")
    assert Paper.objects.exists() is is_here
    remove(GONE)
    assert Paper.objects.exists() is is_here


def test_without_a_day_it_is_gone_for_good() -> None:
    remove(replace(GONE, deleted_on=None))
    remove(GONE)
    take(newer(300), source="arxiv")
    assert not Paper.objects.exists()
    assert Tombstone.objects.get().deleted_on is None


def test_the_later_day_counts() -> None:
    remove(GONE, replace(GONE, deleted_on=WEDNESDAY + timedelta(days=2)), GONE)
    take(newer(1), source="arxiv")
    assert not Paper.objects.exists()


def test_a_removal_that_is_known_changes_nothing() -> None:
    take(NAMED, source="arxiv")
    assert remove(GONE, GONE) == (1, 1)
    assert remove(GONE) == (0, 1)


def test_a_removal_without_a_key_is_refused() -> None:
    result = take_in([DeletedRecord(ref="", where="page:7"), DeletedRecord(ref="r" * 301)], source="arxiv")
    assert [(bad.where, bad.reason[:38]) for bad in result.refused] == [
        ("page:7", "the key of what was removed is not fro"),
        ("", "the key of what was removed is not fro"),
    ]


@st.composite
def told(draw: st.DrawFn):
    """A record or a removal under one of two keys; each key is a paper of its own."""
    key = draw(st.sampled_from("ab"))
    if draw(st.booleans()):
        day = draw(st.none() | st.integers(0, 3).map(lambda n: date(2025, 10, 14 + n)))
        return DeletedRecord(ref=key, deleted_on=day)
    moment = draw(st.none() | st.integers(0, 3).map(lambda n: datetime(2025, 10, 14 + n, 5, tzinfo=UTC)))
    return record(
        f"The paper under {key}", ref=key, version_number=draw(st.integers(1, 2)), version_at=moment, votes_count=1
    )


@given(records=st.lists(told(), min_size=1, max_size=7), data=st.data(), size=st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_any_order_of_records_and_removals_ends_the_same(records, data, size) -> None:
    shuffled = data.draw(st.permutations(records))
    graves = []
    contents = []
    for order, batch in ((records, 200), (shuffled, size)):
        with scratch(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(intake, "BATCH_SIZE", batch)
            take_in(order, source="arxiv")
            contents.append(content())
            graves.append(sorted(Tombstone.objects.values_list("ref", "deleted_on"), key=repr))
            again = take_in(order, source="arxiv")
            assert (again.created, again.changed, again.deleted) == (0, 0, 0)
    assert contents[0] == contents[1]
    assert graves[0] == graves[1]
