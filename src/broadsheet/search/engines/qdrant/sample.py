"""What is known of all vectors from a sample of them: how far they spread, and which papers are near to everything.

The sample is the papers of the lowest lots (``points.lot_of``): spread evenly over the catalogue, the same in every
process and on every node, and refreshed when the collection has grown or shrunk by a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from broadsheet.search.engines.base import Floats

# The mean over a sample of this size is off by a fiftieth of the standard deviation.
SAMPLE_SIZE = 2_500
# A paper's hubness is its mean cosine with this many of the sample that are nearest to it (the r of CSLS; A. Conneau et
# al., "Word Translation Without Parallel Data", ICLR 2018).
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Unit rows, float32 (n, dims), taken when the collection had ``size`` vectors."""

    rows: Floats
    size: int

    def is_stale(self, size: int) -> bool:
        """Whether the collection has changed so much that another sample is due."""
        return abs(size - self.size) * 10 > self.size

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine with ``vector``; (0, 1) without any rows."""
        if not len(self.rows):
            return 0.0, 1.0
        cosines = self.rows @ vector
        return float(cosines.mean()), float(cosines.std()) or 1.0

    def hubness(self, vectors: Floats) -> Floats:
        """For unit rows, float32 (n, dims), how near each is to its nearest in the sample, float32 (n,)."""
        count = min(NEIGHBOURS, len(self.rows))
        if not count or not len(vectors):
            return np.zeros(len(vectors), np.float32)
        cosines = vectors @ self.rows.T
        # A paper of the sample is not its own neighbour.
        cosines[cosines > 1 - 1e-4] = -1
        nearest = np.partition(cosines, -count, axis=1)[:, -count:]
        return np.asarray(nearest.mean(axis=1), np.float32)
