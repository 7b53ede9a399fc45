"""Some places of a list are given by lot, so that a ranker also learns of papers that it would not have shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Numbers

Doubles = NDArray[np.float64]

# Chances further apart than e**30 are told as that far apart: nobody is ever weighed by the inverse of less.
_WIDEST = 30.0
# So many candidates are multiplied at once: bounds the memory.
_AT_ONCE = 512


def draw(
    scores: NDArray[np.floating], slots: int, *, beta: float, random: np.random.Generator
) -> tuple[Numbers, Doubles]:
    """Rows (into ``scores``) drawn by lot for ``slots`` places, and the probability of each to be among them.

    The softrank rule of "Stochastic Batch Acquisition: A Simple Baseline for Deep Active Learning": Gumbel noise is
    added to ``-beta * log(rank)`` and the greatest win, which draws without replacement with chances that fall with the
    rank to the power ``beta``. Ranks rather than scores, as those of two people's rankers have no common scale; equal
    scores share their mean rank. With ``beta`` 0 all are alike, with a great one the best win. The rows come in the
    order in which they were drawn. The probabilities, in (0, 1], are those of ``inclusion``; over all rows they sum
    to ``slots``.

    Raises ``ValueError`` for negative ``slots`` or ``beta``, and for scores that are no numbers.
    """
    if slots < 0 or not (np.isfinite(beta) and beta >= 0):
        raise ValueError(f"{slots} slots with beta {beta}: both must be at least 0")
    if not np.isfinite(scores).all():
        raise ValueError("a score is not a number")
    count = min(slots, len(scores))
    heights = softrank(scores, beta)
    keys = heights + random.gumbel(size=len(scores))
    rows = np.argsort(-keys, kind="stable")[:count]
    return rows.astype(np.int64), inclusion(heights, count, rows)


def softrank(scores: NDArray[np.floating], beta: float) -> Doubles:
    """The logarithms of the chances: ``-beta * log(rank)``, at most e**30 apart; equal scores have equal ones."""
    values, places, counts = np.unique(-np.asarray(scores, dtype=np.float64), return_inverse=True, return_counts=True)
    if not len(values):
        return np.empty(0)
    last = np.cumsum(counts)
    heights = -beta * np.log(last - (counts - 1) / 2)[places.ravel()]
    lifted: Doubles = np.maximum(heights - heights.max(), -_WIDEST)
    return lifted


def inclusion(heights: Doubles, slots: int, rows: NDArray[np.integer]) -> Doubles:
    """The probability of each of ``rows`` to be among ``slots`` drawn by Gumbel noise on ``heights``.

    Drawing by Gumbel noise is a race: row i arrives after an exponential time with rate ``exp(height)``, and the first
    ``slots`` win. Row i, arriving at t, wins if fewer than ``slots`` of the others came before, each independently with
    probability ``1 - exp(-rate * t)``. That is a Poisson binomial distribution, whose first terms are a product of
    polynomials; the mean over t is taken by double exponential quadrature (Takahasi and Mori), exact to about 1e-9.
    """
    total = len(heights)
    if not 0 < slots < total:
        return np.full(len(rows), float(slots > 0))
    rates = np.exp(heights - heights.max())
    if slots == 1:
        return np.asarray(rates[rows] / rates.sum())
    times, widths = _nodes(rates, slots)
    is_asked = np.zeros(total, dtype=bool)
    is_asked[rows] = True
    asked = np.flatnonzero(is_asked)
    factors = _factors(rates[asked], times)
    # What of all but one row: those before it, from the first on, times those after it, from the last on.
    before, after = [_arrived(rates[~is_asked], times, slots)], [np.ones((len(times), 1))]
    for factor in factors[:-1]:
        before.append(_product(before[-1], factor, slots))
    for factor in factors[:0:-1]:
        after.append(_product(after[-1], factor, slots))
    found = np.empty(total)
    for row, early, late in zip(asked, before, reversed(after), strict=True):
        wins = _product(early, late, slots).sum(axis=1)
        found[row] = (rates[row] * np.exp(-rates[row] * times) * wins) @ widths
    chances: Doubles = np.clip(found[rows], np.finfo(float).tiny, 1.0)
    return chances


def _nodes(rates: Doubles, slots: int) -> tuple[Doubles, Doubles]:
    """Moments from before the first arrival to after the last that counts, and the width that each stands for."""
    scale = slots / rates.sum()
    # After this all of the places are surely taken: the rarest rows that can win have come.
    slowest = np.sort(rates)[::-1][min(slots, len(rates) - 1)]
    end = np.log((60 + slots) / (slowest * scale))
    step = 0.12 / np.sqrt(1 + slots / 4)
    points = np.arange(-3.6, end + step, step)
    times = scale * np.exp(points - np.exp(-points))
    return times, step * times * (1 + np.exp(-points))


def _arrived(rates: Doubles, times: Doubles, slots: int) -> Doubles:
    """The probability that 0, 1, ... ``slots - 1`` of these arrived by each moment: (moments, up to slots)."""
    found = np.ones((len(times), 1))
    for start in range(0, len(rates), _AT_ONCE):
        factors = _factors(rates[start : start + _AT_ONCE], times)
        while len(factors) > 1:
            if len(factors) % 2:
                one = np.zeros_like(factors[:1])
                one[:, :, 0] = 1
                factors = np.concatenate([factors, one])
            factors = _product(factors[::2], factors[1::2], slots)
        found = _product(found, factors[0], slots)
    return found


def _factors(rates: Doubles, times: Doubles) -> Doubles:
    """The probabilities of each row to come later, and to have come: (rows, moments, 2)."""
    passed = -rates[:, None] * times
    return np.stack([np.exp(passed), -np.expm1(passed)], axis=-1)


def _product(left: Doubles, right: Doubles, most: int) -> Doubles:
    """Polynomials (coefficients along the last axis) multiplied, without the powers from ``most`` on."""
    long, short = left.shape[-1], right.shape[-1]
    made = np.zeros((*left.shape[:-1], min(long + short - 1, most)))
    for power in range(min(short, made.shape[-1])):
        kept = min(long, made.shape[-1] - power)
        made[..., power : power + kept] += left[..., :kept] * right[..., power : power + 1]
    return made
