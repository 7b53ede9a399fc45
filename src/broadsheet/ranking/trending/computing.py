"""Computing the trend of every paper that gets attention, and keeping it where lists are sorted by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from broadsheet.catalogue.enrichment.figures import VOTES, keep_votes
from broadsheet.catalogue.models import FigureSample, Paper, Trend
from broadsheet.ranking.trending.formula import Attention, Scores, moment_of, scores, time_of
from broadsheet.ranking.trending.reading import attention_at, moment_now
from broadsheet.ranking.trending.rising import Rise, rise
from broadsheet.ranking.trending.weighing import weights_now
from broadsheet.ranking.trending.weights import PARTS

FOLLOWED_FOR = timedelta(days=30)
"""Votes elsewhere are sampled so long after a paper was first listed; hardly any come later."""
AT_ONCE = 1_000
SAME = 1e-6
"""Scores are equal within this: what the order of additions makes of them is no news."""


Figures = tuple[float, float, dict[str, Any]]
"""Score, rising and parts."""


@dataclass(frozen=True, slots=True)
class Computed:
    """How many papers have a trend, how many rows were written, and how many deleted."""

    papers: int
    written: int
    gone: int


def compute_trends(now: datetime | None = None) -> Computed:
    """Compute the trends of all papers anew and write what is new; rows of papers without attention are deleted.

    Reads everything that happened in the last ``reading.WINDOW``; as time alone changes no score (``formula``), few
    rows are written when little happened.
    """
    now = now or timezone.now()
    sample_votes(timezone.localdate(now))
    moment = moment_now(now)
    attention = attention_at(moment)
    found = scores(attention, weights_now(), moment_of(moment))
    risen = rise(attention, moment_of(moment))
    known = {row[0]: row[1:] for row in Trend.objects.values_list("paper_id", "score", "rising", "parts").iterator()}
    kept, changed = set(), []
    for paper_id, score, rising, parts in _told(attention, found, risen):
        kept.add(paper_id)
        if not _is_same((score, rising, parts), known.get(paper_id)):
            changed.append(Trend(paper_id=paper_id, score=score, rising=rising, parts=parts, computed_at=now))
    gone = [pk for pk in known if pk not in kept]
    for start in range(0, len(changed), AT_ONCE):
        _write(changed[start : start + AT_ONCE])
    for start in range(0, len(gone), AT_ONCE):
        Trend.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    return Computed(len(kept), len(changed), len(gone))


def _write(trends: list[Trend]) -> None:
    with transaction.atomic():
        # A paper may have been merged into another, or deleted, since it was read.
        there = set(
            Paper.objects.select_for_update()
            .filter(pk__in=[trend.paper_id for trend in trends])
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        Trend.objects.bulk_create(
            [trend for trend in trends if trend.paper_id in there],
            update_conflicts=True,
            unique_fields=["paper"],
            update_fields=["score", "rising", "parts", "computed_at"],
        )


def _told(attention: Attention, found: Scores, risen: Rise) -> Iterator[tuple[int, float, float, dict[str, Any]]]:
    """Paper, score, rising and parts, as ``why`` reads them, of each paper with any attention."""
    rows = np.flatnonzero(np.isfinite(found.score))
    days = np.floor(np.nan_to_num(found.middles[rows])).astype(np.int64)
    names = {day: time_of(day).date().isoformat() for day in np.unique(days).tolist()}
    columns = (
        attention.paper_ids[rows],
        found.score[rows],
        risen.surprise[rows],
        attention.fields[rows],
        found.factors[rows].round(3),
        risen.is_early[rows],
        risen.supporters[rows].round().astype(np.int64),
        risen.expected[rows].round(1),
        found.amounts[rows].round(3),
        days,
        found.shares[rows].round(4),
    )
    for paper_id, score, rising, field, factor, is_early, supporters, expected, amounts, middles, shares in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        of = {
            part.value: [amount, names[middle], share]
            for part, amount, middle, share in zip(PARTS, amounts, middles, shares, strict=True)
            if amount > 0
        }
        parts: dict[str, Any] = {
            "of": of,
            "field": attention.field_names[field] if field >= 0 else "",
            "factor": factor,
        }
        if is_early:
            parts["early"] = [supporters, expected]
        yield paper_id, score, rising, parts


def _is_same(told: Figures, known: Figures | None) -> bool:
    if known is None:
        return False
    (score, rising, parts), (known_score, known_rising, known_parts) = told, known
    return abs(known_score - score) < SAME and abs(known_rising - rising) < SAME and known_parts == parts


def sample_votes(today: date) -> None:
    """Keep how many votes elsewhere recent papers have, where that is new, so that later ones have a day."""
    last = FigureSample.objects.filter(paper=OuterRef("pk"), name=VOTES).order_by("-taken_on").values("value")[:1]
    recent = Paper.objects.filter(first_listed_on__gte=today - FOLLOWED_FOR, votes_elsewhere_count__gt=0)
    new = recent.annotate(last=Subquery(last)).filter(Q(last=None) | ~Q(last=F("votes_elsewhere_count")))
    counts = dict(new.order_by("pk").values_list("pk", "votes_elsewhere_count"))
    if counts:
        keep_votes(counts, today)


def trend_of(paper: Paper) -> Trend | None:
    """The trend of a paper; None where it gets no attention."""
    return Trend.objects.filter(paper=paper).first()
