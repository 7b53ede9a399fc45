"""How right foretold interest was on cases that nothing was learnt from, in all and by group; and whether to tell it.

Interest in per cent is told to people only where this says that it can be trusted; otherwise they are told nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from broadsheet.ranking.exploring.calibration_measures import (
    Bin,
    balance,
    brier,
    checked,
    ece,
    ece_bounds,
    reliability,
    wilson,
)

# What it takes to be trusted: so many held-out cases with interest and so many without; a calibration error that is
# surely at most this, and at most this part of how often there is interest at all, so that 4 % is not told for 1 %.
FEWEST_OUTCOMES = 100
MOST_ERROR, MOST_ERROR_IN_PARTS = 0.05, 0.5
# Groups with fewer cases have no figures of their own.
FEWEST_IN_GROUP = 50


class Doubt(StrEnum):
    """Why foretold interest is not told."""

    FEW_OUTCOMES = "few outcomes"
    UNSURE_ERROR = "unsure error"
    NO_BETTER_THAN_MEAN = "no better than the mean"
    WRONG_IN_A_GROUP = "wrong in a group"


@dataclass(frozen=True, slots=True)
class Figures:
    """Measures of some cases: ``foretold`` and ``observed`` are the mean prediction and the share that came true."""

    cases: int
    interested: int
    foretold: float
    observed: float
    brier: float
    ece: float
    balance: float


@dataclass(frozen=True, slots=True)
class Report:
    """Measures of held-out cases.

    ``ece_low`` and ``ece_high`` bound the calibration error with 95 per cent confidence. ``plain_brier`` is the Brier
    score of foretelling the mean of these very cases for each. ``groups`` has, for each grouping, its groups by name,
    the largest first.
    """

    whole: Figures
    ece_low: float
    ece_high: float
    plain_brier: float
    bins: tuple[Bin, ...]
    groups: dict[str, dict[str, Figures]]

    def doubts(self) -> list[Doubt]:
        """What speaks against telling foretold interest to people."""
        found = []
        if min(self.whole.interested, self.whole.cases - self.whole.interested) < FEWEST_OUTCOMES:
            found.append(Doubt.FEW_OUTCOMES)
        if self.ece_high > min(MOST_ERROR, MOST_ERROR_IN_PARTS * self.whole.observed):
            found.append(Doubt.UNSURE_ERROR)
        if self.whole.brier >= self.plain_brier:
            found.append(Doubt.NO_BETTER_THAN_MEAN)
        if any(_is_wrong(figures) for named in self.groups.values() for figures in named.values()):
            found.append(Doubt.WRONG_IN_A_GROUP)
        return found

    def to_plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> Report:
        """Read what ``to_plain`` gave. Raises ``ValueError`` for anything else."""
        try:
            groups = {
                grouping: {name: Figures(**figures) for name, figures in named.items()}
                for grouping, named in told["groups"].items()
            }
            return cls(
                Figures(**told["whole"]),
                float(told["ece_low"]),
                float(told["ece_high"]),
                float(told["plain_brier"]),
                tuple(Bin(**one) for one in told["bins"]),
                groups,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a report of calibration") from error


def is_trustworthy(report: Report | None) -> bool:
    """Whether foretold interest may be told to people; never without a report."""
    return report is not None and not report.doubts()


def report(probabilities: ArrayLike, outcomes: ArrayLike, groups: Mapping[str, Sequence[str]] | None = None) -> Report:
    """Measure ``probabilities`` (n,) against ``outcomes`` (n,), 0 or 1, which nothing was learnt from.

    ``groups`` gives for each grouping (such as "topic") the group of each case. The Balance score is that of
    "Rethinking Evaluation Metric for Probability Estimation Models Using Esports Data". Raises ``ValueError`` as
    ``calibration_measures`` do, and where a grouping has another length.
    """
    foretold, came = checked(probabilities, outcomes)
    found: dict[str, dict[str, Figures]] = {}
    for grouping, names in (groups or {}).items():
        if len(names) != len(came):
            raise ValueError(f"the grouping {grouping!r} does not have one group for each case")
        labels = np.asarray(names, dtype=object)
        rows = {name: np.flatnonzero(labels == name) for name in sorted(set(names))}
        large = sorted((-len(own), name) for name, own in rows.items() if len(own) >= FEWEST_IN_GROUP)
        found[grouping] = {name: _figures(foretold[rows[name]], came[rows[name]]) for _size, name in large}
    low, high = ece_bounds(foretold, came)
    mean = np.full(len(came), came.mean())
    return Report(_figures(foretold, came), low, high, brier(mean, came), tuple(reliability(foretold, came)), found)


def _is_wrong(figures: Figures) -> bool:
    """Whether the mean prediction in a group is too far from what may be the truth, chance allowed for."""
    low, high = wilson(figures.observed, figures.cases)
    off = max(low - figures.foretold, figures.foretold - high)
    return off > min(MOST_ERROR, MOST_ERROR_IN_PARTS * figures.observed)


def _figures(foretold: np.ndarray, came: np.ndarray) -> Figures:
    return Figures(
        cases=len(came),
        interested=int(came.sum()),
        foretold=float(foretold.mean()),
        observed=float(came.mean()),
        brier=brier(foretold, came),
        ece=ece(foretold, came),
        balance=balance(foretold, came),
    )
