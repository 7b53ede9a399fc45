"""The engine in the instance's own folder: words by tantivy, facts as columns, vectors in a memory-mapped index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.attributes import Attributes
from broadsheet.search.conditions import All, Condition, asks_for_words, both
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineState, Facets, FingerprintError, Floats, Numbers, Scored, Told
from broadsheet.search.hubs import Titles
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort
from broadsheet.search.vectors import VectorIndex
from broadsheet.search.words import ANALYSER, WordIndex

# Raised whenever files of this engine cannot be read by the code before or after.
FORMAT = "1"
# As many papers as a condition on words may hold for before the nearest are looked up first and checked afterwards:
# listing more of them from the word index takes longer than checking.
MOST_LISTED = 20_000
# How many times as many of the nearest are looked up for that as are wanted, and how often the number is raised.
FIRST_SURPLUS, RAISE = 8, 8
# So large a batch comes from a flood of papers; so many of them leave as many segments as slow a search down.
FULL_BATCH, BATCHES_BETWEEN_MERGES = 400, 40


class EmbeddedEngine:
    """One complete index in one folder; see ``engines.base.Engine``. One process writes, any number read."""

    name = "embedded"
    answers_at_once = True

    def __init__(self, folder: Path, swap_lock: Callable[[], AbstractContextManager[object]] = nullcontext) -> None:
        """Open or make the index; ``swap_lock`` gives the writers' lock, taken for the short end of maintenance."""
        self.folder = folder
        self.words_index = WordIndex(folder / "words")
        self.attributes = Attributes(folder / "attributes")
        self.vectors = VectorIndex(folder / "vectors")
        self._swap_lock = swap_lock
        self._writers_waiting = threading.Event()
        self._full_batches = 0

    @staticmethod
    def form() -> str:
        """What the index's files depend on besides the model; an index of another form is built anew."""
        return f"{FORMAT} {ANALYSER}"

    def reload(self) -> None:
        """See what a writer has committed since the last look."""
        self.words_index.reload()
        self.attributes.reload()
        self.vectors.reload()

    def state(self) -> EngineState:
        """How much is in the index."""
        return EngineState(self.words_index.count(None), self.vectors.count(), self.vectors.fingerprint)

    def words(self, clauses: Sequence[Clause], must: Condition | None, limit: int) -> Scored:
        """The best papers by BM25."""
        return self.words_index.search(clauses, must, limit)

    def nearest(self, vector: Floats, must: Condition | None, limit: int, effort: float = 1.0) -> Scored:
        """The nearest papers by cosine among those that satisfy ``must``."""
        if must is None:
            return Scored(*self.vectors.nearest(vector, limit, None, effort))
        if not asks_for_words(must):
            return Scored(*self.vectors.nearest(vector, limit, self.attributes.mask(must), effort))
        listed = self.words_index.matching(must, MOST_LISTED)
        if listed is not None:
            return Scored(*self.vectors.nearest(vector, limit, _mask_of(listed)))
        return self._nearest_then_checked(vector, must, limit)

    def _nearest_then_checked(self, vector: Floats, must: Condition, limit: int) -> Scored:
        """Look up more of the nearest than wanted, drop those that do not satisfy ``must``, until enough are left."""
        parts = must.parts if isinstance(must, All) else (must,)
        facts = both(*(part for part in parts if not asks_for_words(part)))
        mask = self.attributes.mask(facts) if facts is not None else None
        most = self.vectors.count()
        wanted = min(limit * FIRST_SURPLUS, most)
        while True:
            numbers, cosines = self.vectors.nearest(vector, wanted, mask)
            keep = self.among(numbers, must)
            if int(keep.sum()) >= limit or len(numbers) < wanted or wanted >= most:
                return Scored(numbers[keep][:limit], cosines[keep][:limit])
            wanted = min(wanted * RAISE, most)

    def told(self, numbers: Numbers) -> Told:
        """What is stored of given papers."""
        return Told(*self.vectors.vectors_of(numbers), np.nan_to_num(self.vectors.hubness(numbers)))

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of all papers with ``vector``."""
        return self.vectors.spread(vector)

    def count(self, must: Condition | None) -> int:
        """How many papers satisfy ``must``; facts alone are counted in their columns, which is faster."""
        mask = self._mask(must)
        return self.words_index.count(must) if mask is None else int(np.count_nonzero(mask))

    def _mask(self, must: Condition | None) -> NDArray[np.bool_] | None:
        """The papers that satisfy a condition on facts alone, bool by number; None for any other."""
        return None if must is None or asks_for_words(must) else self.attributes.mask(must)

    def among(self, numbers: Numbers, must: Condition | None) -> NDArray[np.bool_]:
        """Which of these papers satisfy ``must``."""
        mask = self._mask(must)
        if mask is None:
            return self.words_index.among(numbers, must)
        held = np.zeros(len(numbers), np.bool_)
        inside = (numbers >= 0) & (numbers < len(mask))
        held[inside] = mask[numbers[inside]]
        return held

    def facets(self, must: Condition | None, limit: int) -> Facets:
        """Counts of the most frequent values of each facet."""
        mask = self._mask(must)
        return self.words_index.facets(must, limit) if mask is None else self.attributes.facets(mask, limit)

    def listed(self, must: Condition | None, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers that satisfy ``must`` in an order of ``ordering``."""
        return self.words_index.listed(must, sort, offset, limit)

    def titled(self, title_key: str, must: Condition | None) -> Numbers:
        """The papers whose whole normalised title this is."""
        return self.words_index.titled(title_key, must)

    def numbers(self) -> tuple[Numbers, Numbers]:
        """All papers that can be found by words, and by meaning."""
        return self.words_index.numbers(), self.vectors.numbers()

    def update(
        self, documents: Sequence[IndexDocument], gone: Sequence[int], vectors: tuple[Numbers, Floats], fingerprint: str
    ) -> None:
        """Write one batch: facts, vectors, words. It is complete when this returns; until then it may be repeated.

        Raises ``FingerprintError`` when the index holds vectors of another model.
        """
        numbers, rows = vectors
        if len(numbers) and self.vectors.count() and fingerprint != self.vectors.fingerprint:
            raise FingerprintError(
                f"embedded engine: vectors of model {fingerprint[:12]} were offered to an index of "
                f"{self.vectors.fingerprint[:12]}; run: broadsheet index rebuild"
            )
        if documents or gone:
            self.attributes.update(documents, gone)
        if len(numbers) or gone:
            kept = fingerprint if len(numbers) else self.vectors.fingerprint
            self.vectors.update(numbers, rows, gone, kept)
        if documents or gone:
            self._update_words(documents, gone)

    def _update_words(self, documents: Sequence[IndexDocument], gone: Sequence[int]) -> None:
        # A merge under way in another thread makes room at once, and starts again later.
        self._writers_waiting.set()
        try:
            self.words_index.update(documents, gone)
        finally:
            self._writers_waiting.clear()
        # Each commit leaves a segment. One after the other they are merged beside the work, in a flood between.
        self._full_batches += len(documents) >= FULL_BATCH
        if self._full_batches >= BATCHES_BETWEEN_MERGES:
            self._full_batches = 0
            self.words_index.maintain(lambda: False)

    def wants_titles(self) -> bool:
        """Whether the titles that hubness is told from should be drawn anew."""
        return self.vectors.titles_are_outgrown()

    def adopt(self, titles: Titles, should_stop: Callable[[], bool]) -> bool:
        """Tell every paper's hubness from these titles from now on."""
        return self.vectors.adopt(titles, should_stop, self._swap_lock)

    def maintain(self, should_stop: Callable[[], bool]) -> bool:
        """Merge what recent updates have left behind."""
        is_done = self.words_index.maintain(lambda: should_stop() or self._writers_waiting.is_set())
        return self.vectors.maintain(should_stop, self._swap_lock) or is_done


def _mask_of(numbers: Numbers) -> NDArray[np.bool_]:
    mask = np.zeros(int(numbers.max(initial=-1)) + 1, np.bool_)
    mask[numbers] = True
    return mask
