"""What papers owe to the papers like them: scores smoothed over nearest neighbours, within one answer.

Papers that resemble each other answer the same questions (F. Diaz 2005, "Regularizing ad hoc retrieval scores"). The
neighbours are looked for among the papers that are being ranked, whose vectors are in hand anyway; so nothing is stored
and nothing has to be kept up to date. Decision 0016 has what it brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEIGHBOURS: Final = 6
VECTOR_SHARE: Final = 0.8
WORDS_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Company:
    """The nearest neighbours of each paper: rows int64 (n, k), and the length of its smoothed vector, float32 (n,)."""

    rows: NDArray[np.int64]
    lengths: Floats

    @classmethod
    def of(cls, vectors: Floats) -> Company:
        """The neighbours of papers with these unit vectors (n, dims), among themselves."""
        count = min(NEIGHBOURS, max(0, len(vectors) - 1))
        if not count:
            return cls(np.empty((len(vectors), 0), np.int64), np.ones(len(vectors), np.float32))
        likeness = vectors @ vectors.T
        np.fill_diagonal(likeness, -2)
        rows = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        means = vectors[rows].mean(axis=1)
        to_means = np.take_along_axis(likeness, rows, axis=1).mean(axis=1)
        squares = 1 + 2 * VECTOR_SHARE * to_means + VECTOR_SHARE**2 * (means * means).sum(axis=1)
        return cls(rows, np.sqrt(np.maximum(squares, 1e-6)).astype(np.float32))

    def nearness(self, cosines: Floats) -> Floats:
        """The cosines that papers would have whose vectors were moved towards their neighbours, float32 (n,).

        A paper's vector is replaced by itself and VECTOR_SHARE of the mean of its neighbours' vectors, of length 1.
        """
        if not self.rows.shape[1]:
            return cosines
        moved: Floats = ((cosines + VECTOR_SHARE * cosines[self.rows].mean(axis=1)) / self.lengths).astype(np.float32)
        return moved

    def shared(self, scores: Floats) -> Floats:
        """Scores of which WORDS_SHARE is the mean of the neighbours', float32 (n,)."""
        if not self.rows.shape[1]:
            return scores
        mixed: Floats = ((1 - WORDS_SHARE) * scores + WORDS_SHARE * scores[self.rows].mean(axis=1)).astype(np.float32)
        return mixed
