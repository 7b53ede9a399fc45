"""On which day a paper was announced where nobody says so: reckoned from when it was submitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from broadsheet.sources.arxiv.calendar import ArxivCalendar
from broadsheet.sources.record import AnnouncementKind, AnnouncementRecord, PaperRecord

# arXiv began in 1991; a date outside of these is a slip of whoever wrote it.
_FIRST_YEAR, _LAST_YEAR = 1991, 2200
# Some formats state the day of submission without the hour; at this one it is the same day in UTC and US Eastern.
_SOME_HOUR = time(16, tzinfo=UTC)


def estimated_day(paper: PaperRecord, calendar: ArxivCalendar) -> date | None:
    """The day of the first announcement that its first version could be in; None where its date is not known."""
    first = next((version.submitted_at for version in paper.versions if version.number == 1), None)
    if first is None and paper.published_on is not None:
        first = datetime.combine(paper.published_on, _SOME_HOUR)
    if first is None or not _FIRST_YEAR <= first.year < _LAST_YEAR:
        return None
    return calendar.announced_on(first)


def with_estimates(paper: PaperRecord, calendar: ArxivCalendar) -> PaperRecord:
    """The record with an estimated announcement in each of its categories: new in the first, a cross-list in others.

    It is not listed on that day: the estimate is the earliest day, and a stated one must be able to replace it.
    """
    day = estimated_day(paper, calendar)
    if day is None:
        return paper
    return replace(
        paper,
        announcements=tuple(
            AnnouncementRecord(category=category, announced_on=day, kind=_kind(place), is_estimated=True)
            for place, category in enumerate(paper.categories)
        ),
    )


def _kind(place: int) -> AnnouncementKind:
    return "new" if place == 0 else "cross"
