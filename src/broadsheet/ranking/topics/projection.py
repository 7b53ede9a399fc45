"""Papers on a plane: positions at which papers that are alike lie side by side.

Exact t-SNE (van der Maaten and Hinton, "Visualizing data using t-SNE", 2008) of cosine distances, begun at the two
principal components so that the large order of the map is theirs and not chance's (Kobak and Berens, "The art of using
t-SNE for single-cell transcriptomics", 2019). ``benchmarks/topic_map.py`` measures it against those components alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Floats

Plane = NDArray[np.float64]

PERPLEXITY = 30.0
"""About so many neighbours of each paper are kept near it."""
ROUNDS, EARLY_ROUNDS = 400, 100
EXAGGERATION = 6.0
FEWEST_TO_ARRANGE = 5
"""Fewer points are where their principal components are."""
_BISECTIONS = 40
_SMALLEST = 1e-12


def project(dense: Floats) -> Plane:
    """Positions of unit rows, float32 (n, d), on the unit square: float64 (n, 2), each axis from 0 to 1.

    The same rows in the same order give the same positions. Rows that are all alike lie in the middle.
    """
    rows = np.asarray(dense, np.float64)
    components = principal_components(rows)
    if len(rows) >= FEWEST_TO_ARRANGE and components.any():
        components = _arranged(_distances(rows), components)
    return _on_unit_square(components)


def principal_components(rows: NDArray[np.floating]) -> Plane:
    """The two first principal components of rows (n, d): float64 (n, 2), the larger end of each pointing up."""
    if not len(rows):
        return np.zeros((0, 2))
    centred = np.asarray(rows, np.float64) - np.mean(rows, axis=0, dtype=np.float64)
    # Of the n by n products: there are fewer papers on a map than a vector has dimensions, or not many more.
    values, vectors = np.linalg.eigh(centred @ centred.T)
    found = np.zeros((len(rows), 2))
    for axis in range(min(2, len(rows))):
        value, vector = values[-1 - axis], vectors[:, -1 - axis]
        if value > 1e-9:
            # The sign of an eigenvector means nothing, so that it is chosen here.
            found[:, axis] = vector * np.sqrt(value) * np.sign(vector[np.argmax(np.abs(vector))])
    return found


def _distances(rows: Plane) -> Plane:
    """Squared distances (n, n) of unit rows."""
    found: Plane = np.maximum(0.0, 2.0 - 2.0 * (rows @ rows.T))
    np.fill_diagonal(found, 0.0)
    return found


def _arranged(distances: Plane, start: Plane) -> Plane:
    """Move points until near papers are near, by gradient descent with momentum and a gain for each coordinate."""
    count = len(start)
    wanted = _neighbourhoods(distances, min(PERPLEXITY, (count - 1) / 3)).astype(np.float32)
    points = (start / max(float(np.std(start[:, 0])), _SMALLEST) * 1e-2).astype(np.float32)
    speed, gains = np.zeros_like(points), np.ones_like(points)
    rate = max(count / EXAGGERATION / 4, 10.0)
    for turn in range(ROUNDS):
        is_early = turn < EARLY_ROUNDS
        slope = _slope(wanted * EXAGGERATION if is_early else wanted, points)
        gains = np.where(np.sign(slope) != np.sign(speed), gains + 0.2, gains * 0.8).clip(0.01)
        speed = (0.5 if is_early else 0.8) * speed - rate * gains * slope
        points = points + speed
        points -= points.mean(axis=0)
    return points.astype(np.float64)


def _slope(wanted: NDArray[np.float32], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """The gradient (n, 2) of the divergence of where points are from what is wanted."""
    squares = np.einsum("ij,ij->i", points, points)
    kernel = points @ points.T
    kernel *= -2
    kernel += squares[:, None]
    kernel += squares[None, :]
    kernel += 1
    np.reciprocal(kernel, out=kernel)
    np.fill_diagonal(kernel, 0.0)
    pull = wanted - kernel / max(float(kernel.sum()), _SMALLEST)
    pull *= kernel
    found: NDArray[np.float32] = 4 * (pull.sum(axis=1)[:, None] * points - pull @ points)
    return found


def _neighbourhoods(distances: Plane, perplexity: float) -> Plane:
    """How much each pair belongs together, (n, n), summing to 1: as many neighbours for each point as ``perplexity``.

    The width of each point's neighbourhood is found by bisection, for all points at once.
    """
    count, goal = len(distances), np.log(perplexity)
    low, high, beta = np.zeros(count), np.full(count, np.inf), np.ones(count)
    # Of the distances of each point only differences matter; the least is 0 so that no row vanishes.
    apart = distances + np.where(np.eye(count, dtype=bool), np.inf, 0.0)
    apart -= apart.min(axis=1, keepdims=True)
    finite = np.where(np.isfinite(apart), apart, 0.0)
    for _turn in range(_BISECTIONS):
        weights = np.exp(-apart * beta[:, None])
        total = weights.sum(axis=1)
        entropy = np.log(total) + beta * (weights * finite).sum(axis=1) / total
        is_wide = entropy > goal
        low, high = np.where(is_wide, beta, low), np.where(is_wide, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + high) / 2)
    weights = np.exp(-apart * beta[:, None])
    weights /= weights.sum(axis=1, keepdims=True)
    both = weights + weights.T
    found: Plane = np.maximum(both / both.sum(), _SMALLEST)
    return found


def _on_unit_square(points: Plane) -> Plane:
    if not len(points):
        return points
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high - low > _SMALLEST, high - low, 1.0)
    found: Plane = np.where(high - low > _SMALLEST, (points - low) / span, 0.5)
    return found
