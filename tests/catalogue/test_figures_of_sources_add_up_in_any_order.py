"""Listings, counts and announcements: a rule each, the same for any order, any parts and any repetition."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.figures import Figures, figures_of
from broadsheet.catalogue.models import Announcement
from broadsheet.sources.record import AnnouncementRecord, ListingRecord, PaperRecord
from tests.builders import record, take
from tests.catalogue.worlds import announcements, said

MONDAY = date(2025, 10, 13)


def told(*announced: AnnouncementRecord, source: str = "arxiv") -> dict[tuple[str, int], tuple[str, bool]]:
    """What stays of announcements, by category and days since Monday."""
    figures = Figures()
    for one in announced:
        figures.take(source, PaperRecord(title="A paper", announcements=(one,)))
    return {
        (category, (day - MONDAY).days): (draft.kind, draft.is_estimated)
        for (_, category, day), draft in figures.announcements.items()
    }


def on(days: int, kind: str = "new", *, category: str = "cs.CL", estimated: bool = False) -> AnnouncementRecord:
    return AnnouncementRecord(
        category=category, announced_on=MONDAY + timedelta(days=days), kind=kind, is_estimated=estimated
    )


def test_a_stated_day_replaces_the_estimated_one_of_its_category() -> None:
    assert told(on(0, estimated=True), on(1)) == {("cs.CL", 1): ("new", False)}
    assert told(on(1), on(0, estimated=True)) == {("cs.CL", 1): ("new", False)}
    assert told(on(0, "cross", estimated=True, category="cs.LG"), on(1)) == {
        ("cs.LG", 0): ("cross", True),
        ("cs.CL", 1): ("new", False),
    }


def test_a_stated_replacement_leaves_the_estimated_first_day_alone() -> None:
    assert told(on(0, estimated=True), on(3, "replace")) == {
        ("cs.CL", 0): ("new", True),
        ("cs.CL", 3): ("replace", False),
    }


def test_every_stated_day_is_kept_with_its_kind() -> None:
    days = told(on(0), on(2, "replace"), on(3, "replace"), on(1, "cross", category="cs.LG"))
    assert days == {
        ("cs.CL", 0): ("new", False),
        ("cs.CL", 2): ("replace", False),
        ("cs.CL", 3): ("replace", False),
        ("cs.LG", 1): ("cross", False),
    }


def test_sources_do_not_replace_each_others() -> None:
    figures = Figures()
    figures.take("arxiv", PaperRecord(title="A paper", announcements=(on(0, estimated=True),)))
    figures.take("feed:arxiv", PaperRecord(title="A paper", announcements=(on(1),)))
    assert len(figures.announcements) == 2


@given(announced=st.lists(announcements(), max_size=8), data=st.data())
def test_any_order_and_any_parts_end_the_same(announced, data) -> None:
    whole = Figures()
    whole.take("a", PaperRecord(title="A paper", announcements=tuple(announced)))
    parts = data.draw(st.permutations(announced))
    cut = data.draw(st.integers(0, len(parts)))
    one, other = Figures(), Figures()
    for figures, part in ((one, parts[:cut]), (other, parts[cut:])):
        for announcement in part:
            figures.take("a", PaperRecord(title="A paper", announcements=(announcement,)))
    one.add(other)
    assert one == whole
    assert one.add(whole) is False


@given(records=st.lists(said(), max_size=5))
def test_they_survive_being_written_down(records) -> None:
    figures = Figures()
    for one in records:
        figures.take(one.source, one.record)
    assert figures_of(figures.plain()) == figures
    assert figures.beyond(figures) == Figures()
    assert figures.beyond(Figures()) == figures
    for source in sorted(figures.sources):
        part = figures.of(source)
        assert figures.drop(source) is True
        assert source not in figures.sources
        assert part.sources == {source}
    assert figures == Figures()


@pytest.mark.django_db
def test_rows_follow() -> None:
    take(record("A paper", ref="1", announcements=(on(0, estimated=True),)), source="arxiv")
    listing = ListingRecord(listed_on=MONDAY)
    result = take(record("A paper", ref="1", listing=listing, announcements=(on(1),)), source="arxiv")
    assert (result.created, result.changed) == (0, 1)
    assert list(Announcement.objects.values_list("source__slug", "category", "announced_on", "kind")) == [
        ("arxiv", "cs.CL", MONDAY + timedelta(days=1), "new")
    ]
