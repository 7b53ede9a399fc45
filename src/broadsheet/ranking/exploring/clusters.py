"""Spherical k-means over unit vectors, the same for the same vectors and seed; and slots shared out over clusters.

Seeds are chosen by k-means++ (Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007), centres
are the directions of their members' sums (Dhillon and Modha, "Concept decompositions for large sparse text data using
clustering", 2001).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Floats, Numbers

MOST_ROUNDS = 25
# A cluster's weight is kept within these: no bad day closes a cluster, and no good one gives it the whole page.
LEAST_WEIGHT, MOST_WEIGHT = 0.25, 4.0
# Feedback counts as if so many slots had been shown before, with the mean success of all.
PRIOR_SLOTS = 5.0


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


def slots(labels: Numbers, count: int, *, weights: NDArray[np.floating] | None = None) -> Numbers:
    """How many of ``count`` slots each cluster gets, int64 (number of clusters,).

    In proportion to the clusters' sizes times their ``weights`` (all 1 without), by largest remainders; no cluster gets
    more slots than it has members, and what that leaves over goes to the others. The method of sampling in "Diversify
    and Conquer: Diversity-Centric Data Selection with Iterative Refinement". Raises ``ValueError`` where a label has no
    weight or a weight is negative.
    """
    sizes = np.bincount(labels) if len(labels) else np.zeros(0, dtype=np.int64)
    asked = np.ones(len(sizes)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(asked) < len(sizes) or (asked < 0).any():
        raise ValueError("each cluster needs a weight of at least 0")
    claims = sizes * asked[: len(sizes)]
    given = np.zeros(len(sizes), dtype=np.int64)
    left = min(count, int(sizes[claims > 0].sum()))
    while left:
        open_claims = np.where(given < sizes, claims, 0.0)
        exact = left * open_claims / open_claims.sum()
        more = np.minimum(np.floor(exact).astype(np.int64), sizes - given)
        if not more.any():
            # Less than one slot for each: the largest claims get one each, the first of equals first.
            remainder = np.where(open_claims > 0, exact, -1.0)
            more[np.argsort(-remainder, kind="stable")[: min(left, int((open_claims > 0).sum()))]] = 1
        given += more
        left -= int(more.sum())
    return given


def reweighted(weights: NDArray[np.floating], shown: NDArray[np.floating], liked: NDArray[np.floating]) -> Floats:
    """The clusters' weights after a day's feedback: more for those of which people liked more of what was shown.

    All are (number of clusters,): the weights so far, how many papers of a cluster were shown, and how many of those
    somebody opened, saved or voted for. A cluster of which nothing was shown keeps its weight; the mean over clusters
    stays 1. The refinement step of "Diversify and Conquer: Diversity-Centric Data Selection with Iterative Refinement".
    """
    total = float(np.sum(shown))
    if not total or not np.sum(liked):
        return np.asarray(weights, dtype=np.float32)
    mean = float(np.sum(liked)) / total
    success = (np.asarray(liked) + PRIOR_SLOTS * mean) / (np.asarray(shown) + PRIOR_SLOTS)
    found = np.clip(np.asarray(weights) * success / mean, LEAST_WEIGHT, MOST_WEIGHT)
    return np.asarray(found / found.mean(), dtype=np.float32)


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
