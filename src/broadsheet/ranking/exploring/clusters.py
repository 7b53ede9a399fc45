"""Spherical k-means over unit vectors, the same for the same vectors and seed.

Seeds are chosen by k-means++ (Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007), centres
are the directions of their members' sums (Dhillon and Modha, "Concept decompositions for large sparse text data using
clustering", 2001).
"""

from __future__ import annotations

import numpy as np

from broadsheet.ranking.personal.kinds import Floats, Numbers

MOST_ROUNDS = 25


def cluster(dense: Floats, k: int, *, seed: int = 0) -> tuple[Numbers, Floats]:
    """Divide unit rows into at most ``k`` clusters.

    ``dense`` is (n, d). Gives the label of each row, int64 (n,), from 0 without gaps, and the centres as unit rows,
    float32 (number of clusters, d). There are fewer than ``k`` where there are fewer different rows. The same vectors
    and ``seed`` give the same clusters. Raises ``ValueError`` for a ``k`` below 1.
    """
    if k < 1:
        raise ValueError(f"{k} clusters: expected at least one")
    rows = np.asarray(dense, dtype=np.float32)
    if not len(rows):
        return np.zeros(0, dtype=np.int64), np.zeros((0, rows.shape[1] if rows.ndim == 2 else 0), dtype=np.float32)
    centres = rows[_seeds(rows, k, np.random.default_rng(seed))]
    labels = np.full(len(rows), -1, dtype=np.int64)
    for _round in range(MOST_ROUNDS):
        found = np.argmax(rows @ centres.T, axis=1).astype(np.int64)
        if np.array_equal(found, labels):
            break
        labels = found
        centres = _centres(rows, labels, centres)
    present, labels = np.unique(labels, return_inverse=True)
    return labels.astype(np.int64), centres[present]


def _seeds(rows: Floats, k: int, random: np.random.Generator) -> list[int]:
    """Rows far from each other: each is drawn by its squared distance from the nearest chosen before."""
    chosen = [int(random.integers(len(rows)))]
    nearest = np.maximum(0.0, 1.0 - rows @ rows[chosen[0]]).astype(np.float64)
    nearest[nearest < 1e-6] = 0.0
    while len(chosen) < min(k, len(rows)) and (total := nearest.sum()) > 0:
        chosen.append(int(np.searchsorted(np.cumsum(nearest), random.random() * total, side="right")))
        nearest = np.minimum(nearest, np.maximum(0.0, 1.0 - rows @ rows[chosen[-1]]))
        nearest[nearest < 1e-6] = 0.0
    return chosen


def _centres(rows: Floats, labels: Numbers, before: Floats) -> Floats:
    """The directions of the members' sums; a cluster without members, or whose members cancel, keeps its centre."""
    order = np.argsort(labels, kind="stable")
    present, starts = np.unique(labels[order], return_index=True)
    sums = np.add.reduceat(rows[order], starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centres = before.copy()
    is_told = lengths[:, 0] > 1e-9
    centres[present[is_told]] = sums[is_told] / lengths[is_told]
    return centres
