"""The protocol that every engine fulfils; fusion, feedback, facets' labels and pages are the same above it.

An engine finds and counts; it does not decide what a relevant paper is. Numbers are row ids of papers, int64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.conditions import Condition
from broadsheet.search.documents import IndexDocument
from broadsheet.search.hubs import Titles
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]
FacetName = Literal["category", "year", "organisation", "code"]
FACETS: tuple[FacetName, ...] = ("category", "year", "organisation", "code")
Facets = dict[FacetName, list[tuple[str, int]]]
"""For each facet, values (category code, year, organisation slug, ``1``) with their counts, the most frequent first."""


class EngineError(Exception):
    """The engine cannot answer or be written to; the text says which engine, what was asked of it, and why."""


class EngineGoneError(EngineError):
    """The engine cannot be reached at all: callers fall back to the database and say so."""


class FingerprintError(EngineError):
    """Vectors or documents of one model or analyser were offered to an index of another."""


class Scored(NamedTuple):
    """Papers with a score each: numbers int64 (n,), scores float32 (n,), best first, equal scores by number."""

    numbers: Numbers
    scores: Floats


class Told(NamedTuple):
    """What is stored of some papers, aligned with the numbers asked for.

    ``vectors`` float32 (n, dims) unit rows, ``has_vector`` bool (n,), ``hubness`` float32 (n,) (see ``hubs``),
    0 where there is no vector.
    """

    vectors: Floats
    has_vector: NDArray[np.bool_]
    hubness: Floats


@dataclass(frozen=True, slots=True)
class EngineState:
    """How many papers can be found by words and by meaning, and by which model; empty when by none."""

    papers: int
    with_vector: int
    fingerprint: str


class Engine(Protocol):
    """Finds papers by words and by meaning, under exact conditions. Safe to call from several threads."""

    name: str
    answers_at_once: bool
    """Whether one request gains by putting two questions at once, from two threads."""

    def reload(self) -> None:
        """See what any writer has committed; cheap when nothing has changed."""

    def state(self) -> EngineState:
        """How much is in the index."""

    def words(self, clauses: Sequence[Clause], must: Condition | None, limit: int) -> Scored:
        """The best papers by BM25 over ``clauses``, any of them sufficing, among those that satisfy ``must``."""

    def nearest(self, vector: Floats, must: Condition | None, limit: int, effort: float = 1.0) -> Scored:
        """The papers nearest to a unit vector (dims,) by cosine, among those that satisfy ``must``.

        ``effort`` below 1 allows for so much less work, and for missing more of them, where there are very many.
        """

    def told(self, numbers: Numbers) -> Told:
        """What is stored of given papers: for scoring them exactly and for feedback."""

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of all papers with a unit vector (dims,)."""

    def count(self, must: Condition | None) -> int:
        """How many papers satisfy ``must``: exact."""

    def among(self, numbers: Numbers, must: Condition | None) -> NDArray[np.bool_]:
        """Which of these papers satisfy ``must``, bool (n,); a paper that is not indexed does not."""

    def facets(self, must: Condition | None, limit: int) -> Facets:
        """Counts of the most frequent ``limit`` values of each facet among the papers that satisfy ``must``."""

    def listed(self, must: Condition | None, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers ``offset`` to ``offset + limit`` of those that satisfy ``must``, in an order of ``ordering``."""

    def titled(self, title_key: str, must: Condition | None) -> Numbers:
        """The papers whose whole normalised title is ``title_key``, at most ten."""

    def numbers(self) -> tuple[Numbers, Numbers]:
        """All papers that can be found by words and all that have a vector, each sorted."""

    def update(
        self, documents: Sequence[IndexDocument], gone: Sequence[int], vectors: tuple[Numbers, Floats], fingerprint: str
    ) -> None:
        """Add or replace documents, forget ``gone``, add or replace vectors (numbers (n,), unit rows (n, dims)).

        Durable when it returns. A replaced document keeps its vector unless a new one is given here. Raises
        ``FingerprintError`` for vectors of another model than the index's.
        """

    def wants_titles(self) -> bool:
        """Whether the titles that hubness is told from should be drawn anew, since the index has doubled."""

    def adopt(self, titles: Titles, should_stop: Callable[[], bool]) -> bool:
        """Tell every paper's hubness from these titles from now on (see ``hubs``); whether that was done."""

    def maintain(self, should_stop: Callable[[], bool]) -> bool:
        """Do what keeps the index fast (merge, optimise) for as long as it takes; whether anything was done."""
