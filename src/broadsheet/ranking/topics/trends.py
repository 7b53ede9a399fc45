"""Topics that rise and fall: what a page of them shows, counted anew once a day and kept meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

import numpy as np
from django.core.cache import cache
from django.utils import timezone

from broadsheet.catalogue.enrichment.keyphrases import key_of
from broadsheet.ranking.daily import nearest_day, today
from broadsheet.ranking.topics.significance import Changes, changes, smoothed
from broadsheet.ranking.topics.weekly import Counts, Weekly, weekly_categories, weekly_phrases, weeks_until

WEEKS, RECENT_WEEKS = 26, 8
FEWEST_PAPERS = 10
"""That a topic has in all weeks together; of fewer, nothing can be told."""
MOST_SHOWN, MOST_CATEGORIES = 12, 24
LEAST_Z = 1.96
"""What is called perhaps rising: one in twenty topics without a trend would be, so."""
RENEWED_AFTER = timedelta(hours=20)
"""By the worker, so that nobody waits for it."""
OLD_AFTER = timedelta(days=2)
KEPT_SECONDS = 3 * 24 * 3600
# Whoever changes what is counted changes this too, so that nothing counted in the old way is shown.
_KEY = "topic-trends-1"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic over the weeks: ``shares`` are smoothed, ``now`` and ``before`` are shares of the papers themselves.

    ``papers`` it has in the last weeks; ``times`` is how much likelier it is than before, shrunk; ``is_sure`` whether
    that is beyond chance.
    """

    name: str
    shares: tuple[float, ...]
    now: float
    before: float
    papers: int
    times: float
    z: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Topics:
    """What rises and falls, the surest first, over weeks from ``mondays``; ``read`` of ``listed`` papers were read."""

    mondays: tuple[date, ...]
    rising: tuple[Topic, ...]
    falling: tuple[Topic, ...]
    categories: tuple[Topic, ...]
    read: int
    listed: int
    computed_at: datetime

    @property
    def recent_from(self) -> date:
        """The first of the last weeks' days."""
        return self.mondays[-RECENT_WEEKS]

    @property
    def last(self) -> date:
        """The last day of all."""
        return self.mondays[-1] + timedelta(days=6)


def topics(now: datetime | None = None) -> Topics | None:
    """The topics as they were last counted; counted now where that was long ago. None when nothing is listed."""
    now = now or timezone.now()
    kept = cast("Topics | None", cache.get(_KEY))
    return kept if kept is not None and now - kept.computed_at < OLD_AFTER else refresh(now)


def refresh(now: datetime | None = None) -> Topics | None:
    """Count the topics, unless that was done within the day; None when nothing is listed."""
    now = now or timezone.now()
    kept = cast("Topics | None", cache.get(_KEY))
    if kept is not None and now - kept.computed_at < RENEWED_AFTER:
        return kept
    if (last := _last_day()) is None:
        return None
    found = count_topics(weeks_until(last, WEEKS), now)
    cache.set(_KEY, found, KEPT_SECONDS)
    return found


def _last_day() -> date | None:
    """The last day with papers of the weeks that are over; of a catalogue that begins this week, its nearest."""
    current = today()
    return nearest_day(current - timedelta(weeks=WEEKS), current - timedelta(days=current.weekday() + 1))


def count_topics(mondays: tuple[date, ...], now: datetime) -> Topics:
    """Count the topics of weeks that follow each other."""
    phrases = weekly_phrases(mondays).with_at_least(FEWEST_PAPERS)
    categories = weekly_categories(mondays)
    told = changes(phrases.counts, phrases.totals, RECENT_WEEKS)
    order = np.argsort(-told.z, kind="stable").tolist()
    own = changes(categories.counts, categories.totals, RECENT_WEEKS)
    largest = np.argsort(-categories.counts.sum(axis=1), kind="stable")[:MOST_CATEGORIES].tolist()
    return Topics(
        mondays=mondays,
        rising=_chosen(phrases, told, order, lambda z: z >= LEAST_Z),
        falling=_chosen(phrases, told, order[::-1], lambda z: z <= -LEAST_Z),
        categories=tuple(_topics(categories, own, largest)),
        read=int(phrases.totals.sum()),
        listed=int(categories.totals.sum()),
        computed_at=now,
    )


def _chosen(weekly: Weekly, told: Changes, order: list[int], is_wanted: Callable[[float], bool]) -> tuple[Topic, ...]:
    """The first topics that are wanted; one with all words of another, which comes before it, is left out."""
    rows: list[int] = []
    said: list[frozenset[str]] = []
    for row in order:
        if len(rows) == MOST_SHOWN or not is_wanted(float(told.z[row])):
            break
        words = frozenset(key_of(weekly.names[row]).split())
        if not any(words <= others or others <= words for others in said):
            rows.append(row)
            said.append(words)
    return tuple(_topics(weekly, told, rows))


def _topics(weekly: Weekly, told: Changes, rows: Iterable[int]) -> Iterable[Topic]:
    shares = smoothed(weekly.counts, weekly.totals)
    for row in rows:
        yield Topic(
            name=weekly.names[row],
            shares=tuple(round(float(share), 5) for share in shares[row]),
            now=_share(weekly.counts[row], weekly.totals, slice(-RECENT_WEEKS, None)),
            before=_share(weekly.counts[row], weekly.totals, slice(None, -RECENT_WEEKS)),
            papers=int(weekly.counts[row, -RECENT_WEEKS:].sum()),
            times=float(np.exp(told.log_odds[row])),
            z=float(told.z[row]),
            is_sure=bool(told.is_sure[row]),
        )


def _share(counts: Counts, totals: Counts, weeks: slice) -> float:
    papers = int(totals[weeks].sum())
    return int(counts[weeks].sum()) / papers if papers else 0.0
