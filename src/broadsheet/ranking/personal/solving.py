"""The closed form behind a profile: which coefficient each signal gets.

Kernel ridge regression on what was told, as in "Online Analytic Exemplar-Free Continual Learning with Large Models for
Imbalanced Autonomous Driving Task": a head solved by least squares on frozen features, with the rare class made up for.
There pseudo-samples balance the classes, here the trust in each sample does, which needs no samples to be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from broadsheet.ranking.personal.kinds import SignalKind

Doubles = NDArray[np.float64]

# What the score of a paper should be of which this was told. A dismissal counts half of a vote: it may be of the paper
# and not of its subject. In screening, where dismissals are many, a quarter of it and all of it did no better.
TARGETS = {SignalKind.DISMISSED: -0.5, SignalKind.FOLLOWED: 0.5}
TARGET = 1.0


def trust_of(kinds: Sequence[SignalKind]) -> Doubles:
    """How far each signal is believed, float64 (n,), above 0 and at most 1.

    All dismissals together are believed at most as much as all that was liked: a thousand papers set aside must not
    drown the ten that were taken.
    """
    is_dismissed = np.array([kind is SignalKind.DISMISSED for kind in kinds], bool)
    dismissed, liked = int(is_dismissed.sum()), int((~is_dismissed).sum())
    return np.where(is_dismissed, min(1.0, max(1, liked) / max(1, dismissed)), 1.0)


def coefficients(kernel: Doubles, kinds: Sequence[SignalKind]) -> Doubles:
    """The coefficient of each signal, float64 (n,).

    ``kernel`` is float64 (n, n): how alike the papers are of which something was told. The score of another paper is
    its likeness to each of these times the coefficients.
    """
    if not len(kinds):
        return np.empty(0)
    targets = np.array([TARGETS.get(kind, TARGET) for kind in kinds])
    found: Doubles = solve(kernel + np.diag(1 / trust_of(kinds)), targets, assume_a="pos", check_finite=False)
    return found
