"""Papers similar to one paper or to a set of papers, some of which the catalogue may not have.

A paper's score is the soft maximum of its cosines to the given papers (``SOFTNESS``), each less a share of how near the
given one's own neighbours are, and less a share of how much of a hub the paper is: CSLS (Conneau et al., "Word
translation without parallel data", 2018) with a share for each side. The soft maximum lets each of several interests
come through, where a mean gives what lies between them, and the given papers' share keeps a crowded field from filling
the list; decision 0019 has the measurements. Where nothing can be compared by meaning, the given papers' own words are
the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import fold, normalise_title, to_plain
from broadsheet.search import embedder
from broadsheet.search.asking import Asked
from broadsheet.search.conditions import Condition, both
from broadsheet.search.engines.base import Engine, Floats, Numbers
from broadsheet.search.indexing import embedded_text
from broadsheet.search.language import Clause
from broadsheet.search.pools import ANSWER_DEPTH, LEAST_COSINE, Pool
from broadsheet.search.questions import drawn
from broadsheet.search.words.analysis import UNTELLING_WORDS

# How soft the maximum is: with less it is the cosine to the nearest given paper, with much more the mean of all.
SOFTNESS = 0.07
# How much of its hubness is taken off a paper's score.
HUB_SHARE = 0.35
# That is the mean of so many largest cosines to a sample of so many papers.
HUB_NEIGHBOURS, SAMPLED = 10, 2_048
SAME = 0.9999
# How much of a given paper's mean cosine to its nearest ones is taken off its cosines.
GIVEN_SHARE, NEIGHBOURS = 0.75, 10
# The nearest of each of so many of the given papers, which lie far from each other, and of their mean are scored.
MOST_REPRESENTATIVES = 8
SCORED = 300
# So many words stand for a paper where there is no vector; BM25 itself weighs them by how rare they are.
MOST_WORDS = 100


_samples: dict[int, tuple[Engine, int, Floats]] = {}


@dataclass(frozen=True, slots=True)
class Given:
    """The papers to find similar ones to: row ids of those in the catalogue, title and abstract of all."""

    numbers: Numbers
    texts: tuple[tuple[str, str], ...]
    """As many as ``numbers`` and behind them those that the catalogue does not have, without an abstract."""


def alike_pool(engine: Engine, asked: Asked) -> Pool:
    """The papers most similar to the given ones (``asked.alike``, ``asked.alike_texts``), without these themselves.

    Papers with the title of a given one are left out as well. All satisfy ``asked.must`` and have everything that was
    typed. Scores are in [0, 1]. With ``mode=words``, without a model, and without vectors they are found by words.
    """
    given = _given(engine, asked)
    must = both(asked.must, asked.strict)
    if not given.texts:
        return Pool()
    vectors = None if asked.query.mode == "words" else _vectors(engine, given)
    if vectors is None:
        return _without(_by_words(engine, given, must), _same(engine, given))
    return _without(_by_meaning(engine, vectors, must, given.numbers), _same(engine, given))


def _given(engine: Engine, asked: Asked) -> Given:
    """What was given; a text that is the title of a paper of the catalogue stands for that paper."""
    unknown: list[tuple[str, str]] = []
    titled: list[int] = []
    for text in asked.alike_texts:
        found = engine.titled(normalise_title(text), None)
        titled += found[:1].tolist()
        unknown += [] if len(found) else [(text, "")]
    rows = Paper.objects.filter(pk__in=[*asked.alike, *titled]).order_by("pk").values_list("pk", "title", "abstract")
    known = {number: (title, abstract) for number, title, abstract in rows}
    # In an order of their own: sums of floats must not depend on the order in which papers were given.
    return Given(np.array(list(known), np.int64), (*known.values(), *sorted(unknown)))


def _same(engine: Engine, given: Given) -> Numbers:
    """The given papers of the catalogue, and those that bear the title of a given one."""
    keys = dict.fromkeys(normalise_title(title) for title, _ in given.texts)
    return np.concatenate([given.numbers, *(engine.titled(key, None) for key in keys if key)])


def _vectors(engine: Engine, given: Given) -> Floats | None:
    """Unit vectors of the given papers, float32 (n, dims); None when there is none and no model to make one with."""
    told = engine.told(given.numbers)
    stored = told.vectors[told.has_vector]
    waiting = [text for text, has in zip(given.texts, told.has_vector, strict=False) if not has]
    waiting += given.texts[len(given.numbers) :]
    fingerprint = engine.state().fingerprint
    model = embedder.encoder_for(fingerprint) if waiting and fingerprint else None
    if model is None:
        return stored if len(stored) else None
    made = model.encode([embedded_text(title, abstract) for title, abstract in waiting])
    return np.concatenate([stored, made]) if len(stored) else made


def _by_meaning(engine: Engine, vectors: Floats, must: Condition | None, own: Numbers) -> Pool:
    candidates = [
        engine.nearest(vector, must, SCORED + len(own)).numbers
        for vector in (*vectors[_far_apart(vectors)], *([_mean(vectors)] if len(vectors) > 1 else []))
    ]
    numbers = np.setdiff1d(np.concatenate(candidates), own)
    told = engine.told(numbers)
    cosines = told.vectors @ vectors.T
    near = told.has_vector & (cosines.max(axis=1, initial=-1) >= LEAST_COSINE)
    if not near.any():
        return Pool(has_meaning=True)
    scores = soft_maximum(evened(cosines[near])) - HUB_SHARE * _hubness(engine, told.vectors[near])
    # Two cosines apart at most, and an order that clipping would lose where all is far.
    return _pool(numbers[near], ((1 + scores) / 2).astype(np.float32), is_near=True)


def _hubness(engine: Engine, vectors: Floats) -> Floats:
    """How near papers with these unit vectors (n, dims) are to their nearest in a sample of all papers, float32 (n,).

    The hubs among papers are others than those among answers to questions, so ``Told.hubness`` does not serve here.
    """
    sample = _sample(engine)
    most = min(HUB_NEIGHBOURS, len(sample))
    if not most:
        return np.zeros(len(vectors), np.float32)
    cosines = vectors @ sample.T
    # A paper of the sample is not compared with itself, nor is one that is as good as the same.
    cosines[cosines > SAME] = -1
    means: Floats = np.partition(cosines, -most, axis=1)[:, -most:].mean(axis=1).astype(np.float32)
    return means


def _sample(engine: Engine) -> Floats:
    """Unit vectors of a sample of all papers, (s, dims); drawn again when the index has doubled."""
    count = engine.state().with_vector
    known = _samples.get(id(engine))
    if known is None or known[0] is not engine or not known[1] <= count < 2 * known[1]:
        told = engine.told(drawn(engine.numbers()[1], SAMPLED))
        known = engine, max(1, count), told.vectors[told.has_vector]
        _samples.clear()
        _samples[id(engine)] = known
    return known[2]


def evened(cosines: Floats) -> Floats:
    """Cosines (n, given) with each given paper's share taken off that exceeds the mean of these shares."""
    most = min(NEIGHBOURS, len(cosines))
    reach = np.partition(cosines, len(cosines) - most, axis=0)[-most:].mean(axis=0)
    on_a_par: Floats = cosines - GIVEN_SHARE * (reach - reach.mean())
    return on_a_par


