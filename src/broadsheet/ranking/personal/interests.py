"""The several interests of a person: groups of papers that are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from scipy.cluster.hierarchy import average, fcluster
from scipy.spatial.distance import pdist

from broadsheet.ranking.personal.held import Held, dense_of
from broadsheet.ranking.personal.kinds import Interest

LEAST_ALIKE = 0.45
MOST_WORDS = 6


def interests_of(held: Sequence[Held]) -> list[Interest]:
    """The groups of papers (``groups_of``) with their words, strongest first."""
    groups = groups_of(held)
    papers_count = sum(len(group) for group in groups)
    found = [_interest(group, papers_count) for group in groups]
    return sorted(found, key=lambda interest: (-interest.weight, interest.paper_ids))


def groups_of(held: Sequence[Held]) -> list[list[Held]]:
    """Papers in groups, by average linkage of their vectors; a paper of which several things were told stands once."""
    by_paper = list({one.signal.paper_id: one for one in held}.values())
    if len(by_paper) < 2 or not dense_of(by_paper).shape[1]:
        return [[one] for one in by_paper]
    distances = pdist(dense_of(by_paper).astype(np.float64), "sqeuclidean") / 2
    labels = fcluster(average(distances), 1 - LEAST_ALIKE, "distance")
    groups: dict[int, list[Held]] = {}
    for label, one in zip(labels.tolist(), by_paper, strict=True):
        groups.setdefault(label, []).append(one)
    return list(groups.values())


def _interest(held: Sequence[Held], papers_count: int) -> Interest:
    vectors = dense_of(held)
    typical = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    words = Counter(word for one in held for _, word in one.shown)
    papers = tuple(held[place].signal.paper_id for place in typical)
    key = sha256(" ".join(map(str, sorted(papers))).encode()).hexdigest()[:16]
    return Interest(key, len(held) / papers_count, papers, tuple(word for word, _ in words.most_common(MOST_WORDS)))
