"""A list that is good and not all of one kind: picking papers one after another, and near-duplicates shown once.

``spread`` weighs each candidate's score against how alike it is to what was picked before (maximal marginal relevance:
Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing summaries",
1998), and with clusters lets none of them take the page, the idea of "Diversify and Conquer: Diversity-Centric Data
Selection with Iterative Refinement".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from broadsheet.ranking.personal.kinds import Floats, Numbers
from broadsheet.search.duplicates import Described, is_same, resemblance

# Only the best so many candidates a slot are looked at: a paper further down is no better for being different.
A_SLOT = 12
FEWEST_CANDIDATES = 120
# Papers at least so alike by meaning are compared by title, authors and abstract; the meaning alone never decides.
LEAST_COSINE = 0.8


def usual_amount() -> float:
    """How much this instance spreads lists, from 0 to 1: the setting ``BROADSHEET_DIVERSITY``, given in per cent."""
    return float(settings.DIVERSITY)


def spread(
    scores: NDArray[np.floating],
    dense: Floats,
    count: int,
    *,
    amount: float,
    groups: Numbers | None = None,
    weights: NDArray[np.floating] | None = None,
) -> Numbers:
    """The rows of at most ``count`` candidates, in the order in which they are to be shown.

    ``scores`` is (n,), higher is better; ``dense`` (n, d) unit rows, zeros where there is no vector. ``amount`` is how
    much being different counts, from 0 to 1: 0 gives the order of the scores, of equal ones the first first.
    ``groups``, int64 (n,) from 0, are clusters: of one cluster come at most ``limits(...)`` papers as long as others
    have candidates among the best ``candidates(count)``; ``weights`` (number of clusters,) raise or lower the limits.
    Rows with a score that is not finite are never given. Raises ``ValueError`` for an ``amount`` out of its range, and
    for arrays of other lengths.
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(f"an amount of diversity of {amount}: expected 0 to 1")
    values = np.asarray(scores, dtype=np.float64)
    if len(values) != len(dense) or (groups is not None and len(groups) != len(values)):
        raise ValueError("scores, vectors and groups have to be of one length")
    pool = _best(values, count if amount == 0 else candidates(count))
    if amount == 0 or len(pool) < 2 or count < 1:
        return pool[: max(count, 0)]
    # Copied once: the picking reads it once a slot.
    picked = _picked(
        _relevance(values[pool]),
        np.ascontiguousarray(dense[pool], dtype=np.float32),
        count,
        amount=amount,
        groups=None if groups is None else groups[pool],
        weights=weights,
    )
    return pool[picked]


def candidates(count: int) -> int:
    """How many of the best candidates ``spread`` looks at for so many slots."""
    return max(FEWEST_CANDIDATES, A_SLOT * count)


def limits(
    groups: Numbers, count: int, *, amount: float, weights: NDArray[np.floating] | None = None
) -> NDArray[np.int64]:
    """The most papers of each cluster among ``count``: all at amount 0, its fair part (rounded up) at amount 1.

    A cluster's fair part is one of as many equal parts as there are clusters among ``groups``, times its weight.
    """
    size = int(groups.max()) + 1 if len(groups) else 0
    present = max(1, len(np.unique(groups)))
    asked = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)[:size]
    if len(asked) < size:
        raise ValueError("each cluster needs a weight")
    fair = np.minimum(count, asked * count / present)
    return np.ceil(np.round((1.0 - amount) * count + amount * fair, 9)).astype(np.int64)


def collapse(papers: Sequence[Described], dense: Floats) -> Numbers:
    """The rows that are left when each paper that is there more than once is shown once, the first of its kind.

    ``papers`` tell what is compared (``described_papers``), in the order of the list; ``dense`` are their vectors as
    unit rows. Two are one only if ``search.duplicates`` says so from title, authors and abstract: papers with
    look-alike titles, parts of a series and papers of one group stay. Raises ``ValueError`` for other lengths.
    """
    if len(papers) != len(dense):
        raise ValueError("papers and vectors have to be of one length")
    rows = np.asarray(dense, dtype=np.float32)
    is_kept = np.ones(len(papers), dtype=bool)
    alike = rows @ rows.T >= LEAST_COSINE
    for row, paper in enumerate(papers):
        others = np.flatnonzero(alike[row, :row] & is_kept[:row]).tolist()
        is_kept[row] = not any(is_same(resemblance(papers[other], paper)) for other in others)
    return np.flatnonzero(is_kept).astype(np.int64)


def _best(values: NDArray[np.float64], count: int) -> Numbers:
    """The rows of the ``count`` highest finite values, the highest first and of equal ones the first row first."""
    rows = np.flatnonzero(np.isfinite(values))
    if 0 < count < len(rows):
        least = np.partition(values[rows], len(rows) - count)[len(rows) - count]
        rows = rows[values[rows] >= least]
    return rows[np.argsort(-values[rows], kind="stable")][: max(count, 0)].astype(np.int64)


def _relevance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores of a sorted pool from 0 to 1; all 1 where they are equal."""
    span = values[0] - values[-1]
    return (values - values[-1]) / span if span > 0 else np.ones(len(values))


def _picked(
    relevance: NDArray[np.float64],
    dense: Floats,
    count: int,
    *,
    amount: float,
    groups: Numbers | None,
    weights: NDArray[np.floating] | None,
) -> Numbers:
    worth = (1.0 - amount) * relevance
    nearest = np.zeros(len(worth))
    has_vector = np.asarray(dense.any(axis=1))
    is_open = np.ones(len(worth), dtype=bool)
    room = limits(groups, count, amount=amount, weights=weights) if groups is not None else None
    picked: list[int] = []
    while len(picked) < min(count, len(worth)):
        values = np.where(is_open, worth - amount * nearest, -np.inf)
        if groups is not None and room is not None and (has_room := is_open & (room[groups] > 0)).any():
            values[~has_room] = -np.inf
        row = int(np.argmax(values))
        picked.append(row)
        is_open[row] = False
        if groups is not None and room is not None:
            room[groups[row]] -= 1
        nearest = np.maximum(nearest, dense @ dense[row])
        if not has_vector.all():
            # What is not known to be different is as alike to the list as papers are on average.
            nearest[~has_vector] = nearest[has_vector].mean() if has_vector.any() else 0.0
    return np.array(picked, dtype=np.int64)
