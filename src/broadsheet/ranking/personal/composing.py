"""From scores to a list: what is fresh, noticed or followed is raised, the list is spread, some places are by lot."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.exploring.diversity import collapse, spread
from broadsheet.ranking.exploring.lots import draw
from broadsheet.ranking.personal.candidates import Pool
from broadsheet.ranking.personal.cold_start import Followed
from broadsheet.ranking.personal.kinds import Floats, Numbers, Reason, ReasonKind
from broadsheet.ranking.personal.profile import Profile

FRESHNESS: Final = 4.0
"""What a paper of today has before an old one with the slider at its end, in standard deviations of the interest."""
HALF_AFTER: Final = 3.0
"""After so many days half of it is left."""
ATTENTION: Final = 3.0
"""What the paper with most votes and comments has before one without any, likewise."""
HEAD: Final = 60
"""So many papers at the beginning are spread over topics and have places by lot; behind them the score alone counts."""
LOOKED_AT: Final = 120
"""Among so many of the best, near-duplicates are shown once."""
DRAWN_FROM: Final = 300
"""Lots are drawn among so many of the best behind the head."""
BETA: Final = 1.0
"""How much likelier a better paper is drawn: see ``lots.draw``."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants a list: shares from 0 to 1, and the number that lots are drawn from."""

    recency: float
    popularity: float
    exploration: float
    diversity: float
    seed: int


@dataclass(frozen=True)
class Composed:
    """A list of the whole pool: ``rows`` in their order, and what each is there for.

    ``scores``: float64 (pool,), with minus infinity where a paper is not to be shown. ``drawn`` has the rows that got
    their place by lot, each with the probability of it.
    """

    pool: Pool
    profile: Profile
    followed: Followed
    relevance: NDArray[np.float64]
    bonus: Floats
    noticed: Floats
    scores: NDArray[np.float64]
    drawn: dict[int, float]
    head: Numbers

    @property
    def total(self) -> int:
        """How many papers the list has."""
        return int(np.isfinite(self.scores).sum())

    @cached_property
    def rows(self) -> Numbers:
        """All rows in their order."""
        rest = self.scores.copy()
        rest[self.head] = -np.inf
        behind = np.argsort(-rest, kind="stable")[: self.total - len(self.head)]
        return np.concatenate([self.head, behind]).astype(np.int64)

    def page(self, start: int, count: int) -> list[int]:
        """The rows of some places; those of the head need no order of the rest."""
        rows = self.head if start + count <= len(self.head) else self.rows
        return [int(row) for row in rows[start : start + count]]

    def reasons(self, rows: list[int]) -> list[tuple[Reason, ...]]:
        """Why the papers of these rows are there, the weightiest reason first."""
        told = self.profile.reasons(self.pool.features, rows)
        return [self._reasons(row, one) for row, one in zip(rows, told, strict=True)]

    def _reasons(self, row: int, told: tuple[Reason, ...]) -> tuple[Reason, ...]:
        liked, bonus, noticed = max(0.0, float(self.relevance[row])), float(self.bonus[row]), float(self.noticed[row])
        whole = (liked + bonus + noticed) or 1.0
        found = [_of_sentence(one, self.followed.sentences, liked / whole) for one in told]
        if bonus:
            found.append(Reason(ReasonKind.FOLLOWED, bonus / whole, name=self.followed.name_at(self.pool, row)))
        if noticed / whole >= 0.2:
            found.append(Reason(ReasonKind.POPULAR, noticed / whole))
        if row in self.drawn:
            found.append(Reason(ReasonKind.EXPLORING, 1.0))
        return tuple(sorted(found, key=lambda one: -one.share))


def compose(pool: Pool, profile: Profile, followed: Followed, known: Set[int], wishes: Wishes) -> Composed:
    """Order a pool for somebody; ``known`` are papers (row ids) that are left out."""
    relevance = standardised(profile.scores(pool.prepared)) if profile.held else np.zeros(len(pool))
    bonus = followed.bonus(pool)
    noticed = (ATTENTION * wishes.popularity * pool.attention).astype(np.float32)
    ages = pool.day.toordinal() - pool.listed
    scores = relevance + bonus + noticed + FRESHNESS * wishes.recency * np.exp2(-ages / HALF_AFTER)
    scores[pool.rows_of(known)] = -np.inf
    _show_once(pool, scores)
    places = spread(scores, pool.features.dense, HEAD, amount=wishes.diversity)
    drawn, head = _with_lots(scores, places, wishes)
    return Composed(pool, profile, followed, relevance, bonus, noticed, scores, drawn, head)


def standardised(scores: Floats) -> NDArray[np.float64]:
    """Scores less their mean and divided by their standard deviation; zeros where all are alike."""
    values = np.asarray(scores, np.float64)
    deviation = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros(len(values))


def best(scores: NDArray[np.float64], count: int) -> Numbers:
    """The rows of the best ``count`` that may be shown, best first, equal ones by row."""
    rows = np.flatnonzero(np.isfinite(scores))
    if len(rows) > count:
        least = np.partition(scores[rows], len(rows) - count)[len(rows) - count]
        rows = rows[scores[rows] >= least]
    return rows[np.argsort(-scores[rows], kind="stable")][:count].astype(np.int64)


def _show_once(pool: Pool, scores: NDArray[np.float64]) -> None:
    """Take out of the best what is there a second time."""
    rows = best(scores, LOOKED_AT)
    kept = collapse([pool.described[row] for row in rows], pool.features.dense[rows])
    scores[np.delete(rows, kept)] = -np.inf


def _with_lots(scores: NDArray[np.float64], places: Numbers, wishes: Wishes) -> tuple[dict[int, float], Numbers]:
    """The rows that were drawn, and the head with them in it."""
    slots = min(round(len(places) * wishes.exploration), len(places) - 1)
    behind = scores.copy()
    behind[places] = -np.inf
    others = best(behind, DRAWN_FROM)
    if slots < 1 or not len(others):
        return {}, places
    random = np.random.default_rng(wishes.seed)
    rows, chances = draw(scores[others], slots, beta=BETA, random=random)
    drawn = dict(zip(others[rows].tolist(), chances.tolist(), strict=True))
    # Not in the order of the draw: that any of them may stand anywhere tells how likely each place is looked at.
    lots = random.permutation(others[rows]).tolist()
    at = set(_lot_places(len(places), len(lots), random))
    left, chosen = iter(places.tolist()), iter(lots)
    head = [next(chosen) if place in at else next(left) for place in range(len(places))]
    return drawn, np.array(head, np.int64)


def _lot_places(length: int, count: int, random: np.random.Generator) -> list[int]:
    """So many places of a head that are given by lot: spread evenly, at random within each part, never the first."""
    edges = np.linspace(1, length, count + 1).astype(int)
    spans = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    return [int(random.integers(first, last)) for first, last in spans if last > first]


def _of_sentence(reason: Reason, sentences: Mapping[int, str], part: float) -> Reason:
    """A reason with its share of the whole score; what stands for a sentence in the person's own words says so."""
    share = reason.share * part
    if reason.paper_id is None or reason.paper_id not in sentences:
        return replace(reason, share=share)
    return Reason(ReasonKind.WORDS, share, words=reason.words, name=sentences[reason.paper_id])
