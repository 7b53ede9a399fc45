"""Learning to rank from clicks: naively, with known propensities of places, and with both learnt together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from broadsheet.ranking.exploring.propensity import HEAVIEST, ClickLog, Doubles, Integers, Positions, by_lots

_ROUNDS = 60
_SETTLED = 1e-4
# Clicks that a place has in advance, so that one without any is not thought to be never looked at.
_PRIOR = 1.0
# How far off, as a share, a propensity may be that was learnt without an experiment.
_DOUBT = 0.1


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """A weighted sum of features (float64, d) that were first brought to mean 0 and deviation 1."""

    weights: Doubles
    means: Doubles
    spreads: Doubles

    def scores(self, features: Doubles) -> Doubles:
        """The scores of papers in rows: float64 (n,), greater is better."""
        return ((features - self.means) / self.spreads) @ self.weights


def listwise(
    features: Doubles, starts: Integers, gains: Doubles, *, ridge: float = 1.0, begin: LinearRanker | None = None
) -> LinearRanker:
    """The ranker whose softmax over each list gives the most weight to what has gains (float64, n, none negative).

    The loss of ListNet ("Learning to rank: from pairwise approach to listwise approach", Cao and others, 2007), with
    ``ridge`` on the squared weights. ``starts``: the first row of each list. With clicks as gains this is the naive
    ranker, with clicks times inverse propensities the debiased one, with judgements one of unbiased labels.
    """
    means, spreads = features.mean(axis=0), features.std(axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    scaled = (features - means) / spreads
    totals = np.add.reduceat(gains, starts)
    lengths = np.diff(np.r_[starts, len(features)])

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        shares, logs = _softmax(scaled @ weights, starts, lengths)
        value = -(gains * logs).sum() + ridge / 2 * weights @ weights
        slope = scaled.T @ (shares * np.repeat(totals, lengths) - gains) + ridge * weights
        return float(value), slope

    first = np.zeros(features.shape[1]) if begin is None else begin.weights
    found = minimize(loss, first, jac=True, method="L-BFGS-B")
    return LinearRanker(np.asarray(found.x), means, spreads)


def naive(log: ClickLog) -> LinearRanker:
    """The ranker that takes every click, and every look away, at its word: it learns the places along with the rest."""
    return listwise(log.features, log.starts, log.clicks.astype(np.float64))


def weighted(log: ClickLog, positions: Positions, *, begin: LinearRanker | None = None) -> LinearRanker:
    """The ranker of clicks that weigh the more the less likely their place was looked at."""
    return listwise(log.features, log.starts, log.clicks * positions.weights(log.positions), begin=begin)


def dual(log: ClickLog, places: int) -> tuple[LinearRanker, Positions]:
    """A ranker and the propensities of the first ``places``, each learnt with the help of the other.

    The Dual Learning Algorithm of "Unbiased Learning to Rank with Unbiased Propensity Estimation" (Ai and others,
    2018): a click weighs the inverse of how likely its place is looked at when the ranker learns, and the inverse of
    how relevant the ranker holds its paper when the places learn, both beside the first of the list. Of each
    list only so many places are used. Raises ``ValueError`` where none of them was clicked.
    """
    log = log.first(places)
    if not log.clicks.any():
        raise ValueError("nothing was clicked")
    starts, at = log.starts, log.positions
    lengths = np.diff(np.r_[starts, len(at)])
    clicks = log.clicks.astype(np.float64)
    shown = np.bincount(at, minlength=places).astype(np.int64)
    clicked = np.bincount(at[log.clicks], minlength=places).astype(np.int64)
    examined, ranker = np.ones(places), None
    for _round in range(_ROUNDS):
        ranker = weighted(log, Positions(np.minimum(examined, 1.0), shown, clicked), begin=ranker)
        shares, _logs = _softmax(ranker.scores(log.features), starts, lengths)
        beside = np.minimum(np.repeat(shares[starts], lengths) / shares, HEAVIEST)
        before, examined = examined, _places(at, starts, lengths, clicks * beside, examined)
        if np.abs(examined / before - 1).max() < _SETTLED:
            break
    assert ranker is not None
    return ranker, Positions(np.minimum(examined, 1.0), shown, clicked)


def learnt_places(log: ClickLog, *, least: int) -> Positions | None:
    """How likely places are looked at, for as many from the first on as have ``least`` clicks; None below two.

    What ``dual`` finds, which rests on what the ranker knows of relevance and may be a tenth off, is drawn towards what
    ``by_lots`` measured, the more the more drawn papers were clicked: the mean of both logarithms, each weighed by its
    precision.
    """
    counts = np.bincount(log.positions[log.clicks])
    places = int(np.argmin(np.r_[counts >= least, False]))
    if places < 2:
        return None
    found = dual(log, places)[1]
    rates, clicks = by_lots(log, places)
    if not clicks.any():
        return found
    apart = np.log(np.where(clicks > 0, rates, 1.0) / found.examined)
    # Lots tell the shape and not the level, which is that of the places where they lay.
    moved = np.exp(clicks / (clicks + 1 / _DOUBT**2) * (apart - np.average(apart, weights=clicks)))
    examined = found.examined * moved / moved[0]
    return Positions(np.minimum(examined, 1.0), found.shown, found.clicked)


def _places(at: Integers, starts: Integers, lengths: Integers, gains: Doubles, examined: Doubles) -> Doubles:
    """The softmax of places that fits the gains best, by the steps of Hunter (2004) for Bradley-Terry models."""
    places = len(examined)
    wins = np.bincount(at, gains, places) + _PRIOR / places
    totals = np.add.reduceat(gains, starts)
    for _step in range(20):
        sums = np.add.reduceat(examined[at], starts)
        shares = np.bincount(at, np.repeat(totals / sums, lengths), places)
        examined = wins / np.maximum(shares, 1e-12)
        examined = examined / examined[0]
    return examined


def _softmax(scores: Doubles, starts: Integers, lengths: Integers) -> tuple[Doubles, Doubles]:
    """The softmax within each list, and its logarithm."""
    lifted = scores - np.repeat(np.maximum.reduceat(scores, starts), lengths)
    raised = np.exp(lifted)
    sums = np.repeat(np.add.reduceat(raised, starts), lengths)
    return raised / sums, lifted - np.log(sums)
