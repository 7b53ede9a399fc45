"""Made vectors as hard to search as real ones: mixtures around real vectors, and how hard they are.

A made vector is a real one moved by a random combination of the differences between its real neighbours, so that it
spreads in the directions in which its surroundings do, and its own neighbours lie as near as real neighbours lie.
How hard a set is to search is told by what the literature tells it with: the cosines of the nearest, the relative
contrast (He, Kumar and Chang 2012) and the local intrinsic dimension (Amsaleg et al. 2015, the estimator of maximum
likelihood), and by the recall of one and the same approximate index.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEIGHBOURS = 64
DIFFERENCES = 6
SPREAD = 0.7
ROWS_AT_ONCE = 4_096
NEAREST = 100


class Mixtures:
    """Makes vectors around real ones, float32 (papers, dims) of length 1."""

    def __init__(self, real: np.ndarray) -> None:
        self._real = np.asarray(real, np.float32)
        self._nearest = nearest(self._real, self._real, min(NEIGHBOURS + 1, len(real)))[0][:, 1:]

    def around(self, base: np.ndarray, rng: np.random.Generator, spread: float = SPREAD) -> np.ndarray:
        """One vector around each real vector numbered in ``base``, int (n,): float32 (n, dims) of length 1."""
        drawn = rng.integers(0, self._nearest.shape[1], (2, len(base), DIFFERENCES))
        weights = rng.normal(0, spread / np.sqrt(DIFFERENCES), (len(base), DIFFERENCES)).astype(np.float32)
        made = self._real[base]
        for number in range(DIFFERENCES):
            moved = self._real[self._nearest[base, drawn[0, :, number]]]
            moved -= self._real[self._nearest[base, drawn[1, :, number]]]
            made += weights[:, number, None] * moved
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    def partners(self, base: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A real neighbour of each real vector numbered in ``base``, int (n,)."""
        chosen: np.ndarray = self._nearest[base, rng.integers(0, self._nearest.shape[1], len(base))]
        return chosen


def nearest(
    vectors: np.ndarray, queries: np.ndarray, limit: int, allowed: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of ``vectors`` (n, dims) nearest to each of ``queries`` (q, dims): all compared, best first.

    ``allowed``, bool (n,), leaves the others out. Returns rows, int64 (q, limit), and cosines, float32 (q, limit); rows
    are -1 where fewer are allowed. Reads the vectors a slice at a time, so that they may lie on disk.
    """
    asked = np.asarray(queries, np.float32)
    rows = np.full((len(asked), limit), -1, np.int64)
    cosines = np.full((len(asked), limit), -np.inf, np.float32)
    for start in range(0, len(vectors), ROWS_AT_ONCE * 4):
        part = np.asarray(vectors[start : start + ROWS_AT_ONCE * 4])
        numbers = np.arange(start, start + len(part))
        if allowed is not None:
            part, numbers = part[allowed[numbers]], numbers[allowed[numbers]]
        compared = np.asarray(part, np.float32)
        for begin in range(0, len(asked), ROWS_AT_ONCE):
            block = slice(begin, begin + ROWS_AT_ONCE)
            scores = np.hstack([cosines[block], asked[block] @ compared.T])
            found = np.hstack([rows[block], np.broadcast_to(numbers, (len(scores), len(numbers)))])
            best = np.argpartition(-scores, limit - 1, axis=1)[:, :limit] if scores.shape[1] > limit else None
            if best is not None:
                scores, found = np.take_along_axis(scores, best, 1), np.take_along_axis(found, best, 1)
            cosines[block], rows[block] = scores, found
    order = np.argsort(-cosines, axis=1, kind="stable")
    return np.take_along_axis(rows, order, 1), np.take_along_axis(cosines, order, 1)


@dataclass(frozen=True, slots=True)
class Hardness:
    """How hard vectors are to search for given queries: medians over the queries."""

    first: float
    tenth: float
    hundredth: float
    contrast: float
    dimension: float


def hardness(vectors: np.ndarray, queries: np.ndarray) -> Hardness:
    """Measure float (n, dims) against float (q, dims), all of length 1; the queries must not be among the vectors."""
    _, cosines = nearest(vectors, queries, min(NEAREST, len(vectors)))
    distances = np.sqrt(np.maximum(2 - 2 * cosines.astype(np.float64), 1e-9))
    step = max(1, len(vectors) // 20_000)
    everything = np.asarray(vectors[::step], np.float32)
    mean = np.sqrt(np.maximum(2 - 2 * (np.asarray(queries, np.float32) @ everything.T), 0)).mean(axis=1)
    ratios = np.log(distances[:, :-1] / distances[:, -1:])
    dimension = -1 / np.minimum(ratios.mean(axis=1), -1e-9)
    return Hardness(
        float(np.median(cosines[:, 0])),
        float(np.median(cosines[:, min(9, cosines.shape[1] - 1)])),
        float(np.median(cosines[:, -1])),
        float(np.median(mean / distances[:, 0])),
        float(np.median(dimension)),
    )
