"""What spreading a list over topics costs and gives: where papers that people took stand, and how different lists are.

For each person and day the candidates are ranked by the ranker that serves people (text alone), then spread by several
amounts. The peers take the best by score, but at most so many of a cluster in each ten, or as many of each cluster as
the best have (the sampling of "Diversify and Conquer: Diversity-Centric Data Selection with Iterative Refinement"). The
setting's default is chosen on the quarter before July 2025; the second table is of the time from then on.
``--home FOLDER`` keeps the vectors for another run.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.next_lists import Case, daily_papers
from benchmarks.options import read_options
from benchmarks.report import print_source, print_table

AMOUNTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
SLOTS, SHORT, CLUSTERS = 30, 10, 12
LIMITS, CANDIDATES = (5, 4, 3, 2), 120


Pick = Callable[[Case, np.ndarray, np.ndarray], np.ndarray]


def main() -> None:
    """Print the table of the choice and that of the measurement."""
    options = read_options(__doc__, rounds=1)
    daily = daily_papers(options)
    for title, cases in (
        ("chosen on: 2025-04 to 06", daily.chosen_on),
        ("measured on: from 2025-07", daily.measured_on),
    ):
        columns = [title, "hit@10", "MRR", "different@10", "clusters@10", "catalogue", "evenness", "ms a list"]
        print_table(columns, [[name, *measured(pick, cases, daily.dense)] for name, pick in contenders()])
        print_source("spreading")


def contenders() -> list[tuple[str, Pick]]:
    """Ways of making a list of a case, its vectors and its clusters, with their names."""
    ours = [(f"ours, {amount:.0%}", _by_amount(amount)) for amount in AMOUNTS]
    limited = [(f"at most {most} of a cluster in ten", _by_limit(most)) for most in LIMITS]
    return [*ours, *limited, ("slots by clusters", _by_slots)]


def _by_amount(amount: float) -> Pick:
    from broadsheet.ranking.exploring.diversity import spread

    return lambda case, vectors, labels: spread(case.scores, vectors, SLOTS, amount=amount)


def _by_limit(most: int) -> Pick:
    def pick(case: Case, vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
        left, picked = _best(case), []
        while len(picked) < SLOTS and left:
            ten = [labels[row] for row in picked[len(picked) // SHORT * SHORT :]]
            row = next((row for row in left if ten.count(labels[row]) < most), left[0])
            picked.append(row)
            left.remove(row)
        return np.array(picked)

    return pick


def _by_slots(case: Case, vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    best = _best(case)
    shares = SLOTS * np.bincount(labels[best]) / len(best)
    room = np.floor(shares).astype(int)
    room[np.argsort(room - shares, kind="stable")[: min(SLOTS, len(best)) - room.sum()]] += 1
    picked = []
    for row in best:
        if room[labels[row]] > 0:
            picked.append(row)
            room[labels[row]] -= 1
    return np.array(picked)


def _best(case: Case) -> list[int]:
    return np.argsort(-case.scores, kind="stable")[:CANDIDATES].tolist()


def measured(pick: Pick, cases: list[Case], dense: np.ndarray) -> list[str]:
    from broadsheet.ranking.evaluation.lists import (
        catalogue_coverage,
        cluster_coverage,
        concentration,
        distance_within,
    )

    hits, ranks, distances, covered, times, lists, there = [], [], [], [], [], [], set()
    for case in cases:
        vectors = dense[case.candidates]
        labels = _labels(case.candidates.tobytes(), vectors)
        began = time.perf_counter()
        rows = pick(case, vectors, labels)
        times.append(time.perf_counter() - began)
        order = np.concatenate([rows, np.setdiff1d(np.argsort(-case.scores, kind="stable"), rows, assume_unique=True)])
        for place in np.flatnonzero(case.is_taken[order]).tolist():
            # Of several papers of one day each is a case of its own, with the others left out.
            rank = place + 1 - int(case.is_taken[order[:place]].sum())
            hits.append(rank <= SHORT)
            ranks.append(1 / rank)
        distances.append(distance_within(vectors[rows[:SHORT]]))
        covered.append(cluster_coverage(labels, rows[:SHORT]))
        lists.append(case.candidates[rows[:SHORT]])
        there.update(case.candidates.tolist())
    catalogue = np.array(sorted(there))
    return [
        f"{np.mean(hits):.3f}",
        f"{np.mean(ranks):.3f}",
        f"{np.mean(distances):.3f}",
        f"{np.mean(covered):.3f}",
        f"{catalogue_coverage(lists, catalogue):.3f}",
        f"{1 - concentration(lists, catalogue):.3f}",
        f"{1000 * np.median(times):.2f}",
    ]


_clusters: dict[bytes, np.ndarray] = {}


def _labels(key: bytes, vectors: np.ndarray) -> np.ndarray:
    """The clusters of these candidates, found once for all ways."""
    from broadsheet.ranking.exploring.clusters import cluster

    if key not in _clusters:
        _clusters[key] = cluster(vectors, CLUSTERS)[0]
    return _clusters[key]


if __name__ == "__main__":
    main()
