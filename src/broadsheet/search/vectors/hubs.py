"""How much of a hub each paper is: the mean of its largest cosines to a fixed sample of the index's own papers.

Hubs are near to everything in a space of many dimensions (Radovanovic, Nanopoulos and Ivanovic, "Hubs in space", 2010).
The mean cosine to the nearest is what CSLS takes off a similarity (Conneau et al., "Word translation without parallel
data", 2018); against a sample it costs the same for every paper, whatever the size of the index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.quantised import Floats

HUB_NEIGHBOURS = 10
SAMPLED = 2_048
# Up to this many papers an update itself draws the sample anew when their number has doubled: it takes a fraction of a
# second. Beyond it maintenance does.
MOST_REDRAWN = 8_192
# An odd number that spreads consecutive ones over 64 bits: 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
SPREADING = np.uint64(0x9E3779B97F4A7C15)


def sampled(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of these papers make the sample: positions, int64, of those whose hashed numbers are the smallest."""
    hashed = numbers.astype(np.uint64) * SPREADING
    chosen = np.argsort(hashed ^ (hashed >> np.uint64(32)), kind="stable")[:SAMPLED]
    return np.sort(chosen).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Sample:
    """The papers that others are compared with: numbers int64 (s,), unit vectors float32 (s, dims).

    ``drawn_from`` is how many papers the index had then.
    """

    numbers: NDArray[np.int64]
    vectors: Floats
    drawn_from: int

    def hubness(self, numbers: NDArray[np.int64], vectors: Floats) -> NDArray[np.float16]:
        """The mean of the HUB_NEIGHBOURS largest cosines of unit vectors (n, dims) to the sample, float16 (n,).

        A paper is not compared with itself. Fewer are averaged where the sample is smaller; 0 where it is empty.
        """
        if not len(self.numbers) or not len(numbers):
            return np.zeros(len(numbers), np.float16)
        cosines = vectors @ self.vectors.T
        order = np.argsort(self.numbers, kind="stable")
        place = np.minimum(np.searchsorted(self.numbers[order], numbers), len(order) - 1)
        own = self.numbers[order[place]] == numbers
        cosines[np.flatnonzero(own), order[place[own]]] = -np.inf
        most = min(HUB_NEIGHBOURS, cosines.shape[1])
        best = np.partition(cosines, cosines.shape[1] - most, axis=1)[:, -most:]
        there = np.isfinite(best)
        means: NDArray[np.float16] = (np.where(there, best, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)).astype(
            np.float16
        )
        return means

    def is_outgrown(self, count: int) -> bool:
        """Whether the index has twice as many papers as when the sample was drawn."""
        return count >= 2 * self.drawn_from
