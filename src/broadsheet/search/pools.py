"""The ranked part of an answer: the best papers by words and the nearest by meaning, made one list.

Decision 0016 has the reasons; ``fusion``, ``feedback`` and ``hubs`` have the formulas. Everything here is the same for
every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from broadsheet.search import embedder
from broadsheet.search.asking import Asked
from broadsheet.search.conditions import HasWords
from broadsheet.search.engines.base import Engine, Floats, Numbers, Scored
from broadsheet.search.feedback import feedback_vector
from broadsheet.search.fusion import Evidence, fuse, listed_scores, mixed, rank, ranked

# How many papers by words and how many by meaning are scored, and how many near to the question once it was moved.
DEPTH, MORE_DEPTH = 400, 100
# The moved question has moved little, so most of what is near to it is known from the question itself.
MORE_EFFORT = 0.25
# So many of each at most belong to an answer.
ANSWER_DEPTH = 200
# Whoever types some words of a title means that paper: among so many first ones it gains so much on a score in [0, 1].
SHORTEST_TITLE_PART, LONGEST_TITLE_PART, LOOKED_AT, TITLE_GAIN = 2, 12, 50, 0.1
# Below this cosine a paper is no nearer to a question than any other; it is then not an answer by meaning.
LEAST_COSINE = 0.25
# Words are looked up while the question is embedded and what is near is looked for; all leave Python to other threads.
_BESIDE = ThreadPoolExecutor(max_workers=4, thread_name_prefix="words")
Told = TypeVar("Told")
NOTHING = Scored(np.empty(0, np.int64), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Pool:
    """Ranked papers: numbers int64 (n,), scores float32 (n,) in [0, 1], best first.

    ``is_near`` bool (n,): near in meaning. ``has_meaning``: whether the question could be compared by meaning at all.
    """

    numbers: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    scores: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    is_near: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    has_meaning: bool = False

    def only(self, keep: NDArray[np.bool_]) -> Pool:
        """Some of the papers, bool (n,), in the same order."""
        return Pool(self.numbers[keep], self.scores[keep], self.is_near[keep], self.has_meaning)


def pool_of(engine: Engine, asked: Asked) -> Pool:
    """The ranked part of the answer to a question; a paper whose whole title was typed comes first."""
    told = _beside(engine, lambda: (by_words(engine, asked, DEPTH), engine.titled(asked.title_key, asked.must)))
    vector = question_vector(engine, asked)
    near = NOTHING if vector is None else engine.nearest(vector, asked.must, DEPTH)
    words, titled = told()
    evidence = gathered(engine, words, near.numbers)
    kept = near.numbers[near.scores >= LEAST_COSINE][:ANSWER_DEPTH]
    question = vector
    if vector is not None and (moved := _moved(vector, evidence)) is not None:
        more = _more(engine, asked, moved, evidence)
        kept = np.union1d(kept, more.numbers[more.vectors @ vector >= LEAST_COSINE])
        question, evidence = moved, evidence.with_more(more)
    numbers, scores = rank(evidence, question)
    is_near = _is_in(numbers, kept)
    belongs = is_near | _is_in(numbers, words.numbers[:ANSWER_DEPTH])
    pool = Pool(numbers[belongs], scores[belongs], is_near[belongs], vector is not None)
    return _titled_first(titled, _with_words_in_title(engine, asked, pool))


def _beside(engine: Engine, asking: Callable[[], Told]) -> Callable[[], Told]:
    """What gives the answer of ``asking``, which is under way meanwhile where the engine answers at once."""
    return _BESIDE.submit(asking).result if engine.answers_at_once else asking


def _is_in(numbers: Numbers, others: Numbers) -> NDArray[np.bool_]:
    """Which of the numbers are among others, bool (n,); neither has any twice."""
    return np.isin(numbers, others, assume_unique=True)


def _moved(vector: Floats, evidence: Evidence) -> Floats | None:
    """The question moved towards its best papers; None where none answers it."""
    there = evidence.has_vector
    return feedback_vector(vector, evidence.vectors[there], mixed(evidence, vector)[there])


def _more(engine: Engine, asked: Asked, moved: Floats, evidence: Evidence) -> Evidence:
    """What is near to the moved question and was not to the question itself."""
    near = engine.nearest(moved, asked.must, MORE_DEPTH, MORE_EFFORT).numbers
    return gathered(engine, NOTHING, near[~_is_in(near, evidence.numbers)])


def gathered(engine: Engine, words: Scored, near: Numbers) -> Evidence:
    """What is known of the best papers by words and of those near in meaning."""
    numbers = np.union1d(words.numbers, near)
    told = engine.told(numbers)
    return Evidence(numbers, listed_scores(numbers, words), told.vectors, told.has_vector, told.hubness)


def plain_pool(engine: Engine, asked: Asked) -> Pool:
    """The baseline of the evaluation: 0.6 meaning + 0.4 words, both min-max scaled, over all papers."""
    vector = question_vector(engine, asked)
    words = by_words(engine, asked, 2_000)
    near = NOTHING if vector is None else engine.nearest(vector, asked.must, engine.state().with_vector)
    numbers, scores = fuse(words, near)
    return Pool(numbers, scores, np.ones(len(numbers), np.bool_), vector is not None)


def by_words(engine: Engine, asked: Asked, depth: int) -> Scored:
    """The best papers by BM25; none for a question by meaning alone."""
    if asked.query.mode == "meaning" or not asked.reading.clauses:
        return NOTHING
    return engine.words(asked.reading.clauses, asked.must, depth)


def question_vector(engine: Engine, asked: Asked) -> Floats | None:
    """The question as a unit vector (dims,) of the model that the index is for; None where there is none."""
    if asked.query.mode == "words" or not asked.reading.about:
        return None
    model = embedder.encoder_for(engine.state().fingerprint)
    return model.encode_query(asked.reading.about) if model else None


def _with_words_in_title(engine: Engine, asked: Asked, pool: Pool) -> Pool:
    """The pool with those of its first papers moved up whose titles have every word of a short question."""
    plain = asked.reading.plain
    if not len(pool.numbers) or not SHORTEST_TITLE_PART <= len(plain) <= LONGEST_TITLE_PART:
        return pool
    scores = pool.scores.copy()
    has_all = engine.among(pool.numbers[:LOOKED_AT], HasWords(" ".join(plain), "title"))
    scores[:LOOKED_AT] += TITLE_GAIN * has_all
    numbers, scores = ranked(pool.numbers, (scores / (1 + TITLE_GAIN)).astype(np.float32))
    return Pool(numbers, scores, _is_in(numbers, pool.numbers[pool.is_near]), pool.has_meaning)


def _titled_first(titled: Numbers, pool: Pool) -> Pool:
    if not len(titled):
        return pool
    others = ~_is_in(pool.numbers, titled)
    top = float(pool.scores[0]) if len(pool.scores) else 1.0
    return Pool(
        np.concatenate([titled, pool.numbers[others]]),
        np.concatenate([np.full(len(titled), top, np.float32), pool.scores[others]]),
        np.concatenate([_is_in(titled, pool.numbers[pool.is_near]), pool.is_near[others]]),
        pool.has_meaning,
    )
