"""How different the papers of lists are, and how much of what there is the lists of all people show."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Floats, Numbers


def distance_within(dense: Floats) -> float:
    """The mean cosine distance between two papers of a list, 0 to 2; 0 for fewer than two papers.

    ``dense`` is (n, d), unit rows: the papers of the list. Intra-list distance (Ziegler et al., "Improving
    recommendation lists through topic diversification", 2005).
    """
    count = len(dense)
    if count < 2:
        return 0.0
    # The sum of all products is the squared length of the sum, of which the n products with itself are taken away.
    total = np.asarray(dense, dtype=np.float64).sum(axis=0)
    return float(1.0 - (total @ total - count) / (count * (count - 1)))


def cluster_coverage(labels: Numbers, shown: Numbers) -> float:
    """The share of the clusters among ``labels`` (n,) that have a paper among the rows ``shown``, 0 to 1."""
    there = np.unique(labels)
    return len(np.unique(labels[shown])) / len(there) if len(there) else 0.0


def catalogue_coverage(lists: Iterable[NDArray[np.int64]], catalogue: Numbers) -> float:
    """The share of the papers of ``catalogue`` (their numbers) that stand in at least one of the lists, 0 to 1."""
    shown = {number for one in lists for number in one.tolist()}
    there = set(catalogue.tolist())
    return len(shown & there) / len(there) if there else 0.0


def concentration(lists: Iterable[NDArray[np.int64]], catalogue: Numbers) -> float:
    """How unevenly the places of all lists fall on the catalogue's papers: Gini's coefficient, 0 to 1."""
    places = dict.fromkeys(catalogue.tolist(), 0)
    for one in lists:
        for number in one.tolist():
            if number in places:
                places[number] += 1
    counts = np.sort(np.array(list(places.values()), dtype=np.float64))
    if not counts.sum():
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float(((2 * ranks - len(counts) - 1) * counts).sum() / (len(counts) * counts.sum()))
