"""The word index: BM25 over folded words, exact filters, counts, facets and lists, by tantivy.

BM25 with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and
Beyond"); tantivy follows Lucene in keeping lengths in one byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from broadsheet.search.conditions import Condition
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError, FacetName, Facets, Floats, Numbers, Scored
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort
from broadsheet.search.words.queries import Queries, unscored
from broadsheet.search.words.schema import SORT_FIELDS, register_analysers, schema
from broadsheet.search.words.writing import Bulk, Writing

_FACET_FIELDS: Final[dict[FacetName, str]] = {
    "category": "category",
    "year": "year",
    "organisation": "organisation",
    "code": "has_code",
}
# More values than a facet has, so that no segment leaves one out and the counts are exact.
_ALL_BUCKETS: Final = 65_000
_MOST_TITLED: Final = 10


class WordIndex:
    """The word index in one folder. One process writes at a time, any number read; safe for threads.

    Raises ``EngineError`` where the folder cannot be opened, as one of another format.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._schema = schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except (ValueError, OSError) as error:
            raise EngineError(f"The word index in {folder} cannot be opened: {error}") from error
        register_analysers(self._index)
        # Otherwise a thread of every index looks for changes all the time.
        self._index.config_reader("manual")
        self._queries = Queries(self._schema)
        self._writing = Writing(self._index, folder)
        self._lock = Lock()
        self._seen = (0, 0)
        self.reload()

    def reload(self) -> None:
        """See what a writer, in whatever process, has committed; one look at a file when nothing has changed."""
        with self._lock:
            state = (self.folder / "meta.json").stat()
            stamp = state.st_ino, state.st_mtime_ns
            if stamp != self._seen:
                self._index.reload()
                self._seen = stamp

    # Writing

    def update(self, documents: Sequence[IndexDocument], gone: Sequence[int] = ()) -> None:
        """Add or replace documents and remove ``gone``, in one durable commit that is visible afterwards.

        Of a number that stands in ``documents`` twice the last one counts, also when it is ``gone``. Raises
        ``EngineError`` when another process writes for too long or the folder cannot be written to.
        """
        self._writing.update(documents, gone)
        self.reload()

    @contextmanager
    def bulk(self) -> Iterator[Bulk]:
        """Add very many documents, several times as fast as by ``update``; visible at the end."""
        with self._writing.bulk(set(self.numbers().tolist())) as bulk:
            yield bulk
        self.reload()

    def maintain(self, should_stop: Callable[[], bool]) -> bool:
        """Merge what small updates have left; whether anything was merged. Given up without loss when told to stop."""
        has_merged = self._writing.merge(should_stop)
        self.reload()
        return has_merged

    # Ranking

    def search(self, clauses: Sequence[Clause], must: Condition | None, limit: int) -> Scored:
        """The best papers by BM25 over the clauses, any of them sufficing, among those that satisfy ``must``."""
        query = self._queries.ranking(clauses, must)
        if query is None or limit < 1:
            return Scored(np.empty(0, np.int64), np.empty(0, np.float32))
        return self._scored(query, limit)

    def scores_of(self, clauses: Sequence[Clause], numbers: Numbers) -> Floats:
        """BM25 of given papers over the clauses, float32 (n,); 0 where none of them matches."""
        scores = np.zeros(len(numbers), np.float32)
        words = self._queries.ranking(clauses, None)
        if words is None or not len(numbers):
            return scores
        these = unscored(self._queries.one_of(frozenset(numbers.tolist())))
        found = self._scored(Query.boolean_query([(Occur.Must, these), (Occur.Must, words)]), len(numbers))
        return _looked_up(numbers, found)

    def _scored(self, query: Query, limit: int) -> Scored:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        values = searcher.fast_field_values("number", [address for _, address in hits])
        numbers, scores = np.array(values, np.int64), np.array([score for score, _ in hits], np.float32)
        order = np.lexsort((numbers, -scores))
        return Scored(numbers[order], scores[order])

    # Filtering

    def size(self) -> int:
        """How many papers can be found."""
        return self._index.searcher().num_docs

    def numbers(self) -> Numbers:
        """All papers that can be found, sorted."""
        return self._ordered(Query.all_query(), "number", self.size(), is_rising=True)

    def count(self, must: Condition | None) -> int:
        """How many papers satisfy ``must``."""
        if must is None:
            return self.size()
        return self._count(self._queries.satisfying(must))

    def _count(self, query: Query) -> int:
        result = self._index.searcher().search(query, 1, count=True)
        return int(result.count)  # type: ignore[attr-defined]

    def among(self, numbers: Numbers, must: Condition | None) -> NDArray[np.bool_]:
        """Which of these papers satisfy ``must``, bool (n,); one that is not indexed does not."""
        if not len(numbers):
            return np.empty(0, np.bool_)
        these = self._queries.one_of(frozenset(numbers.tolist()))
        query = Query.boolean_query([(Occur.Must, these), (Occur.Must, self._queries.satisfying(must))])
        return np.isin(numbers, self._ordered(query, "number", len(numbers), is_rising=True))

    def matching(self, must: Condition | None, most: int) -> Numbers | None:
        """All papers that satisfy ``must``, sorted; None when there are more than ``most``."""
        query = self._queries.satisfying(must)
        count = self._count(query)
        return None if count > most else self._ordered(query, "number", count, is_rising=True)

    def facets(self, must: Condition | None, limit: int) -> Facets:
        """Counts of the most frequent ``limit`` values of each facet; equal counts by value."""
        wanted = {
            name: {"terms": {"field": field, "size": limit, "segment_size": _ALL_BUCKETS}}
            for name, field in _FACET_FIELDS.items()
        }
        found = self._index.searcher().aggregate(self._queries.satisfying(must), wanted)
        facets: Facets = {}
        for name in _FACET_FIELDS:
            buckets = found[name]["buckets"]
            # A paper without code is a value of that field too, but not one to count.
            counts = [(str(one["key"]), int(one["doc_count"])) for one in buckets if name != "code" or one["key"]]
            facets[name] = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
        return facets

    def listed(self, must: Condition | None, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers ``offset`` to ``offset + limit`` of those that satisfy ``must``, in an order of ``ordering``."""
        if limit < 1:
            return np.empty(0, np.int64)
        searcher = self._index.searcher()
        query = self._queries.satisfying(must)
        hits = searcher.search(query, limit, count=False, order_by_field=SORT_FIELDS[sort], offset=offset).hits
        return np.array(searcher.fast_field_values("number", [address for _, address in hits]), np.int64)

    def titled(self, title_key: str, must: Condition | None) -> Numbers:
        """The papers whose whole normalised title is ``title_key``, sorted, at most ten; none for ''."""
        if not title_key:
            return np.empty(0, np.int64)
        return self._ordered(self._queries.titled(title_key, must), "number", _MOST_TITLED, is_rising=True)

    def _ordered(self, query: Query, field: str, limit: int, *, is_rising: bool) -> Numbers:
        order = tantivy.Order.Asc if is_rising else tantivy.Order.Desc
        hits = self._index.searcher().search(query, max(limit, 1), count=False, order_by_field=field, order=order).hits
        return np.array([value for value, _ in hits], np.int64)


def _looked_up(numbers: Numbers, found: Scored) -> Floats:
    """The scores of ``numbers`` in ``found``, 0 where one is not in it."""
    if not len(found.numbers):
        return np.zeros(len(numbers), np.float32)
    order = np.argsort(found.numbers)
    at = np.minimum(np.searchsorted(found.numbers, numbers, sorter=order), len(order) - 1)
    here = order[at]
    return np.where(found.numbers[here] == numbers, found.scores[here], 0.0).astype(np.float32)
