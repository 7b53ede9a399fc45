"""Making one list of what is known by words and by meaning.

Both scores are spread over [0, 1] and mixed, 0.6 for meaning and 0.4 for words: flat between 0.5 and 0.7 and better
than reciprocal rank fusion. What the cosines owe to hubs is taken off before (``hubs``), and the sum is smoothed over
papers that are alike (``feedback``). Weights by question, learned or not, brought nothing that held on a collection
that was left out; decision 0016 has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.feedback import smoothed
from broadsheet.search.hubs import corrected

MEANING_WEIGHT = 0.6
Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]
Listed = tuple[Numbers, Floats]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the papers that may answer a question; arrays of the same length, in any order of the papers.

    ``numbers`` int64 (n,), distinct; ``words`` float32 (n,), BM25, 0 where no word is shared or too few to be listed;
    ``vectors`` float32 (n, dims), unit rows; ``has_vector`` bool (n,); ``hubness`` float32 (n,), see ``hubs``.
    """

    numbers: Numbers
    words: Floats
    vectors: Floats
    has_vector: NDArray[np.bool_]
    hubness: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    def with_more(self, more: Evidence) -> Evidence:
        """Join to it what is known of other papers."""
        if not len(more):
            return self
        if not len(self):
            return more
        return Evidence(
            np.concatenate([self.numbers, more.numbers]),
            np.concatenate([self.words, more.words]),
            np.concatenate([self.vectors, more.vectors]),
            np.concatenate([self.has_vector, more.has_vector]),
            np.concatenate([self.hubness, more.hubness]),
        )


def listed_scores(numbers: Numbers, listed: Listed) -> Floats:
    """Each paper's score in a list, float32 (len(numbers),); 0 for a paper that it lacks."""
    scores = np.zeros(len(numbers), np.float32)
    if len(listed[0]):
        order = np.argsort(listed[0], kind="stable")
        place = np.minimum(np.searchsorted(listed[0][order], numbers), len(order) - 1)
        found = order[place]
        scores = np.where(listed[0][found] == numbers, listed[1][found], 0).astype(np.float32)
    return scores


def mixed(evidence: Evidence, question: Floats | None) -> Floats:
    """Scores in [0, 1], float32 (n,), of evidence for a question, a unit vector (dims,) or None.

    The best by words and the nearest have 1 in their part, and no shared word and the farthest 0. A paper without a
    vector is taken to be as good by meaning as it is by words; without any shared word anywhere, meaning decides alone.
    """
    by_words = _scaled(evidence.words, 0.0)
    if question is None or not evidence.has_vector.any():
        return by_words
    there = evidence.has_vector
    nearness = corrected(evidence.vectors[there] @ question, evidence.hubness[there])
    by_meaning = by_words.copy()
    by_meaning[there] = _scaled(nearness, float(nearness.min()))
    if not by_words.any():
        return by_meaning
    scores: Floats = ((1 - MEANING_WEIGHT) * by_words + MEANING_WEIGHT * by_meaning).astype(np.float32)
    return scores


def rank(evidence: Evidence, question: Floats | None) -> Listed:
    """Order papers for a question: numbers and scores in [0, 1], best first, ties by number.

    ``question`` is its unit vector, float32 (dims,), or None where there is none; then words decide.
    """
    scores = mixed(evidence, question)
    if question is not None:
        scores = smoothed(scores, evidence.vectors, evidence.has_vector)
    return ranked(evidence.numbers, scores)


def fuse(words: Listed, meaning: Listed) -> Listed:
    """Fuse two scored lists, each numbers int64 (n,) and scores float (n,): the baseline that ``rank`` is measured by.

    A paper that a list lacks has that list's lowest score there: no words in common, or no vector. Returns numbers and
    fused scores in [0, 1], best first, ties by number.
    """
    numbers = np.union1d(words[0], meaning[0])
    fused = (1 - MEANING_WEIGHT) * _spread(numbers, *words, floor=0.0)
    fused += MEANING_WEIGHT * _spread(numbers, *meaning, floor=None)
    return ranked(numbers, fused)


def ranked(numbers: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and scores, best first; equal scores in order of the numbers."""
    # Rounded first: scores that only differ before rounding are shown as ties and have to be ordered as such.
    rounded = scores.astype(np.float32)
    order = np.lexsort((numbers, -rounded))
    return numbers[order], rounded[order]


def _scaled(scores: Floats, lowest: float) -> Floats:
    """Scores spread over [0, 1] from ``lowest``; where all are equal 1, but 0 where no word is shared at all."""
    width = float(scores.max(initial=0.0)) - lowest if lowest == 0.0 else float(scores.max()) - lowest
    if width > 0:
        scaled: Floats = ((scores - np.float32(lowest)) / np.float32(width)).astype(np.float32)
        return scaled
    return np.full(len(scores), 0.0 if lowest == 0.0 else 1.0, np.float32)


def _spread(numbers: np.ndarray, listed: np.ndarray, scores: np.ndarray, floor: float | None) -> np.ndarray:
    """Scores of ``listed`` spread over [0, 1] and laid out along the sorted ``numbers``; zero where not listed."""
    spread = np.zeros(len(numbers))
    if not len(listed):
        return spread
    lowest = float(scores.min()) if floor is None else floor
    width = float(scores.max()) - lowest
    spread[np.searchsorted(numbers, listed)] = (scores - lowest) / width if width > 0 else 1.0
    return spread
