"""Screening a systematic review as a simulation: how early a profile finds what was included, told what was excluded.

A review starts from three included and three excluded papers. Then, again and again, what is unscreened is ranked, the
first papers are screened, and the profile learns what became of them: an included paper is a vote, an excluded one is a
"not interested". Always screening what is most likely to be included is certainty sampling (Miwa et al., "Reducing
systematic review workload through certainty-based screening", 2014).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.evaluation.folders import INCLUDED, Folder, FolderError, FolderKind, FolderPaper
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats, SignalKind
from broadsheet.ranking.personal.metric import Metric, Parts
from broadsheet.ranking.personal.solving import coefficients
from broadsheet.search import embedder
from broadsheet.search.indexing import embedded_text

START = 3
REPETITIONS = 10
# The first batches are of one paper. Later ones are of a twentieth of what was screened: one paper more or less does
# not change what hundreds have told.
GROWTH = 20
TARGET_RECALL = 0.95
# A review holds its papers' likenesses at once: 4 bytes for each pair.
MOST_PAPERS = 15_000

# How much likeness of meaning counts beside that of words (1.0). Reviews are defined by words (a drug, a design), and
# all of their papers are alike in meaning, so that it counts far less than for a reader of news. Chosen by
# leave-one-review-out cross-validation (benchmarks.screening).
METRIC = Metric(meaning=0.05)

Rows = NDArray[np.int64]
Labels = NDArray[np.bool_]
Ranker = Callable[[Rows], Floats]


@dataclass(frozen=True, slots=True)
class Review:
    """One review: its papers' features, n rows, and which of them were included, bool (n,)."""

    name: str
    features: Features
    is_included: Labels


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of a screening, all but ``update_ms`` from 0 to 1 and over the papers that were not in the start.

    ``recall_at_10`` and ``recall_at_50``: the share of the included ones found after screening 10 % and 50 %.
    ``wss_at_95``: the work saved over sampling when 95 % are found (``work_saved``). ``average_precision``: of the
    order in which papers were screened. ``update_ms``: mean milliseconds to learn from a batch and rank the rest.
    """

    recall_at_10: float
    recall_at_50: float
    wss_at_95: float
    average_precision: float
    update_ms: float


class LearningRanker:
    """A profile's scores for all papers of one review, from what has been told of some of them.

    The likeness and the closed form are those of ``Profile``. Two things differ, as the papers are few and the same at
    each step: the likeness of each pair is computed once, and nothing of a paper is left out to keep a profile small.
    """

    def __init__(self, review: Review, metric: Metric = METRIC) -> None:
        features = review.features
        parts = Parts(features.dense, features.words, features.names)
        self._likeness = metric.kernel(parts, parts).astype(np.float32)
        self._is_included = review.is_included

    def __call__(self, told: Rows) -> Floats:
        """The score of each paper, float32 (n,), when the labels of the rows ``told`` are known."""
        kinds = [SignalKind.VOTED if self._is_included[row] else SignalKind.DISMISSED for row in told]
        spread = np.zeros(len(self._likeness), np.float32)
        spread[told] = coefficients(self._likeness[np.ix_(told, told)].astype(np.float64), kinds)
        found: Floats = self._likeness @ spread
        return found


def evaluate_screening(folder: Folder, *, repetitions: int = REPETITIONS) -> dict[str, Any]:
    """Simulate the screening of each review of a folder of labels; means over reviews, and figures of each.

    Raises ``FolderError`` for a folder of another kind, a review with too few papers of one label or too many in all.
    """
    found = {}
    for review in reviews_of(folder):
        rank = LearningRanker(review)
        runs = [screen(review.is_included, start, rank) for start in starts_of(review, repetitions)]
        counts = {"papers": len(review.is_included), "included": int(review.is_included.sum())}
        found[review.name] = counts | mean_of(runs)
    names = ("recall_at_10", "recall_at_50", "wss_at_95", "average_precision", "update_ms")
    means = {name: round(fmean(one[name] for one in found.values()), 4) for name in names}
    return {"reviews": len(found), "repetitions": repetitions, **means, "by_review": found}


def mean_of(runs: Sequence[Screened]) -> dict[str, float]:
    """The mean of each figure, rounded to four digits."""
    told = [asdict(run) for run in runs]
    return {name: round(fmean(one[name] for one in told), 4) for name in told[0]}


def reviews_of(folder: Folder) -> Iterator[Review]:
    """The reviews of a folder of labels, by name, each with its papers' vectors where a model is installed.

    Raises ``FolderError`` as ``evaluate_screening`` does.
    """
    if folder.kind is not FolderKind.LABELS:
        raise FolderError(f"these are {folder.kind} rows, and a review needs labels 0 and 1")
    chosen = {}
    for name, takes in folder.by_person().items():
        labels = {take.row: take.label == INCLUDED for take in takes}
        _check_size(name, list(labels.values()))
        chosen[name] = labels
    for name, labels in chosen.items():
        papers = [folder.papers[row] for row in labels]
        titles, abstracts = [paper.title for paper in papers], [paper.abstract for paper in papers]
        features = Features.of(list(labels), titles, abstracts, _vectors(papers))
        yield Review(name, features, np.array(list(labels.values()), bool))


def _check_size(name: str, labels: Sequence[bool]) -> None:
    included, excluded = sum(labels), len(labels) - sum(labels)
    if included <= START or excluded <= START:
        raise FolderError(
            f"{name}: {included} included and {excluded} excluded; screening starts from {START} of each and needs more"
        )
    if len(labels) > MOST_PAPERS:
        raise FolderError(f"{name}: {len(labels):,} papers; at most {MOST_PAPERS:,} can be simulated")


def _vectors(papers: Sequence[FolderPaper]) -> Floats:
    """Unit vectors about the mean of these papers, float32 (n, d); without a model, of no dimensions.

    All papers of a review are alike. What tells them apart is how each differs from the mean, which needs no labels.
    """
    model = embedder.encoder()
    if model is None:
        return np.empty((len(papers), 0), np.float32)
    vectors = model.encode([embedded_text(paper.title, paper.abstract) for paper in papers])
    vectors = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return found


def starts_of(review: Review, repetitions: int) -> Iterator[Rows]:
    """The rows of three included and three excluded papers, int64 (6,): the same for the same review and number."""
    for repetition in range(repetitions):
        dice = np.random.default_rng([repetition, *review.name.encode()])
        included, excluded = np.flatnonzero(review.is_included), np.flatnonzero(~review.is_included)
        yield np.concatenate([dice.choice(included, START, replace=False), dice.choice(excluded, START, replace=False)])


def screen(is_included: Labels, start: Rows, rank: Ranker) -> Screened:
    """Screen everything, beginning with ``start``, in the order that ``rank`` gives anew after each batch.

    ``rank`` takes the rows whose labels it may look at, in the order in which they were screened, and gives a score to
    every paper, (n,); the highest of those left come next, at the same score in the order of the rows.
    """
    told, is_told = [int(row) for row in start], np.zeros(len(is_included), bool)
    is_told[start] = True
    spent = []
    while not is_told.all():
        began = time.perf_counter()
        scores = rank(np.array(told, np.int64))
        spent.append(time.perf_counter() - began)
        left = np.flatnonzero(~is_told)
        batch = left[np.argsort(-scores[left], kind="stable")[: max(1, len(told) // GROWTH)]]
        told += batch.tolist()
        is_told[batch] = True
    order = is_included[np.array(told[len(start) :], np.int64)]
    return Screened(
        recall_at_10=recall_after(order, 0.1),
        recall_at_50=recall_after(order, 0.5),
        wss_at_95=work_saved(order, TARGET_RECALL),
        average_precision=average_precision(order),
        update_ms=1000 * fmean(spent) if spent else 0.0,
    )


def recall_after(order: Labels, share: float) -> float:
    """The share of the included papers that stand in the first ``share`` of the order (rounded up to a paper)."""
    return float(order[: math.ceil(share * len(order) - 1e-9)].sum() / order.sum())


def work_saved(order: Labels, recall: float) -> float:
    """Work saved over sampling at a recall, below 1; chance gives about 0, worse orders less than 0.

    The share of papers that need not be screened once this share of the included ones is found, less the share that one
    would leave out when screening at random to the same recall: (TN + FN) / N - (1 - recall). Cohen et al., "Reducing
    workload in systematic review preparation using automated citation classification", 2006.
    """
    needed = math.ceil(recall * int(order.sum()) - 1e-9)
    screened = int(np.searchsorted(np.cumsum(order), needed)) + 1
    return (len(order) - screened) / len(order) - (1 - recall)


def average_precision(order: Labels) -> float:
    """The mean, over the included papers, of the share of included ones among those screened up to each."""
    places = np.flatnonzero(order) + 1
    return float(np.mean(np.arange(1, len(places) + 1) / places))
