"""The engine on a Qdrant cluster: the same questions as the embedded one, answered over the network."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from qdrant_client import QdrantClient, models

from broadsheet.search.conditions import Condition, HasFlag, OneOf, TextField, both
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import FACETS, EngineState, FacetName, Facets, Floats, Numbers, Scored, Told
from broadsheet.search.engines.qdrant import collection
from broadsheet.search.engines.qdrant.address import Address
from broadsheet.search.engines.qdrant.filters import LARGEST_ID, among_ids, field_of, filter_of, holding_phrase
from broadsheet.search.engines.qdrant.link import Link, MissingError
from broadsheet.search.engines.qdrant.points import LOTS, VECTOR, order_key
from broadsheet.search.engines.qdrant.sample import SAMPLE_SIZE, Sample
from broadsheet.search.engines.qdrant.terms import asked
from broadsheet.search.engines.qdrant.writing import AT_ONCE, Writer
from broadsheet.search.hubs import Titles
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort

Answer = TypeVar("Answer")

K1, B = 1.2, 0.75
DIMS = 384
PAGE, VECTORS_PAGE = 5_000, 1_000
# Enough for every word of a paragraph-long question; more would only cost time.
MOST_TERMS = 200
# A word counts at most so many times: each takes a question of its own.
MOST_TIMES = 4
MOST_TITLED = 10
LOOKS_EVERY = 60.0
# Counting exactly looks at each paper for each value: as much of that as fits into a question's time.
MOST_COUNTED = 20_000
# Candidates that the graph keeps, and how many times as many papers as wanted are scored again by their exact vectors.
WIDTH, OVERSAMPLING = 128, 3.0
_FACET_KEYS: tuple[tuple[FacetName, str], ...] = (
    ("category", "category"),
    ("year", "year"),
    ("organisation", "organisation"),
)
NOTHING = Scored(np.empty(0, np.int64), np.empty(0, np.float32))
_BM25 = models.Bm25Scoring(bm25=models.Bm25Params(k=K1, b=B))
_HAS_VECTOR = models.HasVectorCondition(has_vector=VECTOR)


class QdrantEngine:
    """See ``engines.base.Engine``. Reads the collection that the alias stands for, or one generation given by name."""

    name = "qdrant"
    answers_at_once = True

    def __init__(
        self, link: Link, address: Address, *, generation: str = "", dims: int = DIMS, is_local: bool = False
    ) -> None:
        """``is_local``: no server is behind the client, so there is no graph to search by and no two writes at once."""
        self.address = address
        self.link = link
        self.collection = generation or address.name
        self._dims = dims
        self._is_local = is_local
        self._params = None if is_local else _search_params(is_filtered=False)
        self._filtered_params = None if is_local else _search_params(is_filtered=True)
        self._writer = Writer(link, address, self.collection, dims, at_once=1 if is_local else AT_ONCE)
        self._sample: Sample | None = None
        self._looks_again_at = 0.0
        self._sampling = threading.Lock()

    def of(self, generation: str) -> QdrantEngine:
        """The engine on one generation of the same cluster."""
        return QdrantEngine(self.link, self.address, generation=generation, dims=self._dims, is_local=self._is_local)

    def reload(self) -> None:
        """Take another sample when the collection has changed much; all else is read from the cluster anyway.

        Asks for its size once a minute at most.
        """
        with self._sampling:
            if self._sample is None or time.monotonic() < self._looks_again_at:
                return
            self._looks_again_at = time.monotonic() + LOOKS_EVERY
            if self._sample.is_stale(self._with_vector()):
                self._sample = None

    def state(self) -> EngineState:
        """How much is in the collection."""
        known = collection.about(self.link, self.collection)
        if known is None:
            return EngineState(0, 0, "")
        return EngineState(self.count(None), self._with_vector(), known.fingerprint)

    def words(self, clauses: Sequence[Clause], must: Condition | None, limit: int) -> Scored:
        """The best papers by BM25: unmarked words over title (counted twice), abstract and authors as one field.

        A phrase counts as its words do, where they stand side by side. With several fields or phrases each is asked
        for by itself and the papers found by any are then scored by all.
        """
        questions = _questions(clauses, filter_of(must))
        if not questions or limit < 1:
            return NOTHING
        found = self._batch("search words", questions, limit)
        if len(questions) > 1:
            everything = {point.id for answer in found for point in answer.points}
            found = self._batch("score words", [_narrowed(one, everything) for one in questions], len(everything))
        scores: dict[int, float] = {}
        for answer in found:
            for point in answer.points:
                scores[int(point.id)] = scores.get(int(point.id), 0.0) + point.score
        return _scored(scores, limit)

    def _batch(self, what: str, questions: list[models.QueryRequest], limit: int) -> list[models.QueryResponse]:
        if not limit:
            return []
        requests = [question.model_copy(update={"limit": limit}) for question in questions]
        answer = self._ask(what, lambda client: client.query_batch_points(self.collection, requests))
        return list(answer or [])

    def nearest(self, vector: Floats, must: Condition | None, limit: int, effort: float = 1.0) -> Scored:  # noqa: ARG002
        """The nearest papers by cosine."""
        if limit < 1:
            return NOTHING
        answer = self._ask(
            "search by meaning",
            lambda client: client.query_points(
                self.collection,
                query=[float(value) for value in vector],
                using=VECTOR,
                query_filter=filter_of(must),
                search_params=self._params if must is None else self._filtered_params,
                limit=limit,
                with_payload=False,
            ),
        )
        return _scored({int(point.id): point.score for point in answer.points} if answer else {}, limit)

    def told(self, numbers: Numbers) -> Told:
        """The vectors of given papers; their hubness is 0: it is not told on a cluster."""
        at = {int(number): place for place, number in enumerate(numbers) if 0 <= number <= LARGEST_ID}
        vectors, has_vector = np.zeros((len(numbers), self._dims), np.float32), np.zeros(len(numbers), np.bool_)
        for ids in _pages(list(at)):
            records = self._retrieved(ids)
            for record in records:
                row = _vector_of(record)
                if row is not None:
                    vectors[at[int(record.id)]], has_vector[at[int(record.id)]] = row, True
        return Told(vectors, has_vector, np.zeros(len(numbers), np.float32))

    def _retrieved(self, ids: list[int]) -> list[models.Record]:
        answer = self._ask(
            "read vectors",
            lambda client: client.retrieve(self.collection, ids, with_payload=False, with_vectors=[VECTOR]),
        )
        return answer or []

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine, over a sample."""
        return self._sampled().spread(vector)

    def _sampled(self) -> Sample:
        with self._sampling:
            if self._sample is None:
                self._sample = self._take_sample()
            return self._sample

    def _take_sample(self) -> Sample:
        size = self._with_vector()
        highest = LOTS if size <= SAMPLE_SIZE else max(1, LOTS * SAMPLE_SIZE // size)
        lots = models.FieldCondition(key="lot", range=models.Range(lt=highest))
        found = self._scrolled([lots, _HAS_VECTOR], with_vectors=[VECTOR])
        rows = {int(record.id): row for record in found if (row := _vector_of(record)) is not None}
        vectors = np.stack(list(rows.values())) if rows else np.empty((0, self._dims), np.float32)
        return Sample(np.array(list(rows), np.int64), vectors, size)

    def _with_vector(self) -> int:
        return self._counted(models.Filter(must=[_HAS_VECTOR]))

    def count(self, must: Condition | None) -> int:
        """How many papers satisfy ``must``."""
        return self._counted(filter_of(must))

    def _counted(self, held: models.Filter | None) -> int:
        answer = self._ask("count", lambda client: client.count(self.collection, count_filter=held, exact=True))
        return int(answer.count) if answer else 0

    def among(self, numbers: Numbers, must: Condition | None) -> NDArray[np.bool_]:
        """Which of these papers satisfy ``must``."""
        held: list[int] = []
        for ids in _pages([int(number) for number in numbers]):
            held += [int(record.id) for record in self._scrolled([filter_of(both(OneOf(frozenset(ids)), must))])]
        return np.isin(numbers, np.array(held, np.int64))

    def facets(self, must: Condition | None, limit: int) -> Facets:
        """Counts of the most frequent values of each facet; of very many papers by the server's quick way of counting.

        That way may be off by papers that were replaced or removed since the server last tidied its segments.
        """
        if limit < 1:
            return {name: [] for name in FACETS}
        held = filter_of(must)
        is_exact = self._counted(held) <= MOST_COUNTED
        facets: Facets = {name: self._facet(key, held, limit, is_exact=is_exact) for name, key in _FACET_KEYS}
        with_code = self.count(both(must, HasFlag("code")))
        facets["code"] = [("1", with_code)] if with_code else []
        return facets

    def _facet(self, key: str, held: models.Filter | None, limit: int, *, is_exact: bool) -> list[tuple[str, int]]:
        answer = self._ask(
            f"count by {key}",
            lambda client: client.facet(self.collection, key, facet_filter=held, limit=limit, exact=is_exact),
        )
        counted = [(str(hit.value), int(hit.count)) for hit in answer.hits] if answer else []
        return sorted(counted, key=lambda value: (-value[1], value[0]))

    def listed(self, must: Condition | None, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers that satisfy ``must`` in an order of ``ordering``."""
        if limit < 1:
            return NOTHING.numbers
        order = models.OrderBy(key=order_key(sort), direction=models.Direction.DESC)
        answer = self._ask(
            "list",
            lambda client: client.query_points(
                self.collection,
                query=models.OrderByQuery(order_by=order),
                query_filter=filter_of(must),
                offset=offset,
                limit=limit,
                with_payload=False,
            ),
        )
        return np.array([int(point.id) for point in answer.points] if answer else [], np.int64)

    def titled(self, title_key: str, must: Condition | None) -> Numbers:
        """The papers whose whole normalised title this is."""
        if not title_key:
            return NOTHING.numbers
        wanted = models.FieldCondition(key="title_key", match=models.MatchValue(value=title_key))
        found = self._scrolled([wanted, filter_of(must)], most=MOST_TITLED)
        return np.array(sorted(int(record.id) for record in found), np.int64)

    def numbers(self) -> tuple[Numbers, Numbers]:
        """All papers, and those that have a vector: reads the whole collection's ids, page by page."""
        everything = [int(record.id) for record in self._scrolled([])]
        with_vector = [int(record.id) for record in self._scrolled([_HAS_VECTOR])]
        return np.array(sorted(everything), np.int64), np.array(sorted(with_vector), np.int64)

    def update(
        self, documents: Sequence[IndexDocument], gone: Sequence[int], vectors: tuple[Numbers, Floats], fingerprint: str
    ) -> None:
        """Write one batch; every write is acknowledged by ``write_consistency`` replicas before this returns.

        It may be repeated whole after any failure. Vectors of papers that are not in the collection are dropped.
        Raises ``FingerprintError`` when the collection is of another model or form.
        """
        self._writer.update(documents, gone, vectors, fingerprint)

    def wants_titles(self) -> bool:
        """Never: hubness is not told here."""
        return False

    def adopt(self, titles: Titles, should_stop: Callable[[], bool]) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing: hubness is not told here."""
        return False

    def maintain(self, should_stop: Callable[[], bool]) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing: the cluster merges and optimises by itself."""
        return False

    def _scrolled(
        self,
        held: Sequence[models.Condition | None],
        *,
        with_vectors: list[str] | bool = False,
        most: int | None = None,
    ) -> list[models.Record]:
        wanted = models.Filter(must=[part for part in held if part is not None])
        size = min(PAGE if not with_vectors else VECTORS_PAGE, most or PAGE)
        records, offset = self._page(wanted, size, None, with_vectors)
        while offset is not None and (most is None or len(records) < most):
            more, offset = self._page(wanted, size, offset, with_vectors)
            records += more
        return records[:most]

    def _page(
        self, wanted: models.Filter, size: int, offset: models.ExtendedPointId | None, with_vectors: list[str] | bool
    ) -> tuple[list[models.Record], models.ExtendedPointId | None]:
        answer = self._ask(
            "read ids",
            lambda client: client.scroll(
                self.collection, wanted, limit=size, offset=offset, with_payload=False, with_vectors=with_vectors
            ),
        )
        return answer or ([], None)

    def _ask(self, what: str, call: Callable[[QdrantClient], Answer]) -> Answer | None:
        """Ask, taking a collection that is not there for an empty one."""
        try:
            return self.link.ask(what, call)
        except MissingError:
            return None


def _search_params(*, is_filtered: bool) -> models.SearchParams:
    return models.SearchParams(
        hnsw_ef=WIDTH,
        quantization=models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
        # Under a condition the graph is walked through papers that do not satisfy it as well (L. Patel et al., "ACORN",
        # SIGMOD 2024); the server looks at each paper that does where these are few.
        acorn=models.AcornSearchParams(enable=True) if is_filtered else None,
    )


def _questions(clauses: Sequence[Clause], must: models.Filter | None) -> list[models.QueryRequest]:
    """One for the words of each field, one more for those said twice, and so on, and one for each phrase.

    The server takes a word once however often it is said; in a long question it should count as often as that.
    """
    plain: dict[TextField, Counter[str]] = {}
    questions: list[models.QueryRequest] = []
    for clause, terms in asked(clauses):
        if not clause.is_phrase:
            plain.setdefault(clause.field, Counter()).update(terms)
        elif terms:
            phrase = holding_phrase(clause.text, clause.field)
            held = models.Filter(must=[phrase] if must is None else [phrase, must])
            questions.append(_question(clause.field, dict.fromkeys(terms), held))
    for field, counts in plain.items():
        layers = ([term for term, count in counts.items() if count >= times] for times in range(1, MOST_TIMES + 1))
        questions += [_question(field, said, must) for said in layers if said]
    return questions


def _question(field: TextField, terms: Iterable[str], held: models.Filter | None) -> models.QueryRequest:
    text = models.TextQueryInput(query=" ".join(list(terms)[:MOST_TERMS]), scoring=_BM25)
    return models.QueryRequest(
        query=models.TextQuery(text=text), using=field_of(field), filter=held, with_payload=False, with_vector=False
    )


def _narrowed(question: models.QueryRequest, numbers: Iterable[object]) -> models.QueryRequest:
    """The same question for these papers alone; the phrase must still be there, other conditions hold already."""
    ids = among_ids([int(str(number)) for number in numbers])
    held = ids if question.filter is None else models.Filter(must=[ids, question.filter])
    return question.model_copy(update={"filter": held})


def _scored(scores: dict[int, float], limit: int) -> Scored:
    numbers = np.array(list(scores), np.int64)
    values = np.array(list(scores.values()), np.float32)
    order = np.lexsort((numbers, -values))[:limit]
    return Scored(numbers[order], values[order])


def _vector_of(record: models.Record) -> Floats | None:
    vectors = record.vector
    row = vectors.get(VECTOR) if isinstance(vectors, dict) else None
    if row is None:
        return None
    values = np.asarray(row, np.float32)
    # Half floats are not quite of length one.
    return np.asarray(values / (np.linalg.norm(values) or 1.0), np.float32)


def _pages(numbers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), PAGE):
        yield list(numbers[start : start + PAGE])
