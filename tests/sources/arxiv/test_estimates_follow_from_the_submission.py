"""The day that a paper is reckoned to have been announced on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadsheet.sources.arxiv.calendar import ArxivCalendar
from broadsheet.sources.arxiv.estimates import estimated_day, with_estimates
from broadsheet.sources.record import AnnouncementRecord, PaperRecord, VersionRecord

CALENDAR = ArxivCalendar()


def paper(published_on: date | None = None, *versions: tuple[int, datetime | None]) -> PaperRecord:
    listed = tuple(VersionRecord(number=number, submitted_at=at) for number, at in versions)
    return PaperRecord(title="A page", categories=("cs.CL", "cs.DL"), published_on=published_on, versions=listed)


@pytest.mark.parametrize(
    ("record", "day"),
    [
        # Thursday in the evening, by the first version and not by a later one.
        (
            paper(None, (1, datetime(2026, 8, 6, 22, tzinfo=UTC)), (2, datetime(2026, 8, 9, tzinfo=UTC))),
            date(2026, 8, 10),
        ),
        # Where the hour is not known, before the cut-off of that day.
        (paper(date(2026, 8, 6)), date(2026, 8, 7)),
        (paper(date(2026, 8, 6), (2, datetime(2026, 8, 9, tzinfo=UTC))), date(2026, 8, 7)),
        (paper(date(2026, 8, 8)), date(2026, 8, 11)),
        (paper(), None),
        (paper(date(1, 1, 1)), None),
        (paper(None, (1, datetime(9999, 12, 31, 23, tzinfo=UTC))), None),
    ],
)
def test_it_is_the_day_of_the_next_announcement(record: PaperRecord, day: date | None) -> None:
    assert estimated_day(record, CALENDAR) == day


def test_a_paper_is_new_in_its_first_category_and_a_cross_list_in_others() -> None:
    assert with_estimates(paper(date(2026, 8, 6)), CALENDAR).announcements == (
        AnnouncementRecord(category="cs.CL", announced_on=date(2026, 8, 7), kind="new", is_estimated=True),
        AnnouncementRecord(category="cs.DL", announced_on=date(2026, 8, 7), kind="cross", is_estimated=True),
    )


def test_a_paper_without_a_date_is_left_as_it_is() -> None:
    assert with_estimates(paper(), CALENDAR) == paper()
