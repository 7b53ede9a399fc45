"""How far predicted probabilities are from what happened: Brier score, calibration error, Balance score.

``probabilities`` and ``outcomes`` are (n,): what was foretold, from 0 to 1, and what came, 0 or 1. All raise
``ValueError`` for arrays of other lengths, without rows, or with values out of these ranges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10
RESAMPLES = 200
# The bounds that are told hold with 95 per cent.
NORMAL_95 = 1.96

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions that are near each other: how many, their mean, and the share in which it came true.

    ``low`` and ``high`` bound that share with 95 per cent confidence (Wilson, "Probable inference, the law of
    succession, and statistical inference", 1927).
    """

    count: int
    predicted: float
    observed: float
    low: float
    high: float


def brier(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """The mean squared difference, 0 (best) to 1.

    Brier, "Verification of forecasts expressed in terms of probability", 1950.
    """
    foretold, came = checked(probabilities, outcomes)
    return float(((foretold - came) ** 2).mean())


def ece(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = BINS) -> float:
    """The expected calibration error, 0 (best) to 1, over bins of equally many predictions.

    The mean over bins, by size, of how far the mean prediction is from the share that came true. Bins of equal mass,
    as most predictions of interest are small (Nixon et al., "Measuring calibration in deep learning", 2019).
    """
    foretold, came = checked(probabilities, outcomes)
    order = np.argsort(foretold, kind="stable")
    return _error(foretold[order], came[order], bins)


def ece_bounds(
    probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = BINS, seed: int = 0
) -> tuple[float, float]:
    """Bounds of the calibration error with 95 per cent confidence, by drawing cases anew with a fixed seed.

    The error of few cases is too high by chance, and of cases drawn anew even more so: the upper bound errs to the
    safe side.
    """
    foretold, came = checked(probabilities, outcomes)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES):
        rows = random.integers(len(foretold), size=len(foretold))
        rows = rows[np.argsort(foretold[rows], kind="stable")]
        found.append(_error(foretold[rows], came[rows], bins))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def balance(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """The Balance score, -1 to 1, best at 0: gains and losses of betting on the likelier side at the odds foretold.

    Above 0 predictions are too cautious, below 0 too bold. From "Rethinking Evaluation Metric for Probability
    Estimation Models Using Esports Data", where it approximates the true calibration error without bins.
    """
    foretold, came = checked(probabilities, outcomes)
    return float(np.where(foretold >= 0.5, came - foretold, foretold - came).mean())


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = BINS) -> list[Bin]:
    """The reliability diagram: bins of equally many predictions, from the lowest to the highest."""
    foretold, came = checked(probabilities, outcomes)
    order = np.argsort(foretold, kind="stable")
    found = []
    for rows in np.array_split(order, min(bins, len(order))):
        observed = float(came[rows].mean())
        low, high = wilson(observed, len(rows))
        found.append(Bin(len(rows), float(foretold[rows].mean()), observed, low, high))
    return found


def wilson(share: float, count: int) -> tuple[float, float]:
    """Bounds of a share that was seen in ``count`` cases, with 95 per cent confidence."""
    squared = NORMAL_95**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    half = NORMAL_95 * np.sqrt(share * (1 - share) / count + squared / (4 * count**2)) / (1 + squared / count)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def checked(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[Doubles, Doubles]:
    """Both as float64 (n,); raises ``ValueError`` where they are not probabilities and their outcomes."""
    foretold, came = np.asarray(probabilities, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if foretold.ndim != 1 or foretold.shape != came.shape or not len(foretold):
        raise ValueError("there must be one outcome for each probability, and at least one")
    if not ((foretold >= 0) & (foretold <= 1)).all():
        raise ValueError("a probability is not between 0 and 1")
    if not ((came == 0) | (came == 1)).all():
        raise ValueError("an outcome is neither 0 nor 1")
    return foretold, came


def _error(foretold: Doubles, came: Doubles, bins: int) -> float:
    """The calibration error of predictions in rising order."""
    starts = np.linspace(0, len(foretold), min(bins, len(foretold)) + 1).astype(np.int64)[:-1]
    gaps = np.add.reduceat(foretold - came, starts)
    return float(np.abs(gaps).sum() / len(foretold))
