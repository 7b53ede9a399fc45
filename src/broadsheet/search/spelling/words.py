"""Which words of a paper a vocabulary knows, and counting them for a whole catalogue in bounded memory."""

from __future__ import annotations

import re
from collections import Counter

# Folded Latin words: accents are gone, Greek letters are spelled; figures, formulas and other scripts are not spelled.
WORD = re.compile(r"(?<![^\W_])[a-z]{2,30}(?![^\W_])")
MOST_COUNTED = 2_000_000


def words_of(*folded: str) -> set[str]:
    """The words of a paper's folded texts (title, abstract, names), each once: what document frequency counts."""
    return {word for text in folded for word in WORD.findall(text)}


class Tally:
    """Document frequencies while a vocabulary is made anew.

    Words that were seen once are dropped when there are too many, as in lossy counting (Manku and Motwani 2002).
    """

    def __init__(self, most: int = MOST_COUNTED) -> None:
        self.counts: Counter[str] = Counter()
        self._most = most
        self._dropped = 0

    def add(self, *folded: str) -> None:
        """Count one paper."""
        self.counts.update(words_of(*folded))
        while len(self.counts) > self._most:
            self._dropped += 1
            self.counts = Counter({word: count for word, count in self.counts.items() if count > self._dropped})
