"""Rising: unusual early attention. How surprising a paper's supporters so far are for its age and field.

Of papers that are old enough it is known how many supporters they got, and of dated votes how soon they came. From both
follows how many a paper of this field has at this age. The number that it has is compared with a negative binomial
distribution of that mean, whose spread is the one that older papers show; the score is the surprise, minus the decimal
logarithm of the probability of so many or more. Every figure is shrunk towards a prior, so that a new instance, a small
field and a quiet week make nobody rise by accident. The tail of that distribution is geometric: each further supporter
adds about the same, and a ring of a few adds little.

The papers that are judged are not among those that tell what is usual, so more supporters never lower a paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from broadsheet.ranking.trending.formula import PRIOR_PAPERS, Attention, Marks, Reals, Rows

EARLY_DAYS = 7.0
"""Papers rise in their first week; what comes later is a trend."""
LEAST_SUPPORTERS = 3
"""Below that nothing is told: two friends are no news."""
LEAST_EXPECTED = 1.0
"""However quiet a field is, one supporter is nothing unusual."""
PRIOR_SUPPORTERS = 2.0
"""What a paper gets in the end, where nothing is known yet."""
PRIOR_HALF_DAYS = 1.5
"""By when half of a paper's supporters have come, where nothing is known yet."""
PRIOR_ACTS = 50
"""So many dated votes are believed as much as that prior."""
STEPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, EARLY_DAYS)
"""Ages in days; each paper is taken to be as old as the next one, which expects more of it rather than less."""
LEAST_SPREAD, PRIOR_SPREAD, MOST_SPREAD = 0.1, 1.0, 3.0
"""The square of the coefficient of variation beyond chance: hardly any, as a geometric one, and as of heavy tails."""
LEAST_SURPRISE = 1.0
"""What one of ten papers gets by chance is not unusual."""
LEAST_PROBABILITY = 1e-30


@dataclass(frozen=True, slots=True)
class Rise:
    """``surprise`` (n,) in powers of ten, 0 where there is none; supporters so far, and the expected ones, (n,)."""

    surprise: Reals
    supporters: Reals
    expected: Reals
    is_early: Marks


def rise(attention: Attention, moment: float) -> Rise:
    """How unusual the attention to each paper in its first week is at ``moment`` (days since ``formula.EPOCH``)."""
    count = len(attention.paper_ids)
    acts = attention.supporters
    supporters = np.asarray(np.bincount(acts.rows, weights=acts.amounts, minlength=count), np.float64)
    age = np.maximum(moment - attention.listed_at, 0.0)
    is_early = age <= EARLY_DAYS
    usual = _usual(attention.fields, supporters, ~is_early)
    expected = np.maximum(usual * _share_by(attention, age, ~is_early), LEAST_EXPECTED)
    spread = _spread(supporters, usual, ~is_early)
    surprise = _surprise(supporters, expected, spread)
    is_told = is_early & (supporters >= LEAST_SUPPORTERS) & (surprise >= LEAST_SURPRISE)
    return Rise(np.where(is_told, surprise, 0.0), supporters, expected, is_early)


def _usual(fields: Rows, supporters: Reals, is_mature: Marks) -> Reals:
    """How many supporters a paper of each paper's field gets in the end, from those that are old enough."""
    mature = supporters[is_mature]
    overall = (mature.sum() + PRIOR_PAPERS * PRIOR_SUPPORTERS) / (len(mature) + PRIOR_PAPERS)
    groups = fields + 1  # Those without a category are a field of their own.
    size = int(groups.max(initial=0)) + 1
    sums = np.bincount(groups[is_mature], weights=mature, minlength=size)
    sizes = np.bincount(groups[is_mature], minlength=size)
    return np.asarray((sums + PRIOR_PAPERS * overall) / (sizes + PRIOR_PAPERS), np.float64)[groups]


def _share_by(attention: Attention, age: Reals, is_mature: Marks) -> Reals:
    """Which share of its supporters a paper has at its age."""
    acts = attention.supporters
    dated = attention.is_dated & is_mature[acts.rows] if len(acts.rows) else np.zeros(0, np.bool_)
    rows = acts.rows[dated]
    after, amounts = acts.at[dated] - attention.listed_at[rows], acts.amounts[dated]
    steps = np.array(STEPS)
    prior = 1 - np.exp2(-steps / PRIOR_HALF_DAYS)
    came = np.array([amounts[after <= step].sum() for step in STEPS])
    shares = (came + PRIOR_ACTS * prior) / (amounts.sum() + PRIOR_ACTS)
    at = np.minimum(np.searchsorted(steps, age), len(STEPS) - 1)
    return np.asarray(np.where(age > EARLY_DAYS, 1.0, shares[at]))


def _spread(supporters: Reals, usual: Reals, is_mature: Marks) -> float:
    """The spread of the negative binomial beyond chance (1 / its size), by the method of moments, shrunk."""
    ratio, chance = supporters[is_mature] / usual[is_mature], 1 / usual[is_mature]
    told = float(((ratio - 1) ** 2 - chance).sum() + PRIOR_PAPERS * PRIOR_SPREAD) / (len(ratio) + PRIOR_PAPERS)
    return float(np.clip(told, LEAST_SPREAD, MOST_SPREAD))


def _surprise(supporters: Reals, expected: Reals, spread: float) -> Reals:
    """Minus log10 of the probability of so many or more: the regularised incomplete beta function gives the tail."""
    size = 1 / spread
    tail = betainc(np.maximum(supporters, 1.0), size, expected / (expected + size))
    return np.asarray(-np.log10(np.maximum(tail, LEAST_PROBABILITY)))
