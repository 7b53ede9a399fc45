"""What papers have in common before anybody takes one: the background that a likeness stands out from.

Whoever did not take a paper has not said that they do not want it. So papers of which nothing was told are no negatives
here (compare "Beyond the Selected Completely At Random Assumption for Learning from Positive and Unlabeled Data"): they
only tell what is usual, and their mean is taken away from each paper before papers are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats

LEAST_PAPERS = 50


@dataclass(frozen=True)
class Backdrop:
    """The mean vector of papers, float32 (d,), and the mean row of their wording, float32 (COLUMNS,).

    Empty ones are known of nothing, and take nothing away.
    """

    dense: Floats
    wording: Floats

    @classmethod
    def of(cls, features: Features) -> Self:
        """Learn from papers, whoever took them; nothing from fewer than ``LEAST_PAPERS``."""
        if len(features) < LEAST_PAPERS:
            return cls.nothing()
        has_vector = np.asarray(features.dense.any(axis=1))
        count = int(has_vector.sum())
        dense = features.dense[has_vector].mean(axis=0) if count >= LEAST_PAPERS else np.empty(0)
        return cls(dense.astype(np.float32), np.asarray(features.wording.mean(axis=0), np.float32).ravel())

    @classmethod
    def nothing(cls) -> Self:
        """The backdrop of no papers."""
        return cls(np.empty(0, np.float32), np.empty(0, np.float32))

    @cached_property
    def wording_square(self) -> float:
        """The squared length of the mean row of wording."""
        return float(self.wording @ self.wording)

    def centred(self, dense: Floats) -> Floats:
        """Unit vectors about the mean, float32 (n, d), of unit vectors of the same shape; zeros stay zeros."""
        if dense.shape[1] != len(self.dense):
            return dense
        moved = dense - self.dense
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        there = dense.any(axis=1, keepdims=True) & (lengths > 0)
        found: Floats = np.where(there, moved / np.where(lengths > 0, lengths, 1), 0).astype(np.float32)
        return found

    def lengths(self, dense: Floats) -> Floats:
        """How long each of unit vectors (n, d) is about the mean, float32 (n,), infinite for zeros.

        ``centred(dense) @ direction`` is ``(dense @ direction - mean @ direction) / lengths``, without a copy of them.
        """
        squares = np.einsum("ij,ij->i", dense, dense)
        lengths = np.ones(len(dense), np.float32)
        if dense.shape[1] == len(self.dense):
            lengths = np.sqrt(np.maximum(squares - 2 * (dense @ self.dense) + self.dense @ self.dense, 1e-12))
        return np.where(squares > 0, lengths, np.inf).astype(np.float32)
