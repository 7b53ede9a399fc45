"""Figures that grow, as stars of code and citations: kept a day at a time, so that their growth can be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from broadsheet.catalogue.admission import LARGEST_COUNT
from broadsheet.catalogue.intake import wait_for_other_writers
from broadsheet.catalogue.models import Counter, FigureSample, Paper, Source

STARS, CITATIONS, VOTES = "stars", "citations", "votes"
"""Names of figures; those of citations are followed by a colon and who counts them, since no two count alike. Votes are
those that sources count."""
STARS_SOURCE = "github"
WEEK = timedelta(days=7)


def keep_stars(counts: Mapping[int, int], on: date) -> None:
    """Keep the stars of papers' code on a day, by the row ids of the papers; one transaction."""
    source, _ = Source.objects.get_or_create(slug=STARS_SOURCE)
    with transaction.atomic():
        wait_for_other_writers()
        kept = _keep(STARS, counts, on)
        Counter.objects.bulk_create(
            [Counter(paper_id=pk, source=source, stars_count=count) for pk, count in kept.items()],
            update_conflicts=True,
            unique_fields=["paper", "source"],
            update_fields=["stars_count"],
        )
        most = Counter.objects.filter(paper_id__in=kept).values("paper_id").annotate(most=Max("stars_count"))
        for row in most:
            Paper.objects.filter(pk=row["paper_id"]).update(stars_count=row["most"])


def keep_citations(counts: Mapping[int, int], counter: str, on: date) -> None:
    """Keep the citations of papers on a day as ``counter`` counts them; one transaction."""
    with transaction.atomic():
        wait_for_other_writers()
        for pk, count in _keep(f"{CITATIONS}:{counter}", counts, on).items():
            Paper.objects.filter(pk=pk).update(citations_count=count)


def keep_votes(counts: Mapping[int, int], on: date) -> None:
    """Keep how many votes sources had counted for papers on a day; one transaction."""
    with transaction.atomic():
        wait_for_other_writers()
        _keep(VOTES, counts, on)


def _keep(name: str, counts: Mapping[int, int], on: date) -> dict[int, int]:
    """Write the samples of papers that still exist; what no column holds is cut to what it does."""
    there = set(Paper.objects.filter(pk__in=list(counts)).values_list("pk", flat=True))
    kept = {pk: min(count, LARGEST_COUNT) for pk, count in counts.items() if pk in there}
    FigureSample.objects.bulk_create(
        [FigureSample(paper_id=pk, name=name, taken_on=on, value=count) for pk, count in kept.items()],
        update_conflicts=True,
        unique_fields=["paper", "name", "taken_on"],
        update_fields=["value"],
    )
    return kept


@dataclass(frozen=True, slots=True)
class Growth:
    """A figure over time: its samples by day, in order, and by how much it grew in the week before the last one."""

    samples: Sequence[tuple[date, int]]
    in_a_week: int | None
    """None where no sample is as old as a week, at most a month."""

    @property
    def now(self) -> int:
        """The last value."""
        return self.samples[-1][1]


def growth(samples: Sequence[tuple[date, int]]) -> Growth | None:
    """The growth that samples (day and value, in any order) show; None without samples.

    A week's growth is told by the last sample that is a week old or older, in proportion to the days between.
    """
    if not samples:
        return None
    ordered = sorted(samples)
    last_on, last = ordered[-1]
    earlier = [(day, value) for day, value in ordered if WEEK <= last_on - day <= 5 * WEEK]
    if not earlier:
        return Growth(ordered, None)
    day, value = earlier[-1]
    return Growth(ordered, round((last - value) * (WEEK / (last_on - day))))
