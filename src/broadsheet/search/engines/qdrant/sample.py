"""What is known of all vectors from a sample of them: how far they spread, and which papers are near to everything.

The sample is the papers of the lowest lots (``points.lot_of``): spread evenly over the catalogue, the same in every
process and on every node, and refreshed when the collection has grown or shrunk by a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from broadsheet.search.engines.base import Floats, Numbers

# The mean over a sample of this size is off by a fiftieth of the standard deviation.
SAMPLE_SIZE = 2_048
# A paper's hubness is its mean cosine with this many of the sample that are nearest to it (the r of CSLS; A. Conneau et
# al., "Word Translation Without Parallel Data", ICLR 2018).
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Papers, int64 (n,), and their unit rows, float32 (n, dims), taken when the collection had ``size`` vectors."""

    numbers: Numbers
    rows: Floats
    size: int

    def is_stale(self, size: int) -> bool:
        """Whether the collection has changed so much that another sample is due."""
        return abs(size - self.size) * 10 > self.size

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine with ``vector``; zeros without any rows."""
        if not len(self.rows):
            return 0.0, 0.0
        cosines = self.rows @ vector
        return float(cosines.mean()), float(cosines.std())

    def hubness(self, numbers: Numbers, vectors: Floats) -> Floats:
        """How near papers (n,) with unit rows (n, dims) are to their nearest in the sample but for themselves: (n,).

        Fewer are averaged where the sample is smaller; 0 where it has nothing else.
        """
        if not len(self.rows) or not len(vectors):
            return np.zeros(len(vectors), np.float32)
        cosines = vectors @ self.rows.T
        cosines[numbers[:, None] == self.numbers[None, :]] = -np.inf
        count = min(NEIGHBOURS, cosines.shape[1])
        nearest = np.partition(cosines, -count, axis=1)[:, -count:]
        there = np.isfinite(nearest)
        sums = np.where(there, nearest, 0).sum(axis=1)
        return np.asarray(sums / np.maximum(there.sum(axis=1), 1), np.float32)
