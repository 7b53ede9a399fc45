"""How alike two papers are: by meaning, by words and by people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.kinds import Floats

Parts = tuple[Floats, csr_array, csr_array | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """The weights of the three parts of a likeness."""

    meaning: float = 0.5
    words: float = 1.0
    names: float = 2.0

    def kernel(self, ones: Parts, others: Parts) -> NDArray[np.float64]:
        """The likeness of each of the one papers with each of the others, float64 (ones, others)."""
        found = self.words * np.asarray((ones[1] @ others[1].T).todense(), np.float64)
        if ones[0].shape[1] and others[0].shape[1]:
            found += self.meaning * (ones[0] @ others[0].T)
        if ones[2] is not None and others[2] is not None:
            found += self.names * np.asarray((ones[2] @ others[2].T).todense(), np.float64)
        return found
