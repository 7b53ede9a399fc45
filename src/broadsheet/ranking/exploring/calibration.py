"""From a ranker's score to the probability that a person is interested, or to nothing while too little is known.

With few outcomes two parameters are fitted (Platt, "Probabilistic outputs for support vector machines and comparisons
to regularized likelihood methods", 1999), with many a rising curve (pool adjacent violators: Zadrozny and Elkan,
"Transforming classifier scores into accurate multiclass probability estimates", 2002), and groups of papers are
corrected on top of it (``multicalibration``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from broadsheet.ranking.exploring.multicalibration import Multicalibration, Stump
from broadsheet.ranking.personal.kinds import Numbers

# So many cases with interest, and so many without, are needed for the two parameters, and for the curve.
FEWEST_FOR_TWO, FEWEST_FOR_CURVE = 30, 200
# The curve's points stand for at least so many cases each, and there are at most so many points.
CASES_A_POINT, MOST_POINTS = 20, 100
FORM = 1

Doubles = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve through ``points`` (score, probability), with corrections for groups; without points, nothing.

    ``cases`` is how many outcomes it was learnt from.
    """

    points: Points = ()
    groups: Multicalibration = field(default_factory=Multicalibration)
    cases: int = 0

    @classmethod
    def fit(
        cls,
        scores: ArrayLike,
        outcomes: ArrayLike,
        *,
        seen: ArrayLike | None = None,
        groups: Numbers | None = None,
        seed: int = 0,
    ) -> Calibration:
        """Learn from ``scores`` (n,) and ``outcomes`` (n,), 0 or 1.

        ``seen`` (n,), above 0 to 1, are the probabilities with which each paper was looked at where it stood (its
        position's propensity): what was probably not looked at says little against it. ``groups`` is int64
        (n, groupings). Cases with a score that is not finite are left out. Raises ``ValueError`` for other lengths or
        ranges.
        """
        values, came, looked = _checked(scores, outcomes, seen)
        is_told = np.isfinite(values)
        values, came, looked = values[is_told], came[is_told], looked[is_told]
        interested = int(came.sum())
        fewest = min(interested, len(came) - interested)
        if fewest < FEWEST_FOR_TWO or np.ptp(values) == 0:
            return cls(cases=len(came))
        points = (_curve if fewest >= FEWEST_FOR_CURVE else _two_parameters)(values, came, looked)
        if groups is None:
            return cls(points, cases=len(came))
        plain = _along(points, values)
        corrections = Multicalibration.fit(plain, came, groups[is_told], seen=looked, seed=seed)
        return cls(points, corrections, len(came))

    def of(self, scores: ArrayLike, groups: Numbers | None = None) -> Doubles | None:
        """The probabilities of interest for scores, (n,), each from 0 to 1; None while too little is known.

        Without ``groups`` nothing is corrected for them. A score that is not a number gives no number.
        """
        if not self.points:
            return None
        plain = _along(self.points, np.asarray(scores, dtype=np.float64))
        return plain if groups is None else self.groups.of(plain, groups)

    def to_bytes(self) -> bytes:
        """As bytes that ``from_bytes`` reads (JSON)."""
        rounds = [{str(level): asdict(stump) for level, stump in one.items()} for one in self.groups.rounds]
        told = {"form": FORM, "points": self.points, "cases": self.cases, "edges": self.groups.edges, "rounds": rounds}
        return json.dumps(told).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Calibration:
        """Read what ``to_bytes`` gave. Raises ``ValueError`` for anything else."""
        try:
            told: dict[str, Any] = json.loads(bytes(body))
            if told["form"] != FORM:
                raise ValueError(f"a calibration of form {told['form']}")
            rounds = tuple({int(level): Stump(**stump) for level, stump in one.items()} for one in told["rounds"])
            points = tuple((float(score), float(probability)) for score, probability in told["points"])
            return cls(points, Multicalibration(tuple(told["edges"]), rounds), int(told["cases"]))
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError("not a calibration") from error


def rising(values: ArrayLike, weights: ArrayLike) -> Doubles:
    """The rising sequence nearest to ``values`` (n,) by squared error under ``weights``: pool adjacent violators."""
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(np.asarray(values, float).tolist(), np.asarray(weights, float).tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while means and means[-1] >= mean:
            total = masses[-1] + mass
            mean = (means.pop() * masses[-1] + mean * mass) / total
            mass, size = masses.pop() + mass, sizes.pop() + size
        means.append(mean)
        masses.append(mass)
        sizes.append(size)
    return np.repeat(np.array(means, dtype=np.float64), sizes)


def _checked(scores: ArrayLike, outcomes: ArrayLike, seen: ArrayLike | None) -> tuple[Doubles, Doubles, Doubles]:
    values, came = np.asarray(scores, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    looked = np.ones(len(values)) if seen is None else np.asarray(seen, dtype=np.float64)
    if values.ndim != 1 or not values.shape == came.shape == looked.shape:
        raise ValueError("scores, outcomes and how likely each was seen have to be of one length")
    if not ((came == 0) | (came == 1)).all():
        raise ValueError("an outcome is neither 0 nor 1")
    if not ((looked > 0) & (looked <= 1)).all():
        raise ValueError("how likely something was seen has to be above 0 and at most 1")
    return values, came, looked


def _along(points: Points, values: Doubles) -> Doubles:
    """The heights of the curve through points at these scores; beyond its ends it stays as high as there."""
    scores, probabilities = np.array(points).T
    return np.asarray(np.interp(values, scores, probabilities), dtype=np.float64)


def _curve(values: Doubles, came: Doubles, looked: Doubles) -> Points:
    """Points of the rising curve: means over neighbours in the order of scores, made to rise."""
    order = np.argsort(values, kind="stable")
    count = max(2, min(MOST_POINTS, len(order) // CASES_A_POINT))
    starts = np.linspace(0, len(order), count + 1).astype(np.int64)[:-1]
    sizes = np.diff(np.append(starts, len(order)))
    exposure = np.add.reduceat(looked[order], starts)
    # Nobody is sure: half a case of the mean stands in each point, so that none says 0 or 1.
    mean = came.sum() / looked.sum()
    shares = (np.add.reduceat(came[order], starts) + 0.5 * mean) / (exposure + 0.5)
    heights = np.clip(rising(shares, exposure), 0.0, 1.0)
    scores = np.add.reduceat(values[order], starts) / sizes
    # Equal scores that were parted over two points are one.
    unique, first = np.unique(scores, return_index=True)
    return tuple(zip(unique.tolist(), heights[first].tolist(), strict=True))


def _two_parameters(values: Doubles, came: Doubles, looked: Doubles) -> Points:
    """Points of the logistic curve that fits best, found by Newton's method; it never falls."""
    centre, spread = float(values.mean()), float(values.std())
    x = np.stack([(values - centre) / spread, np.ones(len(values))], axis=1)
    # Platt's targets: as if one more case of either kind had been seen.
    yes = came.sum()
    target = np.where(came == 1, (yes + 1) / (yes + 2), 1 / (len(came) - yes + 2))
    weights = np.array([0.0, np.log((yes + 1) / (len(came) - yes + 1))])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (looked * chance - target) + 1e-3 * weights
        bend = (x * (looked * chance * (1 - chance) + 1e-9)[:, None]).T @ x + 1e-3 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    steepness = max(0.0, float(weights[0]))
    grid = np.linspace(values.min(), values.max(), MOST_POINTS)
    heights = 1 / (1 + np.exp(-np.clip(steepness * (grid - centre) / spread + weights[1], -30, 30)))
    return tuple(zip(grid.tolist(), heights.tolist(), strict=True))
