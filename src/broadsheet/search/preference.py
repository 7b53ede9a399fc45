"""Recency and popularity, for whoever asks for them: never a part of the order otherwise."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.search.fusion import ranked
from broadsheet.search.pools import Pool
from broadsheet.search.query import Preference

# How much the newest, or the most voted, paper of an answer gains on a score between 0 and 1.
LARGEST_GAIN = 0.25
# In so many days the gain of a new paper halves.
HALF_LIFE = 180


def preferred(pool: Pool, prefer: Preference) -> Pool:
    """The pool with recent, or popular, papers moved up; scores stay in [0, 1]."""
    rows = Paper.objects.filter(pk__in=pool.numbers.tolist())
    told = {row[0]: row[1:] for row in rows.values_list("pk", "first_listed_on", "published_on", "votes_count")}
    facts = [told.get(number, (None, None, 0)) for number in pool.numbers.tolist()]
    if prefer == "recent":
        gains = np.array([_freshness(published or listed) for listed, published, _ in facts], np.float32)
    else:
        votes = np.log1p(np.array([count for _, _, count in facts], np.float32))
        gains = (votes / max(float(votes.max(initial=0)), 1e-9)).astype(np.float32)
    numbers, scores = ranked(pool.numbers, (pool.scores + LARGEST_GAIN * gains) / (1 + LARGEST_GAIN))
    near = np.isin(numbers, pool.numbers[pool.is_near])
    return Pool(numbers, scores, near, pool.has_meaning)


def _freshness(day: date | None) -> float:
    return 0.0 if day is None else float(0.5 ** (max(0, (timezone.localdate() - day).days) / HALF_LIFE))
