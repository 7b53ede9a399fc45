"""Ten faults of a simulated month are all found, nothing else is called wrong, and all gaps are filled in the end."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from broadsheet.catalogue.models import Announcement, Batch, Listing, SourceRecord
from tests.catalogue.batches.month import CATEGORIES, FIRST, LAST, Trouble, live, moment
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_catalogue import MadeCatalogue

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PER_DAY, DAYS = 30, 24


def september(day: int) -> date:
    return date(2026, 9, day)


def trouble(kind: str, category: str, day: int, *, days: int = 0, hour: int = 10) -> Trouble:
    """A fault of a day, which recovers ``days`` later at an hour."""
    return Trouble(kind, category, september(day), moment(september(day) + timedelta(days=days), time(hour)))


TROUBLES = (
    trouble("stale", "cs.CL", 2),
    # Before a weekend, over and on Saturday.
    trouble("late", "hep-th", 4, days=1),
    # Behind the weekend: Friday's papers once more.
    trouble("stale", "math.CO", 7),
    # Behind the holiday, and beyond the next batch: the feed has moved on when it recovers.
    trouble("late", "cs.CL", 9, days=2),
    trouble("short", "cs.CL", 10),
    trouble("stale", "hep-th", 14, days=1, hour=22),
    trouble("short", "hep-th", 17, days=2),
    trouble("late", "math.CO", 21, hour=14),
    # Two days running, of which the second begins as the first is over.
    trouble("stale", "cs.CL", 23, hour=18),
    trouble("short", "math.CO", 25, days=3),
)


@pytest.mark.timeout(300)
def test_all_are_found_and_filled_and_nothing_else_is_called_wrong(tmp_path: Path) -> None:
    with FakeArxiv(PER_DAY * DAYS, per_day=PER_DAY, first_day=FIRST) as fake:
        month = live(fake, tmp_path, TROUBLES)
        injected = {(one.kind, one.category, one.day) for one in TROUBLES}
        assert month.seen == injected
        assert sorted(month.told) == sorted(injected)
        all_is_here(fake.catalogue)
        no_paper_is_dated_wrongly(fake.catalogue)


def all_is_here(made: MadeCatalogue) -> None:
    """Each batch has its row, in order, with exactly the papers that were announced."""
    rows = {(row.category, row.announced_on): row for row in Batch.objects.all()}
    days = made.calendar.days(FIRST, LAST + timedelta(days=2))
    assert set(rows) == {(category, day) for category in CATEGORIES for day in days}
    for (category, day), row in rows.items():
        expected = {ref for ref, kind in announced(made, category, day)}
        assert row.state == ("complete" if expected else "empty"), (category, day)
        if row.filled_at is None:
            assert {ref for refs in row.announced.values() for ref in refs} == expected
            assert (row.announced_count, row.received_count) == (len(expected), len(expected))
    here = set(SourceRecord.objects.values_list("ref", flat=True))
    assert here == {ref for category in CATEGORIES for day in made.days for ref, _ in announced(made, category, day)}


def no_paper_is_dated_wrongly(made: MadeCatalogue) -> None:
    """No announcement and no day's page says what arXiv did not announce."""
    real = {
        (ref, category, day, kind)
        for day in made.days
        for category in CATEGORIES
        for ref, kind in announced(made, category, day)
    }
    stated = Announcement.objects.filter(is_estimated=False).values_list(
        "paper__source_records__ref", "category", "announced_on", "kind"
    )
    assert set(stated) <= real
    listed = Listing.objects.values_list("paper__source_records__ref", "listed_on")
    assert set(listed) <= {(ref, day) for ref, _, day, kind in real if kind in {"new", "cross"}}


def announced(made: MadeCatalogue, category: str, day: date) -> set[tuple[str, str]]:
    """What the fake arXiv announces: the papers and how."""
    return {(made.id_of(number), kind) for kind, numbers in made.batch(day, category).items() for number in numbers}