def soft_maximum(cosines: Floats) -> Floats:
    """The soft maximum of each row of cosines (n, given), float32 (n,): the log of the mean exponential, scaled.

    Between the mean and the maximum of the row.
    """
    most = cosines.max(axis=1, initial=-1, keepdims=True)
    powers = np.exp((cosines - most) / SOFTNESS)
    soft: Floats = (most[:, 0] + SOFTNESS * np.log(powers.mean(axis=1))).astype(np.float32)
    return soft


def _far_apart(vectors: Floats) -> Numbers:
    """The row that is nearest to the mean, and then always the one that is farthest from those chosen; at most eight.

    Farthest-first traversal (Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985).
    """
    chosen = [int(np.argmax(vectors @ _mean(vectors)))]
    reached = np.full(len(vectors), -np.inf, np.float32)
    while len(chosen) < min(MOST_REPRESENTATIVES, len(vectors)):
        reached = np.maximum(reached, vectors @ vectors[chosen[-1]])
        reached[chosen] = np.inf
        chosen.append(int(np.argmin(reached)))
    return np.array(chosen, np.int64)


def _mean(vectors: Floats) -> Floats:
    mean = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    unit: Floats = mean / length if length > 0 else vectors[0]
    return unit


def _by_words(engine: Engine, given: Given, must: Condition | None) -> Pool:
    """The best by the words of each given paper; a score of 1 is what the best of these has, often the paper itself."""
    best: dict[int, float] = {}
    for title, abstract in given.texts[:MOST_REPRESENTATIVES]:
        found = engine.words([Clause(_telling(title, abstract))], must, SCORED)
        top = float(found.scores.max(initial=0.0)) or 1.0
        for number, score in zip(found.numbers.tolist(), found.scores.tolist(), strict=True):
            best[number] = max(best.get(number, 0.0), score / top)
    numbers = np.fromiter(best, np.int64, len(best))
    return _pool(numbers, np.fromiter(best.values(), np.float32, len(best)), is_near=False)


def _telling(title: str, abstract: str) -> str:
    """The first words of a paper that tell what it is about, each once, those of the title first."""
    words = dict.fromkeys(f"{fold(to_plain(title))} {fold(to_plain(abstract))}".split())
    return " ".join(islice((word for word in words if word not in UNTELLING_WORDS), MOST_WORDS))


def _pool(numbers: Numbers, scores: Floats, *, is_near: bool) -> Pool:
    """Best first, ties by number, scores within [0, 1]."""
    rounded = np.clip(scores, 0, 1).astype(np.float32)
    order = np.lexsort((numbers, -rounded))
    return Pool(numbers[order], rounded[order], np.full(len(order), is_near, np.bool_), is_near)


def _without(pool: Pool, left_out: Numbers) -> Pool:
    kept = np.flatnonzero(~np.isin(pool.numbers, left_out))[:ANSWER_DEPTH]
    return Pool(pool.numbers[kept], pool.scores[kept], pool.is_near[kept], pool.has_meaning)
