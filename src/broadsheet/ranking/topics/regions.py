"""Regions of a map: groups of papers that are alike and lie together.

Ward's method ("Hierarchical grouping to optimize an objective function", 1963) over vectors and positions at once: by
vectors alone a group lies in pieces all over the map, by positions alone it says less. How many groups is read off the
data: the division with the best silhouette (Rousseeuw, "Silhouettes", 1987). ``benchmarks/topic_map.py`` measures it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage

from broadsheet.ranking.personal.kinds import Floats, Numbers
from broadsheet.ranking.topics.projection import Plane

POSITION_SHARE = 0.5
"""What a standard deviation on the map weighs beside the distance of vectors."""
FEWEST_TO_DIVIDE = 8
FEWEST_IN_A_REGION = 3
MOST_REGIONS = 16
_PAPERS_A_REGION_AT_MOST, _PAPERS_A_REGION_AT_LEAST = 18, 5


def regions(dense: Floats, plane: Plane) -> Numbers:
    """The region of each paper, int64 (n,), from 0 without gaps, the largest first, the one with the first row on ties.

    ``dense`` is float32 (n, d), unit rows; ``plane`` float64 (n, 2), their positions.
    """
    count = len(dense)
    if count < FEWEST_TO_DIVIDE:
        return np.zeros(count, np.int64)
    rows = _joined(dense, plane)
    tree = linkage(rows, "ward")
    apart = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (dense @ dense.T)).astype(np.float64))
    best, best_score = np.zeros(count, np.int64), -1.0
    for number in _numbers(count):
        labels = cut_tree(tree, n_clusters=[number]).ravel().astype(np.int64)
        if np.bincount(labels).min() < FEWEST_IN_A_REGION:
            continue
        if (score := silhouette(apart, labels)) > best_score + 1e-9:
            best, best_score = labels, score
    return _largest_first(best)


def silhouette(apart: NDArray[np.float64], labels: Numbers) -> float:
    """The mean silhouette, -1 to 1, of a division by distances (n, n) into at least two groups."""
    count, number = len(labels), int(labels.max()) + 1
    groups = np.zeros((count, number))
    groups[np.arange(count), labels] = 1.0
    sizes = groups.sum(axis=0)
    sums = apart @ groups
    own = sums[np.arange(count), labels] / np.maximum(sizes[labels] - 1, 1)
    means = sums / sizes
    means[np.arange(count), labels] = np.inf
    others = means.min(axis=1)
    larger = np.maximum(own, others)
    found = np.divide(others - own, larger, out=np.zeros(count), where=larger > 0)
    return float(np.where(sizes[labels] > 1, found, 0.0).mean())


def _numbers(count: int) -> range:
    """The numbers of regions to choose from."""
    least = max(2, -(-count // _PAPERS_A_REGION_AT_MOST))
    return range(min(least, MOST_REGIONS), min(MOST_REGIONS, count // _PAPERS_A_REGION_AT_LEAST) + 1)


def _joined(dense: Floats, plane: Plane) -> NDArray[np.float64]:
    """What papers are compared by: vectors without what all have in common, and positions."""
    centred = dense.astype(np.float64) - dense.mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    centred = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 1e-9)
    spread = float(plane.std())
    positions = (plane - plane.mean(axis=0)) / spread if spread > 0 else np.zeros_like(plane)
    return np.hstack([centred, positions * POSITION_SHARE])


def _largest_first(labels: Numbers) -> Numbers:
    present, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(present)), key=lambda one: (-sizes[one], first[one]))
    renamed = np.empty(len(present), np.int64)
    renamed[order] = np.arange(len(present))
    found: Numbers = renamed[np.searchsorted(present, labels)]
    return found
