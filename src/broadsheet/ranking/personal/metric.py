"""How alike two papers are: by meaning, by words, by how they are written, and by people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.backdrop import Backdrop
from broadsheet.ranking.personal.kinds import Floats

Doubles = NDArray[np.float64]


class Parts(NamedTuple):
    """What of papers is compared, in rows as in ``Features``; a part that is None is not."""

    dense: Floats
    words: csr_array
    names: csr_array | None = None
    wording: csr_array | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """The weights of the parts of a likeness, and the ``backdrop`` from which it stands out.

    ``closest`` is the weight of the nearest paper beside all that a person told (``Profile.scores``).
    """

    meaning: float = 0.5
    words: float = 1.0
    names: float = 2.0
    wording: float = 0.0
    closest: float = 0.0
    backdrop: Backdrop = field(default_factory=Backdrop.nothing)

    def kernel(self, ones: Parts, others: Parts) -> Doubles:
        """The likeness of each of the one papers with each of the others, float64 (ones, others)."""
        found = np.zeros((ones.words.shape[0], others.words.shape[0]))
        if self.words:
            found += self.words * _products(ones.words, others.words)
        if ones.dense.shape[1] and ones.dense.shape[1] == others.dense.shape[1]:
            found += self.meaning * (self.backdrop.centred(ones.dense) @ self.backdrop.centred(others.dense).T)
        if self.wording and ones.wording is not None and others.wording is not None:
            found += self.wording * self._wording(ones.wording, others.wording)
        if ones.names is not None and others.names is not None:
            found += self.names * _products(ones.names, others.names)
        return found

    def _wording(self, ones: csr_array, others: csr_array) -> Doubles:
        """Products about the mean, of which rows are not made: they would be full."""
        found = _products(ones, others)
        mean = self.backdrop.wording
        if len(mean):
            found += self.backdrop.wording_square - (ones @ mean)[:, None] - (others @ mean)[None, :]
        return found


def _products(ones: csr_array, others: csr_array) -> Doubles:
    return np.asarray((ones @ others.T).todense(), np.float64)


# Chosen on people's next papers of the daily papers before July 2025, by a split in time; see docs/ranking.md.
PERSONAL = Metric(meaning=0.02, words=0.0, names=1.0, wording=1.0, closest=0.1)
"""How papers are compared for people, as long as no backdrop is known."""
