"""What is known of all vectors from a sample of them: how far they spread.

The sample is the papers of the lowest lots (``points.lot_of``): spread evenly over the catalogue, the same in every
process and on every node, and refreshed when the collection has grown or shrunk by a tenth.
"""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.search.engines.base import Floats, Numbers

# The mean over a sample of this size is off by a fiftieth of the standard deviation.
SAMPLE_SIZE = 2_048


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
