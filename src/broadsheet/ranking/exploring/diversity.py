"""A list that is good and not all of one kind: picking papers one after another, and near-duplicates shown once.

``spread`` weighs each candidate's score against how alike it is to what was picked before (maximal marginal relevance:
Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing summaries",
1998). Slots shared out over clusters cost more of what people look for at the same variety: benchmarks/spreading.py.
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


def spread(scores: NDArray[np.floating], dense: Floats, count: int, *, amount: float) -> Numbers:
    """The rows of at most ``count`` candidates, in the order in which they are to be shown.

    ``scores`` is (n,), higher is better; ``dense`` (n, d) unit rows, zeros where there is no vector. ``amount`` is how
    much being different counts, from 0 to 1: 0 gives the order of the scores, of equal ones the first first. Above 0
    only the best ``candidates(count)`` can be picked. Rows with a score that is not finite are never given. Raises
    ``ValueError`` for an ``amount`` out of its range, and for arrays of other lengths.
    """
    if not 0.0 <= amount <= 1.0:
        raise ValueError(f"an amount of diversity of {amount}: expected 0 to 1")
    values = np.asarray(scores, dtype=np.float64)
    if len(values) != len(dense):
        raise ValueError("scores and vectors have to be of one length")
    pool = _best(values, count if amount == 0 else candidates(count))
    if amount == 0 or len(pool) < 2 or count < 1:
        return pool[: max(count, 0)]
    # Copied once: the picking reads it once a slot.
    vectors = np.ascontiguousarray(dense[pool], dtype=np.float32)
    return pool[_picked((1.0 - amount) * _relevance(values[pool]), vectors, count, amount)]


def candidates(count: int) -> int:
    """How many of the best candidates ``spread`` looks at for so many slots."""
    return max(FEWEST_CANDIDATES, A_SLOT * count)


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


def _picked(worth: NDArray[np.float64], dense: Floats, count: int, amount: float) -> Numbers:
    """Rows of a pool, picked one by one by their worth less ``amount`` times the likeness to those before."""
    nearest = np.zeros(len(worth))
    has_vector = np.asarray(dense.any(axis=1))
    is_open = np.ones(len(worth), dtype=bool)
    picked: list[int] = []
    while len(picked) < min(count, len(worth)):
        row = int(np.argmax(np.where(is_open, worth - amount * nearest, -np.inf)))
        picked.append(row)
        is_open[row] = False
        nearest = np.maximum(nearest, dense @ dense[row])
        if not has_vector.all():
            # What is not known to be different is as alike to the list as papers are on average.
            nearest[~has_vector] = nearest[has_vector].mean() if has_vector.any() else 0.0
    return np.array(picked, dtype=np.int64)
