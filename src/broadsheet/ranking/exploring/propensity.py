"""How likely a place of a list is looked at, estimated from what people clicked and what they were shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

# No click weighs more than this many: bounds the variance, at the price of some bias at the last places.
HEAVIEST = 20.0


@dataclass(frozen=True, slots=True)
class ClickLog:
    """What was shown and what of it was clicked: n rows, those of a list one after the other.

    ``lists`` names the list of each row and ``positions`` its place from 0 on, both int64 (n,). ``features`` is float64
    (n, d), what the ranker knows of a paper for a person. ``clicks`` and ``is_drawn`` (by lot) are bool (n,).
    """

    lists: Integers
    positions: Integers
    features: Doubles
    clicks: Booleans
    is_drawn: Booleans

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where lengths differ, or the rows of a list do not stand together."""
        n = len(self.lists)
        if {len(self.positions), len(self.features), len(self.clicks), len(self.is_drawn)} != {n}:
            raise ValueError("the columns of a log must be equally long")
        if len(self.starts) != len(np.unique(self.lists)):
            raise ValueError("the rows of a list must stand together")

    @property
    def starts(self) -> Integers:
        """The first row of each list."""
        if not len(self.lists):
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(np.r_[True, self.lists[1:] != self.lists[:-1]]).astype(np.int64)

    def first(self, places: int) -> Self:
        """The rows of the first ``places`` of each list."""
        rows = self.positions < places
        return type(self)(
            self.lists[rows], self.positions[rows], self.features[rows], self.clicks[rows], self.is_drawn[rows]
        )


@dataclass(frozen=True, slots=True)
class Positions:
    """How likely each place is looked at, beside the first: float64 (places,), the first 1, none above 1 or at 0.

    ``shown`` and ``clicked`` (int64, places) tell from how much each was estimated.
    """

    examined: Doubles
    shown: Integers
    clicked: Integers

    def of(self, positions: Integers) -> Doubles:
        """The propensity of each place (from 0 on); places beyond the last have that of the last."""
        return self.examined[np.minimum(positions, len(self.examined) - 1)]

    def weights(self, positions: Integers, *, heaviest: float = HEAVIEST) -> Doubles:
        """What a click at each place weighs: the inverse propensity, at most ``heaviest``.

        "Unbiased Learning-to-Rank with Biased Feedback" (Joachims and others, 2017), with clipped weights.
        """
        return np.minimum(1.0 / self.of(positions), heaviest)


def by_lots(log: ClickLog, places: int) -> tuple[Doubles, Integers]:
    """The share of drawn papers that were clicked at each of the first ``places``, and how many: both (places,).

    Where each drawn paper may as well have got any of the places, what stands in one is as good as what stands in
    another, and the shares differ as the places are looked at: an experiment, which assumes nothing of relevance.
    Where nothing was drawn the share is 0.
    """
    drawn = log.is_drawn & (log.positions < places)
    shown = np.bincount(log.positions[drawn], minlength=places)
    clicked = np.bincount(log.positions[drawn & log.clicks], minlength=places).astype(np.int64)
    return clicked / np.maximum(shown, 1), clicked
