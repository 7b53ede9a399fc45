"""A solved profile as one direction among papers: scoring thousands of them is one product for each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats
from broadsheet.ranking.personal.metric import Metric, Parts

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Direction:
    """The sum of papers times their coefficients: ``dense`` float32 (d,), the others float32 (COLUMNS,).

    A part with no weight in the metric is None. ``constant`` is the same for all papers that are scored.
    """

    dense: Floats | None
    words: Floats | None
    wording: Floats | None
    names: Floats | None
    constant: float

    @classmethod
    def of(cls, parts: Parts, coefficients: Doubles, metric: Metric) -> Self:
        """Signals' papers, n rows, with the coefficient of each, float64 (n,)."""
        backdrop, weights = metric.backdrop, coefficients.astype(np.float32)
        wording, constant = None, 0.0
        if metric.wording and parts.wording is not None:
            wording = _sum(parts.wording, weights)
            if len(backdrop.wording):
                wording -= weights.sum() * backdrop.wording
                constant = -metric.wording * float(wording @ backdrop.wording)
        return cls(
            backdrop.centred(parts.dense).T @ weights if metric.meaning and parts.dense.shape[1] else None,
            _sum(parts.words, weights) if metric.words else None,
            wording,
            _sum(parts.names, weights) if metric.names and parts.names is not None and parts.names.nnz else None,
            constant,
        )

    def scores(self, candidates: Features, metric: Metric) -> Floats:
        """What ``Metric.kernel`` times the coefficients gives, but for rounding, float32 (candidates,)."""
        found = np.full(len(candidates), self.constant, np.float32)
        if self.dense is not None and candidates.dense.shape[1] == len(self.dense):
            found += metric.meaning * metric.backdrop.products(candidates.dense, self.dense[None, :])[:, 0]
        if self.words is not None:
            found += metric.words * (candidates.words @ self.words)
        if self.wording is not None:
            found += metric.wording * (candidates.wording @ self.wording)
        if self.names is not None and candidates.names is not None:
            found += metric.names * (candidates.names @ self.names)
        return found


def _sum(rows: csr_array, weights: Floats) -> Floats:
    found: Floats = np.bincount(
        rows.indices, np.repeat(weights, np.diff(rows.indptr)) * rows.data, minlength=rows.shape[1]
    ).astype(np.float32)
    return found
