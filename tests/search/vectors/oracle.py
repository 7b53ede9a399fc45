"""What a vector index must answer, by comparing everything in numpy; and vectors to try it with."""

from __future__ import annotations

import numpy as np

from broadsheet.search.vectors import VectorIndex

MODEL = "a model"


def unit_vectors(count: int, dims: int = 16, *, seed: int = 0) -> np.ndarray:
    """Vectors of length 1 that lie in clusters, float32 (count, dims)."""
    drawn = np.random.default_rng(seed)
    centres = drawn.normal(size=(max(1, count // 50), dims))
    vectors = centres[drawn.integers(len(centres), size=count)] + 0.6 * drawn.normal(size=(count, dims))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Oracle:
    """The papers with their vectors as the index keeps them, in a plain dictionary."""

    def __init__(self) -> None:
        self.vectors: dict[int, np.ndarray] = {}

    def update(self, numbers, vectors, gone) -> None:
        """Forget ``gone``, then take the vectors, a later one of a number over an earlier."""
        for number in gone:
            self.vectors.pop(int(number), None)
        for number, vector in zip(numbers, vectors, strict=True):
            self.vectors[int(number)] = _as_stored(vector)

    def numbers(self) -> list[int]:
        """All papers, sorted."""
        return sorted(self.vectors)

    def cosines(self, vector: np.ndarray, allowed: np.ndarray | None) -> dict[int, float]:
        """The cosine of every allowed paper."""
        return {
            number: float(stored @ vector)
            for number, stored in self.vectors.items()
            if allowed is None or (number < len(allowed) and allowed[number])
        }


def agree(
    index: VectorIndex, oracle: Oracle, vector: np.ndarray, allowed: np.ndarray | None = None, limit: int = 10
) -> None:
    """Hold an index whose papers are all compared to the oracle: the papers, their order, and their cosines."""
    numbers, cosines = index.nearest(vector, limit, allowed)
    expected = oracle.cosines(vector, allowed)
    assert len(numbers) == len(set(numbers.tolist())) == min(limit, len(expected))
    best = sorted(expected.values(), reverse=True)[:limit]
    assert np.allclose(cosines, best, atol=2e-4)
    assert np.allclose(cosines, [expected[int(number)] for number in numbers], atol=2e-4)
    assert (np.diff(cosines) <= 0).all()


def agrees_in_all(index: VectorIndex, oracle: Oracle, vector: np.ndarray) -> None:
    """Hold everything an index tells to the oracle."""
    assert index.numbers().tolist() == oracle.numbers()
    assert index.count() == len(oracle.vectors)
    agree(index, oracle, vector)
    asked = np.array([*oracle.numbers()[:20], 10**9, 10**7])
    vectors, there = index.vectors_of(asked)
    assert there.tolist() == [int(number) in oracle.vectors for number in asked]
    for number, row in zip(asked[there], vectors[there], strict=True):
        assert np.allclose(row, oracle.vectors[int(number)], atol=1e-6)
    known = np.isfinite(index.cosines(vector, asked))
    assert known.tolist() == there.tolist() == np.isfinite(index.hubness(asked)).tolist()
    if oracle.vectors:
        all_cosines = np.stack(list(oracle.vectors.values())) @ vector
        assert np.allclose(index.spread(vector), (all_cosines.mean(), all_cosines.std()), atol=1e-3)


def _as_stored(vector: np.ndarray) -> np.ndarray:
    """A vector rounded to steps of a 127th of its largest component, of length 1 again."""
    rounded = np.rint(vector * (np.float32(127) / np.abs(vector).max())).astype(np.float32)
    return rounded / np.linalg.norm(rounded)
