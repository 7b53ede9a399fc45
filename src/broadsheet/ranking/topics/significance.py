"""Whether a topic rises or falls, and whether that may be chance.

How sure a trend is, the test of Cochran and Armitage says ("Tests for linear trends in proportions and frequencies",
1955), which sets each week's share against a straight line; a topic whose weeks differ from that line more than chance
lets them counts for less. How large it is, are log-odds of the last weeks against those before, with an informative
Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin' Words: Lexical Feature Selection and Evaluation for Identifying
the Content of Political Conflict", 2008), so that what is known of few papers is drawn towards no change. Of all topics
that are looked at, few called rising or falling are so by chance alone (Benjamini and Hochberg, "Controlling the false
discovery rate", 1995). ``benchmarks/topic_trends.py`` measures whether they go on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from broadsheet.ranking.topics.weekly import Counts

Reals = NDArray[np.float64]

PRIOR_PAPERS = 100.0
"""So many papers without a change are thought to have been seen on either side beforehand."""
FALSE_DISCOVERIES = 0.1
SMOOTHING_PAPERS = 30.0


@dataclass(frozen=True, slots=True)
class Changes:
    """For each topic, float64 (n,): log-odds of now against before, the trend's z, and whether it is beyond chance."""

    log_odds: Reals
    z: Reals
    is_sure: NDArray[np.bool_]


def changes(counts: Counts, totals: Counts, recent: int) -> Changes:
    """Trends over all weeks, and the last ``recent`` against those before: ``counts`` int64 (n, w), ``totals`` (w,).

    Weeks without papers tell nothing; nor does anything where fewer than three weeks have some.
    """
    z = trend(counts, totals)
    return Changes(log_odds(counts, totals, recent), z, discovered(2.0 * ndtr(-np.abs(z)), FALSE_DISCOVERIES))


def trend(counts: Counts, totals: Counts) -> Reals:
    """The z of each topic's linear trend, float64 (n,): counts as ``changes`` has them; 0 where nothing can be told."""
    told = totals > 0
    weeks, papers, found = np.flatnonzero(told), totals[told], counts[:, told]
    if len(weeks) < 3:
        return np.zeros(len(counts))
    share = found.sum(axis=1) / papers.sum()
    chance = share * (1.0 - share)
    off = found - share[:, None] * papers
    middle = float((papers * weeks).sum() / papers.sum())
    variance = chance * float((papers * (weeks - middle) ** 2).sum())
    z = np.divide((off * (weeks - middle)).sum(axis=1), np.sqrt(variance), out=np.zeros(len(found)), where=variance > 0)
    spread = chance[:, None] * papers
    squares = np.divide(off**2, spread, out=np.zeros(off.shape), where=spread > 0).sum(axis=1)
    dispersion = np.maximum(1.0, (squares - z**2) / (len(weeks) - 2))
    result: Reals = z / np.sqrt(dispersion)
    return result


def log_odds(counts: Counts, totals: Counts, recent: int) -> Reals:
    """How much larger the odds of the last weeks are than those before, as a logarithm, float64 (n,), and shrunk.

    0 where either side has no papers.
    """
    now, before = counts[:, -recent:].sum(axis=1), counts[:, :-recent].sum(axis=1)
    papers_now, papers_before = int(totals[-recent:].sum()), int(totals[:-recent].sum())
    if not papers_now or not papers_before:
        return np.zeros(len(counts))
    prior = PRIOR_PAPERS * np.maximum(counts.sum(axis=1), 0.5) / totals.sum()
    return _odds(now, papers_now, prior) - _odds(before, papers_before, prior)


def discovered(chances: Reals, rate: float) -> NDArray[np.bool_]:
    """Which of these p-values (n,) stand for a discovery, when at most ``rate`` of those may be false."""
    count = len(chances)
    order = np.argsort(chances, kind="stable")
    passes = np.flatnonzero(chances[order] <= rate * np.arange(1, count + 1) / max(count, 1))
    found = np.zeros(count, bool)
    if len(passes):
        found[order[: passes[-1] + 1]] = True
    return found


def smoothed(counts: Counts, totals: Counts) -> Reals:
    """Shares by week, float64 (n, w), each drawn towards the topic's share of all weeks where a week has few papers."""
    share = counts.sum(axis=1) / max(int(totals.sum()), 1)
    found: Reals = (counts + SMOOTHING_PAPERS * share[:, None]) / (totals + SMOOTHING_PAPERS)
    return found


def _odds(count: Counts, papers: int, prior: Reals) -> Reals:
    found: Reals = np.log((count + prior) / np.maximum(papers + PRIOR_PAPERS - count - prior, 0.5))
    return found
