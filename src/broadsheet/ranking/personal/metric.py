"""How alike two papers are: by meaning, by words, by how they are written, and by people."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.backdrop import Backdrop
from broadsheet.ranking.personal.kinds import Floats
from broadsheet.ranking.personal.narrow import Narrow

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """What of papers is compared, in rows as in ``Features``; a part that is None is not."""

    dense: Floats
    words: csr_array
    names: csr_array | None = None
    wording: csr_array | None = None

    @cached_property
    def narrow_words(self) -> Narrow:
        """The words without the columns that none of these has."""
        return Narrow.of(self.words)

    @cached_property
    def narrow_names(self) -> Narrow | None:
        """The same of the names."""
        return None if self.names is None else Narrow.of(self.names)

    @cached_property
    def narrow_wording(self) -> Narrow | None:
        """The same of the wording."""
        return None if self.wording is None else Narrow.of(self.wording)


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
            found += self.words * others.narrow_words.products(ones.words)
        if ones.dense.shape[1] and ones.dense.shape[1] == others.dense.shape[1]:
            found += self.meaning * (self.backdrop.centred(ones.dense) @ self.backdrop.centred(others.dense).T)
        if self.wording and ones.wording is not None and others.narrow_wording is not None:
            found += self.wording * self._wording(ones.wording, others.narrow_wording)
        if ones.names is not None and others.narrow_names is not None:
            found += self.names * others.narrow_names.products(ones.names)
        return found

    def _wording(self, ones: csr_array, others: Narrow) -> Doubles:
        """Products about the mean, of which rows are not made: they would be full."""
        found = others.products(ones)
        mean = self.backdrop.wording
        if len(mean):
            theirs = others.rows @ mean[others.columns]
            found += self.backdrop.wording_square - (ones @ mean)[:, None] - theirs[None, :]
        return found


# Chosen on people's next papers of the daily papers before July 2025, by a split in time; see docs/ranking.md.
PERSONAL = Metric(meaning=0.025, words=0.0, names=1.0, wording=1.0, closest=0.1)
"""How papers are compared for people, as long as no backdrop is known."""
