"""Taking off a paper's nearness what it has for every question.

Hubs are near to everything in a space of many dimensions (Radovanovic, Nanopoulos and Ivanovic 2010, "Hubs in space").
CSLS takes off a similarity what a point has to its nearest on the other side (Conneau et al. 2018, "Word translation
without parallel data"); for questions that side are questions, not papers: hubs among papers are others. So the titles
of a sample of papers stand for questions, and a paper's *hubness* is what has to be taken off its cosines for it to be
among the nearest as often as any other paper: with a threshold for each title (the corrected cosine of its last paper
that counts) it is the e-th largest of cosine minus threshold, when a paper's fair share is e titles. Thresholds and
hubness follow from each other; they are found in turn, as in an auction (Bertsekas 1988).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STRENGTH: Final = 0.8
# As many titles at most stand for questions, and thresholds are found on as many papers.
MOST_TITLES: Final = 6_144
MOST_COMPARED: Final = 6_144
# So many papers count as near to a title, and so often, and by how much of what is wanted, both sides are adjusted.
NEAR: Final = 20
# Among fewer papers none can be told to be a hub.
LEAST_PAPERS: Final = 50
_ROUNDS: Final = 10
_STEP: Final = 0.5
_ROWS_AT_ONCE: Final = 4_096


def corrected(cosines: Floats, hubness: Floats) -> Floats:
    """Cosines without what each paper has for every question, float32 (n,); NaN stays NaN."""
    taken_off: Floats = (cosines - STRENGTH * hubness).astype(np.float32)
    return taken_off


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles that stand for questions.

    ``vectors`` float32 (s, dims), unit rows; ``numbers`` int64 (s,), whose titles they are; ``thresholds`` float32
    (s,). ``share`` is among how many of these titles' nearest a paper has to be to be no hub. ``drawn_from`` is how
    many papers the index had when they were drawn.
    """

    vectors: Floats
    numbers: NDArray[np.int64]
    thresholds: Floats
    share: int
    drawn_from: int = 0

    @classmethod
    def none(cls, dims: int) -> Titles:
        """No titles: then no paper is a hub."""
        return cls(np.empty((0, dims), np.float32), np.empty(0, np.int64), np.empty(0, np.float32), 1)

    def are_outgrown(self, count: int) -> bool:
        """Whether the index has twice as many papers as when these were drawn."""
        return count >= max(LEAST_PAPERS, 2 * self.drawn_from)

    def drawn_at(self, count: int) -> Titles:
        """These titles, noted as drawn when the index had ``count`` papers with a vector."""
        return replace(self, drawn_from=count)

    def hubness(self, numbers: NDArray[np.int64], vectors: Floats) -> Floats:
        """What to take off the cosines of papers, float32 (n,); a paper's own title does not count.

        ``numbers`` int64 (n,), ``vectors`` unit rows (n, dims). Zero where there are no titles.
        """
        if not len(self.vectors):
            return np.zeros(len(numbers), np.float32)
        found = np.empty(len(numbers), np.float32)
        for part in _parts(len(numbers)):
            above = self.vectors @ vectors[part].T - self.thresholds[:, None]
            _leave_out_own(above, self.numbers, numbers[part])
            found[part] = _largest(above, self.share, axis=0)
        return found


def titles_for(titles: Floats, of_papers: NDArray[np.int64], numbers: NDArray[np.int64], vectors: Floats) -> Titles:
    """Titles with thresholds at which every paper is near to as many of them as any other.

    ``titles`` are the unit vectors (s, dims) of titles as questions, ``of_papers`` int64 (s,) whose they are;
    ``numbers`` int64 (n,) and ``vectors`` (n, dims) are the papers they are compared with, MOST_COMPARED at most: some
    matrices of s times n float32 are held at once.
    """
    if not len(titles) or not len(numbers):
        return Titles(titles[:0], of_papers[:0], np.empty(0, np.float32), 1)
    near = min(NEAR, len(numbers))
    share = min(max(1, round(near * len(titles) / len(numbers))), len(titles))
    cosines = titles @ vectors.T
    _leave_out_own(cosines, of_papers, numbers)
    hubness = np.zeros(len(numbers), np.float32)
    thresholds = _largest(cosines, near, axis=1)
    for _ in range(_ROUNDS):
        thresholds = _largest(cosines - hubness, near, axis=1)
        wanted = _largest(cosines - thresholds[:, None], share, axis=0)
        hubness += _STEP * (wanted - hubness)
    return Titles(titles, of_papers, thresholds, share)


def _leave_out_own(cosines: Floats, of_papers: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
    """Put a paper's own title, (s, n) by title and paper, behind all others."""
    order = np.argsort(numbers, kind="stable")
    place = np.minimum(np.searchsorted(numbers[order], of_papers), len(order) - 1)
    own = numbers[order[place]] == of_papers
    cosines[np.flatnonzero(own), order[place[own]]] = -1.0


def _largest(values: Floats, rank: int, axis: int) -> Floats:
    """The ``rank``-th largest values along an axis."""
    place = values.shape[axis] - rank
    found: Floats = np.take(np.partition(values, place, axis=axis), place, axis=axis)
    return found


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _ROWS_AT_ONCE) for start in range(0, count, _ROWS_AT_ONCE))
