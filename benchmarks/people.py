"""Authors and organisations of made papers: names as frequent as in the given collections, put together anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.originals import Original
from benchmarks.prose import invented_words

NOBODY, LAB = "Anonymous", "Laboratory"
ORGANISATIONS = 2_000
MOST_AUTHORS = 30


class People:
    """Draws authors and organisations."""

    def __init__(self, papers: Sequence[Original], rng: np.random.Generator) -> None:
        """Learns from the papers that name their authors which names there are and how many authors a paper has."""
        names = [name.split() for one in papers for name in one.authors]
        full = [parts for parts in names if len(parts) > 1] or [[NOBODY, NOBODY]]
        self._given = [parts[0] for parts in full]
        self._family = [parts[-1] for parts in full]
        self._counts = [min(len(one.authors), MOST_AUTHORS) for one in papers if one.authors] or [1]
        self._labs = [f"{word.capitalize()} {LAB}" for word in invented_words(ORGANISATIONS, rng)]
        weights = np.cumsum(1 / np.arange(1, len(self._labs) + 1))
        self._weights = weights / weights[-1]

    def authors(self, rng: np.random.Generator) -> list[str]:
        """The authors of one paper."""
        count = self._counts[int(rng.integers(len(self._counts)))]
        drawn = rng.integers(0, len(self._given), (2, count)).tolist()
        return [f"{self._given[first]} {self._family[last]}" for first, last in zip(drawn[0], drawn[1], strict=True)]

    def organisation(self, rng: np.random.Generator) -> str:
        """The organisation of one paper: a few have many papers, many have one."""
        return self._labs[int(np.searchsorted(self._weights, rng.random()))]
