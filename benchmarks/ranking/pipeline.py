"""The ranked part of an answer over exact matrices, with the product's own functions and any of its constants changed.

The same steps in the same order as ``broadsheet.search.pools``: two lists, one mix, the question moved, a second
search, the mix smoothed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np

from benchmarks.ranking.material import Material
from broadsheet.search import feedback, fusion, hubs

WORDS_DEPTH, NEAR_DEPTH, MORE_DEPTH = 500, 300, 100
_PLACES = {
    "meaning": (fusion, "MEANING_WEIGHT"),
    "papers": (feedback, "FEEDBACK_PAPERS"),
    "moved": (feedback, "FEEDBACK_WEIGHT"),
    "neighbours": (feedback, "NEIGHBOURS"),
    "lent": (feedback, "NEIGHBOURS_SHARE"),
    "hubs": (hubs, "STRENGTH"),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A name and the constants that differ from the product's; by ``_PLACES``."""

    name: str
    constants: Mapping[str, float]


@contextmanager
def changed(variant: Variant) -> Iterator[None]:
    """Let the product's functions work with a variant's constants."""
    patches = [patch.object(*_PLACES[name], value) for name, value in variant.constants.items()]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def hubness(given: Material) -> np.ndarray:
    """The hubness of each document, float32 (documents,)."""
    numbers = np.arange(len(given.vectors))
    return hubs.titles_for(given.titles, numbers, numbers, given.vectors).hubness(numbers, given.vectors)


def gains(given: Material, hub: np.ndarray, variant: Variant, *, by_words: bool) -> np.ndarray:
    """The nDCG@10 of each query, float (queries,)."""
    with changed(variant):
        return np.array([given.gain(query, _answer(given, hub, query, by_words)) for query in range(len(given.ideal))])


def plain_gains(given: Material, weight: float) -> np.ndarray:
    """The same for the baseline: min-max scaled scores of all documents, ``weight`` for meaning; 0 is words alone."""
    found = []
    with patch.object(fusion, "MEANING_WEIGHT", weight):
        for query, question in enumerate(given.questions):
            cosines = given.vectors @ question
            words = _best(given.words[query], 2_000)
            words = words[given.words[query, words] > 0]
            everything = np.arange(len(cosines))
            lists = (words, given.words[query, words]), (everything, cosines)
            found.append(given.gain(query, fusion.fuse(*lists)[0] if weight < 1 else _best(cosines, len(cosines))))
    return np.array(found)


def _answer(given: Material, hub: np.ndarray, query: int, by_words: bool) -> np.ndarray:
    question, scores = given.questions[query], given.words[query]
    words = _best(scores, WORDS_DEPTH)
    words = words[scores[words] > 0] if by_words else words[:0]
    listed = words, scores[words]
    evidence = _evidence(given, hub, np.union1d(words, _best(given.vectors @ question, NEAR_DEPTH)), listed)
    moved = feedback.feedback_vector(question, evidence.vectors, fusion.mixed(evidence, question))
    if moved is not None:
        question = moved
        more = np.setdiff1d(_best(given.vectors @ question, MORE_DEPTH), evidence.numbers)
        evidence = evidence.with_more(_evidence(given, hub, more, (words[:0], scores[:0])))
    return fusion.rank(evidence, question)[0]


def _evidence(given: Material, hub: np.ndarray, numbers: np.ndarray, words: fusion.Listed) -> fusion.Evidence:
    there = np.ones(len(numbers), np.bool_)
    return fusion.Evidence(numbers, fusion.listed_scores(numbers, words), given.vectors[numbers], there, hub[numbers])


def _best(scores: np.ndarray, most: int) -> np.ndarray:
    return np.argsort(-scores, kind="stable")[:most]
