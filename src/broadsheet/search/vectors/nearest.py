"""The nearest vectors to a question under a filter: every allowed one compared where that is cheap, lists elsewhere.

Lists are looked through in the order of their means' products with the question, until as many rows are compared as
are needed for the recall that is promised; more of them under a filter. A filter that leaves out just what is near
to the question shows by how few of the rows looked through it allows; then all rows are compared in one sweep, which is
the most that a question can cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.main_part import MainPart
from broadsheet.search.vectors.quantised import Asked, Codes, Floats
from broadsheet.search.vectors.state import State

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Up to so many allowed papers, their rows are fetched one by one and all compared; fetching a row takes about four
# times as long as comparing one in passing.
MOST_FETCHED = 30_000
ROWS_AT_ONCE = 65_536
# How many rows are compared is this times the square root of their number; with the share that a filter allows, more:
# so a recall of 0.98 of the ten nearest was reached for questions of one to five words at 100 thousand and at a million
# papers alike, without and with filters (measured: benchmarks/vector_libraries.py).
COMPARED_PER_ROOT = 48
MORE_WHEN_FILTERED = -0.15
# Where more of all rows than this would be compared, comparing all of them costs no more than choosing.
SWEPT_SHARE = 0.5
# When the filter allows less than this part of its usual share of what was looked through, it is against the question.
AGAINST = 0.5


def nearest(state: State, vector: Floats, limit: int, allowed: Mask | None) -> tuple[Numbers, Floats]:
    """The nearest papers, at most ``limit``: numbers int64 (n,), cosines float32 (n,), best first, ties by number."""
    if limit < 1 or not state.count:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    asked = Asked(vector)
    if allowed is not None and np.count_nonzero(allowed) <= MOST_FETCHED:
        rows = state.rows_of(np.flatnonzero(allowed))
        rows = np.sort(rows[rows >= 0])
        best = Best(limit)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            best.add(part, asked.products(state.codes_at(part)) * state.factors[part])
        return best.papers(state)
    return Search(state, asked, limit, allowed).run()


class Best:
    """The rows with the largest cosines so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rows: list[Numbers] = []
        self._cosines: list[Floats] = []
        self.least = -np.inf

    def add(self, rows: Numbers, cosines: Floats) -> None:
        """Take more rows, int64 (n,), with their cosines, float32 (n,)."""
        better = np.flatnonzero(cosines >= self.least)
        self._rows.append(rows[better])
        self._cosines.append(cosines[better])

    def settle(self) -> None:
        """Keep the best only; ``least`` is then the smallest cosine that is among them."""
        rows, cosines = np.concatenate(self._rows), np.concatenate(self._cosines)
        if len(rows) > self._limit:
            self.least = float(np.partition(cosines, len(cosines) - self._limit)[-self._limit])
            keep = np.flatnonzero(cosines >= self.least)
            rows, cosines = rows[keep], cosines[keep]
        self._rows, self._cosines = [rows], [cosines]

    def papers(self, state: State) -> tuple[Numbers, Floats]:
        """Numbers and cosines, best first, ties by number."""
        if not self._rows:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self.settle()
        numbers, cosines = state.numbers[self._rows[0]], self._cosines[0]
        order = np.lexsort((numbers, -cosines))[: self._limit]
        return numbers[order], cosines[order]


class Search:
    """One question put to one state."""

    def __init__(self, state: State, asked: Asked, limit: int, allowed: Mask | None) -> None:
        self._state, self._asked, self._limit = state, asked, limit
        self._allowed = _reaching(allowed, len(state.places)) if allowed is not None else None
        self._share = np.count_nonzero(allowed) / max(state.count, 1) if allowed is not None else 1.0
        self._best = Best(limit)

    def run(self) -> tuple[Numbers, Floats]:
        """Compare the main part's likely rows and all of the tails."""
        blocks = self._state.blocks()
        if self._state.main is not None and self._looked_through(self._state.main):
            blocks = blocks[1:]
        for first, codes in blocks:
            self._sweep(first, codes)
        return self._best.papers(self._state)

    def _sweep(self, first: int, codes: Codes) -> None:
        for start in range(0, len(codes), ROWS_AT_ONCE):
            part = codes[start : start + ROWS_AT_ONCE]
            rows = slice(first + start, first + start + len(part))
            wanted = self._wanted(rows)
            chosen = np.flatnonzero(wanted)
            cosines = self._asked.products(part) * self._state.factors[rows]
            self._best.add(chosen + rows.start, cosines[chosen])
            self._best.settle()

    def _wanted(self, rows: Numbers | slice) -> Mask:
        wanted = self._state.live[rows]
        if self._allowed is not None:
            wanted = wanted & self._allowed[self._state.numbers[rows]]
        return wanted

    def _looked_through(self, main: MainPart) -> bool:
        """Compare the rows of the most likely lists; False, and nothing found, when all rows have to be compared."""
        lists, rows = main.lists, len(main.codes)
        many = COMPARED_PER_ROOT * rows**0.5 * min(self._share, 1.0) ** MORE_WHEN_FILTERED
        if len(lists) < 2 or many > SWEPT_SHARE * rows:
            return False
        chosen = _first(-self._asked.products(lists.codes) * lists.weights, np.diff(lists.offsets), many)
        begins, ends = lists.offsets[chosen], lists.offsets[chosen + 1]
        # Lists that lie side by side are one piece.
        apart = begins[1:] != ends[:-1]
        begins, ends = begins[np.append(True, apart)], ends[np.append(apart, True)]
        sizes = ends - begins
        looked = np.arange(sizes.sum()) + np.repeat(begins - np.append(0, np.cumsum(sizes)[:-1]), sizes)
        there = np.flatnonzero(self._wanted(looked))
        if len(there) < max(self._limit, AGAINST * self._share * len(looked)):
            return False
        pieces = [main.codes[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        cosines = self._asked.products_of(pieces) * self._state.factors[looked]
        self._best.add(looked[there], cosines[there])
        self._best.settle()
        return True


def _first(keys: Floats, sizes: Numbers, many: float) -> Numbers:
    """The lists with the smallest keys, float32 (k,), that have ``many`` rows in all; sorted, int64 (l,)."""
    wanted = int(many / max(float(sizes.mean()), 1.0)) + 1
    while True:
        # Sorting all would take longer than comparing the rows.
        wanted = min(wanted + wanted // 4, len(keys))
        order = np.argpartition(keys, wanted - 1)[:wanted]
        order = order[np.argsort(keys[order])]
        reached = np.cumsum(sizes[order])
        if reached[-1] >= many or wanted == len(keys):
            return np.sort(order[: int(np.searchsorted(reached, many)) + 1])


def _reaching(allowed: Mask, length: int) -> Mask:
    if len(allowed) >= length:
        return allowed
    longer = np.zeros(length, np.bool_)
    longer[: len(allowed)] = allowed
    return longer
