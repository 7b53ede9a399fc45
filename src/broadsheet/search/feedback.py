"""What the first papers of an answer say about the rest of it.

Two things, both from vectors that are in hand anyway. The question is moved towards its best papers (Rocchio 1971,
"Relevance feedback in information retrieval"; for dense vectors H. Li et al. 2021, "Pseudo relevance feedback with deep
language models and dense retrievers"), so that a second search by meaning finds what resembles them. And a paper's
score takes on a part of the scores of the papers most like it, as papers that resemble each other answer the same
questions (F. Diaz 2005, "Regularizing ad hoc retrieval scores"). Decision 0016 has what each of them brings.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FEEDBACK_PAPERS: Final = 2
FEEDBACK_WEIGHT: Final = 0.5
NEIGHBOURS: Final = 5
NEIGHBOURS_SHARE: Final = 0.3
# Beyond this many papers an answer is hardly read, and the cosines between all of them would cost more than they give.
MOST_SMOOTHED: Final = 200


def feedback_vector(question: Floats, vectors: Floats, scores: Floats) -> Floats | None:
    """The question moved towards its best papers, float32 (dims,), of length 1.

    ``question`` is a unit vector (dims,), ``vectors`` the unit vectors (n, dims) of the papers with one, in any order,
    ``scores`` float (n,), not negative. None where no paper scores above zero.
    """
    best = np.lexsort((np.arange(len(scores)), -scores))[:FEEDBACK_PAPERS]
    if not len(best) or scores[best[0]] <= 0:
        return None
    centre = _unit(scores[best] @ vectors[best])
    return _unit(question + FEEDBACK_WEIGHT * centre)


def smoothed(scores: Floats, vectors: Floats, has_vector: NDArray[np.bool_]) -> Floats:
    """Scores, float32 (n,), not negative, each with a share of the mean score of the paper's nearest neighbours.

    Neighbours are the NEIGHBOURS papers of the best MOST_SMOOTHED with the largest cosines, which weigh them. A paper
    without a vector stands for itself. Those after the best keep their order behind them. ``vectors`` float32
    (n, dims), unit rows; ``has_vector`` bool (n,).
    """
    lent = np.zeros(len(scores), np.float32)
    best = np.argsort(-scores, kind="stable")[:MOST_SMOOTHED]
    likeness = _nearest_only(vectors[best], has_vector[best])
    weights = likeness.sum(axis=1)
    means = (likeness @ scores[best]) / np.where(weights > 0, weights, 1)
    lent[best] = np.where(weights > 0, means, scores[best])
    mixed: Floats = ((1 - NEIGHBOURS_SHARE) * scores + NEIGHBOURS_SHARE * lent).astype(np.float32)
    return mixed


def _nearest_only(vectors: Floats, has_vector: NDArray[np.bool_]) -> Floats:
    """Cosines between papers, float32 (n, n), zero but for the nearest neighbours of each row."""
    likeness: Floats = np.maximum(vectors @ vectors.T, 0)
    np.fill_diagonal(likeness, 0)
    likeness[~has_vector] = 0
    likeness[:, ~has_vector] = 0
    if len(likeness) > NEIGHBOURS + 1:
        least = np.partition(likeness, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
        likeness[likeness < least] = 0
    return likeness


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    unit: Floats = (vector / length if length > 0 else vector).astype(np.float32)
    return unit
