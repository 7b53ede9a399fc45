"""The several interests of a person: groups of papers that are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from broadsheet.ranking.personal.held import Held, dense_of
from broadsheet.ranking.personal.kinds import Interest

LEAST_ALIKE = 0.45
MOST_WORDS = 6


def interests_of(held: Sequence[Held]) -> list[Interest]:
    """Papers in groups, by average linkage of their vectors, strongest first."""
    by_paper = list({one.signal.paper_id: one for one in held}.values())
    groups = [[place] for place in range(len(by_paper))]
    vectors = dense_of(by_paper)
    alike = vectors @ vectors.T
    while len(groups) > 1:
        means = np.array([[alike[np.ix_(a, b)].mean() if a is not b else -1.0 for b in groups] for a in groups])
        best = int(means.argmax())
        first, second = sorted(divmod(best, len(groups)))
        if means.flat[best] < LEAST_ALIKE:
            break
        groups[first] = groups[first] + groups.pop(second)
    found = [_interest([by_paper[place] for place in group], len(by_paper)) for group in groups]
    return sorted(found, key=lambda interest: (-interest.weight, interest.paper_ids))


def _interest(held: Sequence[Held], papers_count: int) -> Interest:
    vectors = dense_of(held)
    typical = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    words = Counter(word for one in held for _, word in one.shown)
    papers = tuple(held[place].signal.paper_id for place in typical)
    key = sha256(" ".join(map(str, sorted(papers))).encode()).hexdigest()[:16]
    return Interest(key, len(held) / papers_count, papers, tuple(word for word, _ in words.most_common(MOST_WORDS)))
