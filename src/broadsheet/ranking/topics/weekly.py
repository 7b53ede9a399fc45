"""How many papers of each week are about what: phrases and categories, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from broadsheet.catalogue.enrichment.keyphrases import readable
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.topics.phrases import held, phrases_of

Counts = NDArray[np.int64]

DAYS_A_WEEK = 7
MOST_PAPERS_A_WEEK = 200
"""So many tell of a week what can be told, and reading them costs a few seconds for half a year."""
FEWEST_ABOUT = 2


@dataclass(frozen=True, slots=True)
class Weekly:
    """Counts over weeks that follow each other: ``mondays`` (w), ``totals`` (w) of papers first listed in each.

    ``counts`` int64 (n, w) are those of them that are about the topic ``names[n]``.
    """

    mondays: tuple[date, ...]
    totals: Counts
    names: tuple[str, ...]
    counts: Counts

    def with_at_least(self, fewest: int) -> Weekly:
        """The topics with at least so many papers in all."""
        kept: list[int] = np.flatnonzero(self.counts.sum(axis=1) >= fewest).tolist()
        return Weekly(self.mondays, self.totals, tuple(self.names[row] for row in kept), self.counts[kept])


def weeks_until(last: date, count: int) -> tuple[date, ...]:
    """The Mondays of so many weeks, the one around ``last`` the last of them."""
    monday = last - timedelta(days=last.weekday())
    return tuple(monday - timedelta(weeks=back) for back in reversed(range(count)))


def weekly_phrases(mondays: Sequence[date]) -> Weekly:
    """Papers of each week whose title or abstract has a phrase, for all phrases that several papers are about.

    These are keyphrases, and not keywords that a source gives: on the day when it begins to, all of them would seem to
    rise. Of a week with many papers ``MOST_PAPERS_A_WEEK`` are read, drawn by their keys, which are random. Two
    questions to the database, whatever there is.
    """
    shown = Paper.shown.filter(first_listed_on__range=_span(mondays))
    drawn: list[list[int]] = [[] for _ in mondays]
    for day, number in shown.order_by("key").values_list("first_listed_on", "pk").iterator(10_000):
        if len(week := drawn[_week(day, mondays)]) < MOST_PAPERS_A_WEEK:
            week.append(number)
    numbers = [number for week in drawn for number in week]
    rows = Paper.shown.filter(pk__in=numbers).order_by("pk")
    papers = list(rows.values_list("first_listed_on", "title", "abstract", "keyphrases"))
    names = _vocabulary(phrases for *_, phrases in papers)
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for day, title, abstract, _phrases in papers:
        week_number = _week(day, mondays)
        for key in held(readable(title, abstract), names):
            found[names[key]][week_number] += 1
    totals = np.array([len(week) for week in drawn], np.int64)
    return _weekly(mondays, totals, sorted(found), found)


def _vocabulary(given: Iterable[object]) -> dict[str, str]:
    """The phrases that at least two papers have, by key, in their usual spelling."""
    spelt = Counter(
        phrase
        for phrases in given
        if isinstance(phrases, list)
        for phrase in {one for one in phrases if isinstance(one, str)}
    )
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase, count in spelt.items():
        for key, plain in phrases_of([], [phrase]).items():
            counts[key][plain] += count
    several = {key: found for key, found in counts.items() if found.total() >= FEWEST_ABOUT}
    return {key: min(found, key=lambda name: (-found[name], name)) for key, found in several.items()}


def weekly_categories(mondays: Sequence[date]) -> Weekly:
    """Categories of shown papers by week, every one that a paper is in."""
    shown = Paper.shown.filter(first_listed_on__range=_span(mondays))
    totals = np.zeros(len(mondays), np.int64)
    for day, count in shown.values_list("first_listed_on").annotate(n=Count("pk")).order_by("first_listed_on"):
        totals[_week(day, mondays)] += count
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    coded = shown.filter(paper_categories__isnull=False).values_list(
        "first_listed_on", "paper_categories__category__code"
    )
    for day, code, count in coded.annotate(n=Count("pk")).order_by(
        "first_listed_on", "paper_categories__category__code"
    ):
        found[code][_week(day, mondays)] += count
    names = sorted(found)
    return _weekly(mondays, totals, names, {name: found[name] for name in names})


def _span(mondays: Sequence[date]) -> tuple[date, date]:
    return mondays[0], mondays[-1] + timedelta(days=DAYS_A_WEEK - 1)


def _week(day: date | None, mondays: Sequence[date]) -> int:
    assert day is not None, "papers of a span have a day"
    return (day - mondays[0]).days // DAYS_A_WEEK


def _weekly(mondays: Sequence[date], totals: Counts, names: Sequence[str], found: Mapping[str, Counter[int]]) -> Weekly:
    weeks = range(len(mondays))
    counts = np.array([[found[name][week] for week in weeks] for name in names], np.int64).reshape(-1, len(mondays))
    return Weekly(tuple(mondays), totals, tuple(names), np.minimum(counts, totals))
