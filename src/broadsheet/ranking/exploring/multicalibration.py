"""Predictions that are right within groups too: of each topic, of young and of old papers.

The method of "Multicalibration as Boosting for Regression": in rounds, the predictions are divided into level sets, and
on each of them a regression with squared error is fitted to what came. Here it is a decision stump, whether a paper is
of one group or not. Where no such regression improves on the predictions, they are multicalibrated over these groups.
How many rounds are kept is decided on cases that were held out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Numbers

LEVELS = 8
MOST_ROUNDS = 24
# A stump learns nothing from fewer cases on a side, and a correction counts as if so many cases had needed none.
FEWEST_CASES, PRIOR_CASES = 25, 25.0
HELD_OUT = 0.3
# Rounds that may pass without the held-out error falling.
PATIENCE = 3

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stump:
    """A correction within one level set: ``inside`` for cases with ``group`` in ``column``, ``outside`` for others."""

    column: int
    group: int
    inside: float
    outside: float


@dataclass(frozen=True, slots=True)
class Multicalibration:
    """Corrections of probabilities by group; without rounds it changes nothing.

    ``edges`` part the level sets. ``rounds`` are applied one after another; each maps level sets to a stump.
    """

    edges: tuple[float, ...] = ()
    rounds: tuple[dict[int, Stump], ...] = field(default=())

    @classmethod
    def fit(
        cls,
        probabilities: Doubles,
        outcomes: Doubles,
        groups: Numbers,
        *,
        seen: Doubles | None = None,
        seed: int = 0,
    ) -> Multicalibration:
        """Learn corrections of ``probabilities`` (n,) from ``outcomes`` (n,) and ``groups``, int64 (n, groupings).

        ``seen`` (n,) are the probabilities with which each case was looked at (1 without): an outcome tells of interest
        only where it was. The same cases and ``seed`` give the same corrections. Raises ``ValueError`` for other
        lengths.
        """
        looked = np.ones(len(probabilities)) if seen is None else np.asarray(seen, dtype=np.float64)
        if not len(probabilities) == len(outcomes) == len(groups) == len(looked) or groups.ndim != 2:
            raise ValueError("probabilities, outcomes, groups and how likely each was seen have to be of one length")
        is_held = np.random.default_rng(seed).random(len(probabilities)) < HELD_OUT
        learn, held = np.flatnonzero(~is_held), np.flatnonzero(is_held)
        if min(len(learn), len(held)) < 2 * FEWEST_CASES:
            return cls()
        edges = np.unique(np.quantile(probabilities[learn], np.linspace(0, 1, LEVELS + 1)[1:-1]))
        values = np.asarray(probabilities, dtype=np.float64).copy()
        rounds: list[dict[int, Stump]] = []
        plain = _errors(values[held], outcomes[held], looked[held])
        gains = [plain - plain]
        while len(rounds) < MOST_ROUNDS and len(gains) - _best(gains) <= PATIENCE:
            levels = np.searchsorted(edges, values, side="right")
            found = _fit_round(levels[learn], values[learn], outcomes[learn], groups[learn], looked[learn])
            if not found:
                break
            rounds.append(found)
            values = _applied(found, levels, values, groups)
            gains.append(plain - _errors(values[held], outcomes[held], looked[held]))
        kept = _best(gains)
        # What may be chance is not learnt: the gain has to be above its own standard error.
        if gains[kept].mean() <= gains[kept].std() / np.sqrt(len(held)):
            return cls()
        return cls(tuple(edges.tolist()), tuple(rounds[:kept]))

    def of(self, probabilities: Doubles, groups: Numbers) -> Doubles:
        """The corrected probabilities, (n,), from 0 to 1. Groups that were never seen are of no group."""
        values = np.asarray(probabilities, dtype=np.float64).copy()
        for corrections in self.rounds:
            levels = np.searchsorted(np.array(self.edges), values, side="right")
            values = _applied(corrections, levels, values, groups)
        return values


def _fit_round(levels: Numbers, values: Doubles, outcomes: Doubles, groups: Numbers, seen: Doubles) -> dict[int, Stump]:
    """For each level set the stump that takes most off its squared error, where one does."""
    found = {}
    for level in np.unique(levels).tolist():
        rows = np.flatnonzero(levels == level)
        if (stump := _stump(outcomes[rows] - seen[rows] * values[rows], seen[rows], groups[rows])) is not None:
            found[level] = stump
    return found


def _stump(gaps: Doubles, seen: Doubles, groups: Numbers) -> Stump | None:
    """The stump that fits best what came minus what was foretold; None where both sides are right already."""
    best, most = None, 1e-12
    for column in range(groups.shape[1]):
        present, places, counts = np.unique(groups[:, column], return_inverse=True, return_counts=True)
        gap, weight = np.bincount(places, weights=gaps), np.bincount(places, weights=seen)
        for place, group in enumerate(present.tolist()):
            if counts[place] < FEWEST_CASES:
                continue
            inside = gap[place] / (weight[place] + PRIOR_CASES)
            others = len(gaps) - int(counts[place])
            outside = (gap.sum() - gap[place]) / (weight.sum() - weight[place] + PRIOR_CASES)
            outside = outside if others >= FEWEST_CASES else 0.0
            gain = inside * gap[place] + outside * (gap.sum() - gap[place])
            if gain > most:
                best, most = Stump(column, int(group), float(inside), float(outside)), gain
    return best


def _applied(corrections: dict[int, Stump], levels: Numbers, values: Doubles, groups: Numbers) -> Doubles:
    changed = values.copy()
    for level, stump in corrections.items():
        rows = np.flatnonzero(levels == level)
        is_inside = groups[rows, stump.column] == stump.group
        changed[rows] += np.where(is_inside, stump.inside, stump.outside)
    return np.clip(changed, 0.0, 1.0)


def _errors(values: Doubles, outcomes: Doubles, seen: Doubles) -> Doubles:
    """The squared error of each case."""
    return np.asarray((seen * values - outcomes) ** 2)


def _best(gains: list[Doubles]) -> int:
    """After how many rounds the held-out cases gained most."""
    return int(np.argmax([gain.mean() for gain in gains]))
