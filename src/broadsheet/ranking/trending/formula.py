"""The trending formula: how much attention a paper gets now. Pure functions on arrays; ``docs/ranking.md`` explains it.

For each part of attention (votes here, votes elsewhere, comments, saves, stars, pins) what happened is summed, each act
worth half after every half-life, and of the sum the square root is taken: diminishing returns, so that four times the
people are twice the points and a ring or a burst moves little. The points of a part are its weight times that root, and
attention is their sum, times a factor for the paper's field:

    attention = (usual / usual in the field) ** category * sum of weight * sqrt(sum of 2 ** -(age / half-life))

What is usual in a field is the mean of undecayed points of its papers, without the paper itself and shrunk towards that
of all papers, as if the field had ``PRIOR_PAPERS`` more papers like all others (an empirical-Bayes mean): small fields
are not drowned, and one paper does not make a field.

As every part fades alike (its root halves every two half-lives), time changes no order and no share of a part. So the
score is kept as a logarithm relative to a fixed day ("forward decay", Cormode, Shkapenyuk, Srivastava and Xu, "Forward
Decay: A Practical Time Decay Model for Streaming Systems", ICDE 2009): only what is new makes it change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.trending.weights import PARTS, Part, Weights

Reals = NDArray[np.float64]
Rows = NDArray[np.int64]
Marks = NDArray[np.bool_]

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""Moments are days since then, as real numbers; any day would do."""
DAY_SECONDS = 86_400
PRIOR_PAPERS = 8
"""A field with so many papers is believed half, one with far more entirely."""
MOST_FACTOR = 4.0
"""A field is lifted or lowered by this much at most, however unusual."""
FACTOR_STEPS = 16
"""The factor moves in sixteenths of a doubling, so that one vote does not make every score of its field new."""
_MADE_UP_BY_PEOPLE = tuple(PARTS.index(part) for part in PARTS if part is not Part.PINS)
"""What is usual in a field is what people do there; curators' pins are left out."""


def moment_of(at: datetime) -> float:
    """A time as days since ``EPOCH``."""
    return (at - EPOCH).total_seconds() / DAY_SECONDS


def time_of(moment: float) -> datetime:
    """The time of a moment in days since ``EPOCH``."""
    return EPOCH + timedelta(days=moment)


@dataclass(frozen=True, slots=True)
class Acts:
    """What happened, in any order: to the paper in row ``rows`` (m,), when ``at`` (m,) in days, how much (m,)."""

    rows: Rows
    at: Reals
    amounts: Reals

    @classmethod
    def none(cls) -> Acts:
        """Nothing happened."""
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Attention:
    """Papers (row ids (n,), ascending) with everything that happened to them.

    ``fields`` (n,) is the number of each paper's primary category in ``field_names``, -1 without one; ``listed_at``
    (n,) the beginning of the day on which each was first listed, else published. ``supporters`` are distinct people
    and votes elsewhere, ``is_dated`` (m,) says of which the time is really known.
    """

    paper_ids: Rows
    fields: Rows
    field_names: tuple[str, ...]
    listed_at: Reals
    parts: Mapping[Part, Acts]
    supporters: Acts
    is_dated: Marks


@dataclass(frozen=True, slots=True)
class Scores:
    """What the formula gives: ``score`` (n,), the base-2 logarithm of attention as of ``EPOCH``, -inf without any.

    ``shares`` (n, parts) are the parts' shares of the attention, ``amounts`` (n, parts) what happened without decay,
    ``middles`` (n, parts) the moment at which all of it could have happened at once for the same worth (NaN where there
    is nothing), and ``factors`` (n,) what each paper's field made of it.
    """

    score: Reals
    shares: Reals
    amounts: Reals
    middles: Reals
    factors: Reals


def scores(attention: Attention, weights: Weights, moment: float) -> Scores:
    """The attention of each paper at ``moment`` (days since ``EPOCH``); acts after it count as at it.

    Never fewer points for more acts: a paper's own acts are not in what its field is compared with.
    """
    count = len(attention.paper_ids)
    worth, amounts = np.zeros((count, len(PARTS))), np.zeros((count, len(PARTS)))
    for column, part in enumerate(PARTS):
        acts = attention.parts.get(part)
        if acts is None or not len(acts.rows):
            continue
        decayed = acts.amounts * np.exp2((np.minimum(acts.at, moment) - moment) / weights.half_life_days)
        worth[:, column] = _summed(acts.rows, decayed, count)
        amounts[:, column] = _summed(acts.rows, acts.amounts, count)
    by_weight = np.array([weights.of(part) for part in PARTS])
    points = np.sqrt(worth) * by_weight
    factors = _factors(attention.fields, np.sqrt(amounts) * by_weight, weights.category)
    total = points.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Scores(
            score=np.log2(total * factors) + moment / (2 * weights.half_life_days),
            shares=np.where(total[:, None] > 0, points / total[:, None], 0.0),
            amounts=amounts,
            middles=moment + weights.half_life_days * np.log2(np.where(amounts > 0, worth / amounts, np.nan)),
            factors=factors,
        )


def _summed(rows: Rows, values: Reals, count: int) -> Reals:
    """The sum of values by row, the same for any order of them."""
    order = np.lexsort((values, rows))
    return np.asarray(np.bincount(rows[order], weights=values[order], minlength=count), np.float64)


def _factors(fields: Rows, undecayed: Reals, category: float) -> Reals:
    """How much each paper's field lifts or lowers it, from 1 / ``MOST_FACTOR`` to ``MOST_FACTOR``."""
    own = undecayed[:, _MADE_UP_BY_PEOPLE].sum(axis=1)
    if len(own) < 2 or category == 0:
        return np.ones(len(own))
    usual = (own.sum() - own) / (len(own) - 1)
    known = fields >= 0
    groups = np.where(known, fields, 0)
    sums = np.bincount(groups[known], weights=own[known], minlength=int(groups.max()) + 1)
    sizes = np.bincount(groups[known], minlength=len(sums))
    others = np.maximum(sums[groups] - own, 0.0)
    in_field = (others + PRIOR_PAPERS * usual) / (sizes[groups] - 1 + PRIOR_PAPERS)
    with np.errstate(divide="ignore", invalid="ignore"):
        doublings = np.where(known & (usual > 0), category * np.log2(usual / in_field), 0.0)
    most = np.log2(MOST_FACTOR)
    steps = np.round(np.clip(np.nan_to_num(doublings), -most, most) * FACTOR_STEPS)
    return np.asarray(np.exp2(steps / FACTOR_STEPS), np.float64)
