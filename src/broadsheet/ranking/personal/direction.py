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
from broadsheet.ranking.personal.narrow import Narrow, Renumbered

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Candidates, n of them, with what is the same for all people, so that each person takes less.

    ``lengths``: float32 (n,), how long each vector is about the mean, infinite where a paper has none. ``usual``:
    float32 (n,), the product of each wording with the mean row. Parts that the metric gives no weight are None.
    """

    features: Features
    lengths: Floats | None
    words: Renumbered | None
    wording: Renumbered | None
    usual: Floats
    names: Renumbered | None

    @classmethod
    def of(cls, features: Features, metric: Metric, *, is_for_many: bool = True) -> Self:
        """Prepare candidates for everybody whose profile has this metric.

        Those that are not ``is_for_many`` people are prepared at less cost, and take each person longer.
        """
        backdrop = metric.backdrop
        has_mean = metric.wording and len(backdrop.wording)
        has_vectors = metric.meaning and features.dense.shape[1]
        return cls(
            features,
            backdrop.lengths(features.dense) if has_vectors else None,
            _kept(features.words, metric.words, is_for_many),
            _kept(features.wording, metric.wording, is_for_many),
            np.asarray(features.wording @ backdrop.wording) if has_mean else np.zeros(len(features), np.float32),
            _kept(features.names, metric.names, is_for_many),
        )


@dataclass(frozen=True, slots=True)
class Direction:
    """The sum of papers times their coefficients, whose sum is ``weight``: ``dense`` float32 (d,), and sparse parts.

    A part with no weight in the metric is None.
    """

    dense: Floats | None
    words: _Sum | None
    wording: _Sum | None
    names: _Sum | None
    weight: float

    @classmethod
    def of(cls, parts: Parts, coefficients: Doubles, metric: Metric) -> Self:
        """Signals' papers, n rows, with the coefficient of each, float64 (n,)."""
        weights = coefficients.astype(np.float32)
        return cls(
            metric.backdrop.centred(parts.dense).T @ weights if metric.meaning and parts.dense.shape[1] else None,
            _sum(parts.narrow_words, weights) if metric.words else None,
            _sum(parts.narrow_wording, weights) if metric.wording else None,
            _sum(parts.narrow_names, weights) if metric.names else None,
            float(weights.sum()),
        )

    def scores(self, candidates: Prepared, metric: Metric) -> Floats:
        """What ``Metric.kernel`` times the coefficients gives, but for rounding, float32 (candidates,)."""
        features, backdrop = candidates.features, metric.backdrop
        found = np.zeros(len(features), np.float32)
        if self.dense is not None and candidates.lengths is not None and features.dense.shape[1] == len(self.dense):
            mean = backdrop.dense @ self.dense if len(backdrop.dense) == len(self.dense) else np.float32(0)
            found += metric.meaning * (features.dense @ self.dense - mean) / candidates.lengths
        if self.words and candidates.words:
            found += metric.words * candidates.words.times(*self.words)
        if self.wording and candidates.wording:
            found += metric.wording * candidates.wording.times(*self.wording)
            if len(backdrop.wording):
                columns, values = self.wording
                usual = float(values @ backdrop.wording[columns]) - self.weight * backdrop.wording_square
                found -= metric.wording * (self.weight * candidates.usual + np.float32(usual))
        if self.names and candidates.names:
            found += metric.names * candidates.names.times(*self.names)
        return found


_Sum = tuple[NDArray[np.int64], Floats]
"""Columns, sorted, and what there is in each."""


def _kept(rows: csr_array | None, weight: float, is_for_many: bool) -> Renumbered | None:
    if rows is None or not weight:
        return None
    return Renumbered.of(rows) if is_for_many else Renumbered(None, rows)


def _sum(rows: Narrow | None, weights: Floats) -> _Sum | None:
    return (rows.columns, rows.summed(weights)) if rows is not None else None
