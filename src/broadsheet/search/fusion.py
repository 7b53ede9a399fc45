"""Making one list of two: min-max normalised scores, weighted.

0.6 for meaning and 0.4 for words was found best, and flat between 0.5 and 0.7, on public collections
(``docs/benchmarks.md``); it beat reciprocal rank fusion with k = 60 there.
"""

from __future__ import annotations

import numpy as np

MEANING_WEIGHT = 0.6


def fuse(words: tuple[np.ndarray, np.ndarray], meaning: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Fuse two scored lists, each numbers int64 (n,) and scores float (n,).

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


def _spread(numbers: np.ndarray, listed: np.ndarray, scores: np.ndarray, floor: float | None) -> np.ndarray:
    """Scores of ``listed`` spread over [0, 1] and laid out along the sorted ``numbers``; zero where not listed."""
    spread = np.zeros(len(numbers))
    if not len(listed):
        return spread
    lowest = float(scores.min()) if floor is None else floor
    width = float(scores.max()) - lowest
    spread[np.searchsorted(numbers, listed)] = (scores - lowest) / width if width > 0 else 1.0
    return spread
