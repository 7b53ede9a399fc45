"""The answer to a question: which papers belong to it, in which order, and why each is there.

It holds every paper that has everything that was typed (``strict``), and beside them the *pool*: the best by some of
the words and the nearest by meaning. Ordered by relevance the pool comes first, as ranked, and then the rest of the
strict papers by BM25; in any other order they are sorted together. So the count is true: each paper of the answer can
be paged to, in every order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from broadsheet.search.asking import Asked
from broadsheet.search.conditions import Any, Condition, Not, OneOf, both
from broadsheet.search.engines.base import Engine, Facets, Numbers
from broadsheet.search.ordering import IndexedSort
from broadsheet.search.pools import Pool, pool_of
from broadsheet.search.preference import preferred
from broadsheet.search.similar import alike_pool

VALUES_OF_A_FACET = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """The papers that answer a question, of which the pool is ranked already."""

    engine: Engine
    asked: Asked
    pool: Pool
    strict: Condition | None
    """None where there are no strict papers beside the pool, as for questions by meaning alone."""

    @property
    def belongs(self) -> Condition:
        """What all papers of the answer satisfy, and no others."""
        pooled = OneOf(frozenset(self.pool.numbers.tolist()))
        return pooled if self.strict is None else Any((self.strict, pooled))

    def without(self, gone: Iterable[int]) -> Answer:
        """The same answer without some papers."""
        numbers = frozenset(gone)
        keep = ~np.isin(self.pool.numbers, list(numbers))
        strict = None if self.strict is None else both(self.strict, Not(OneOf(numbers)))
        return replace(self, pool=self.pool.only(keep), strict=strict)

    def among(self, chosen: frozenset[int]) -> Answer:
        """The same answer without all papers but these: none is ranked anew."""
        keep = np.isin(self.pool.numbers, list(chosen))
        strict = None if self.strict is None else both(self.strict, OneOf(chosen))
        return replace(self, pool=self.pool.only(keep), strict=strict)

    def count(self) -> int:
        """How many papers belong to the answer."""
        if self.strict is None:
            return len(self.pool.numbers)
        beside = ~self.engine.among(self.pool.numbers, self.strict)
        return self.engine.count(self.strict) + int(beside.sum())

    def facets(self) -> Facets:
        """How many papers of the answer are in each category, of each year and organisation, and have code."""
        return self.engine.facets(self.belongs, VALUES_OF_A_FACET)

    def page(self, offset: int, limit: int) -> Numbers:
        """Papers ``offset`` to ``offset + limit`` by relevance."""
        pooled = self.pool.numbers[offset : offset + limit]
        wanted = limit - len(pooled)
        if self.strict is None or wanted <= 0:
            return pooled
        return np.concatenate([pooled, self._beyond(max(0, offset - len(self.pool.numbers)), wanted)])

    def _beyond(self, offset: int, limit: int) -> Numbers:
        """The strict papers that are not in the pool, by BM25."""
        depth = offset + limit + len(self.pool.numbers)
        best = self.engine.words(self.asked.reading.clauses, self.strict, depth).numbers
        return best[~np.isin(best, self.pool.numbers)][offset : offset + limit]

    def sorted_page(self, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers ``offset`` to ``offset + limit`` in another order."""
        return self.engine.listed(self.belongs, sort, offset, limit)


def answer_of(engine: Engine, asked: Asked) -> Answer:
    """The answer to a question by one engine."""
    if not asked.ranks:
        return Answer(engine, asked, Pool(), asked.must)
    pool = alike_pool(engine, asked) if asked.query.like else pool_of(engine, asked)
    if asked.query.prefer:
        pool = preferred(pool, asked.query.prefer)
    is_by_words = asked.query.mode != "meaning" and not asked.query.like and bool(asked.reading.clauses)
    return Answer(engine, asked, pool, asked.strict if is_by_words else None)
