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
Found = tuple[Numbers, Floats]

# Up to so many allowed papers, all of them are compared.
MOST_FETCHED = 12_000
# Rows are fetched in pieces that stay in the processor's cache until they are compared, and swept in larger ones.
FETCHED_AT_ONCE, SWEPT_AT_ONCE = 2_048, 65_536
# Fetching a row that stands alone takes about twice as long as comparing it in passing.
FETCHED_SHARE = 0.4
# How many rows are compared is this times the square root of their number; with the share that a filter allows, more:
# so a recall of 0.96 of the ten nearest was reached for questions of one to five words at 100 thousand and at a million
# papers alike, without and with filters (measured: benchmarks/vector_libraries.py).
COMPARED_PER_ROOT = 40
MORE_WHEN_FILTERED = -0.3
# A first part of the lists shows how near the nearest are; of the others only those are looked through whose mean comes
# within this many times the usual distance between a list's mean and its members. It spares nearly half of the rows.
PART_FIRST, REACH = 4, 0.42
# Where more of all rows than this would be compared, comparing all of them costs no more than choosing.
SWEPT_SHARE = 0.5
# A filter is against the question when it allows less than this part of its usual share of what was looked through, or
# when what was found does not exceed the next list's mean by this many deviations of all lists' means.
AGAINST_SHARE, AGAINST_DEVIATIONS = 0.8, 0.5


def nearest(state: State, vector: Floats, limit: int, allowed: Mask | None, effort: float = 1.0) -> Found:
    """The nearest papers, at most ``limit``: numbers int64 (n,), cosines float32 (n,), best first, ties by number.

    ``effort`` is the share of the usual work in choosing lists.
    """
    if limit < 1 or not state.count:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    search = Search(state, Asked(vector), limit, allowed, effort)
    if allowed is not None and np.count_nonzero(allowed) <= MOST_FETCHED:
        rows = state.rows_of(np.flatnonzero(allowed))
        return search.among(np.sort(rows[rows >= 0]))
    return search.run()


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
        rows = np.concatenate([np.empty(0, np.int64), *self._rows])
        cosines = np.concatenate([np.empty(0, np.float32), *self._cosines])
        if len(rows) > self._limit:
            self.least = float(np.partition(cosines, len(cosines) - self._limit)[-self._limit])
            keep = np.flatnonzero(cosines >= self.least)
            rows, cosines = rows[keep], cosines[keep]
        self._rows, self._cosines = [rows], [cosines]

    def tenth(self) -> float:
        """The tenth of the cosines, or the last of fewer; ``settle`` came before."""
        cosines = self._cosines[0]
        return float(np.partition(cosines, -min(10, len(cosines)))[-min(10, len(cosines))]) if len(cosines) else -np.inf

    def papers(self, state: State) -> Found:
        """Numbers and cosines, best first, ties by number."""
        self.settle()
        numbers, cosines = state.numbers[self._rows[0]], self._cosines[0]
        order = np.lexsort((numbers, -cosines))[: self._limit]
        return numbers[order], cosines[order]


class Search:
    """One question put to one state."""

    def __init__(self, state: State, asked: Asked, limit: int, allowed: Mask | None, effort: float) -> None:
        self._effort = effort
        self._state, self._asked, self._limit = state, asked, limit
        self._allowed = _reaching(allowed, len(state.places)) if allowed is not None else None
        self._share = np.count_nonzero(allowed) / max(state.count, 1) if allowed is not None else 1.0
        self._best = Best(limit)

    def among(self, rows: Numbers) -> Found:
        """The nearest of these rows, int64 (n,)."""
        self._fetch(rows)
        return self._best.papers(self._state)

    def run(self) -> Found:
        """Compare the main part's likely rows and all of the tails."""
        blocks = self._state.blocks()
        if self._state.main is not None and self._looked_through(self._state.main):
            blocks = blocks[1:]
        for first, codes in blocks:
            self._sweep(first, codes)
        return self._best.papers(self._state)

    def _fetch(self, rows: Numbers) -> None:
        for start in range(0, len(rows), FETCHED_AT_ONCE):
            part = rows[start : start + FETCHED_AT_ONCE]
            self._best.add(part, self._asked.products(self._state.codes_at(part)) * self._state.factors[part])
        self._best.settle()

    def _sweep(self, first: int, codes: Codes) -> None:
        for start in range(0, len(codes), SWEPT_AT_ONCE):
            part = codes[start : start + SWEPT_AT_ONCE]
            rows = slice(first + start, first + start + len(part))
            chosen = np.flatnonzero(self._wanted(rows))
            if len(chosen) < FETCHED_SHARE * len(part):
                self._fetch(chosen + rows.start)
                continue
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
        many *= self._effort
        hopes = self._asked.products(lists.codes) * lists.weights
        chosen = _first(-hopes, np.diff(lists.offsets), many)
        likeliest, others = chosen[: len(chosen) // PART_FIRST], chosen[len(chosen) // PART_FIRST :]
        first, looked = self._rows_of(likeliest)
        self._fetch(first)
        others = others[hopes[others] > self._best.tenth() - lists.stray * REACH]
        second, more = self._rows_of(others)
        if len(first) + len(second) < max(self._limit, AGAINST_SHARE * self._share * (looked + more)):
            self._best = Best(self._limit)
            return False
        self._fetch(second)
        if self._allowed is None:
            return True
        deviation = float(hopes.std())
        hopes[chosen] = -np.inf
        if self._best.tenth() > float(hopes.max()) + AGAINST_DEVIATIONS * deviation:
            return True
        self._best = Best(self._limit)
        return False

    def _rows_of(self, chosen: Numbers) -> tuple[Numbers, int]:
        """The live and allowed rows of some lists of the main part, int64 (n,), and how many rows these lists have."""
        offsets = self._state.main.lists.offsets if self._state.main else np.zeros(1, np.int64)
        chosen = np.sort(chosen)
        begins, sizes = offsets[chosen], offsets[chosen + 1] - offsets[chosen]
        rows = np.arange(sizes.sum()) + np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)
        return rows[self._wanted(rows)], len(rows)


def _first(keys: Floats, sizes: Numbers, many: float) -> Numbers:
    """The lists with the smallest keys, float32 (k,), that have ``many`` rows in all, by key: int64 (l,)."""
    wanted = int(many / max(float(sizes.mean()), 1.0)) + 1
    while True:
        # Sorting all would take longer than comparing the rows.
        wanted = min(wanted + wanted // 4, len(keys))
        order = np.argpartition(keys, wanted - 1)[:wanted]
        order = order[np.argsort(keys[order])]
        reached = np.cumsum(sizes[order])
        if reached[-1] >= many or wanted == len(keys):
            return order[: int(np.searchsorted(reached, many)) + 1]


def _reaching(allowed: Mask, length: int) -> Mask:
    if len(allowed) >= length:
        return allowed
    longer = np.zeros(length, np.bool_)
    longer[: len(allowed)] = allowed
    return longer
