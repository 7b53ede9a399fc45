"""A person's profile: what they told of papers, solved in closed form into a score for any other paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.direction import Direction, Prepared
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.held import Held, dense_of, names_of, wording_of, words_of
from broadsheet.ranking.personal.interests import interests_of
from broadsheet.ranking.personal.kinds import Floats, Interest, Reason, ReasonKind, Signal, SignalKind
from broadsheet.ranking.personal.metric import PERSONAL, Metric, Parts
from broadsheet.ranking.personal.packing import packed, unpacked
from broadsheet.ranking.personal.solving import coefficients

Doubles = NDArray[np.float64]
NEAREST_OF = 200
MOST_REASONS, LEAST_SHARE, MOST_REASON_WORDS = 3, 0.1, 4


@dataclass(frozen=True)
class Profile:
    """Signals with the papers they are about, in one order whatever the order in which they came.

    All else is computed from these, so a profile to which a signal was added and from which it was removed again is,
    bit for bit, the one that never had it.
    """

    held: tuple[Held, ...]
    metric: Metric

    @classmethod
    def of(cls, signals: Sequence[Signal], features: Features, *, metric: Metric | None = None) -> Self:
        """A profile of all signals whose papers are in ``features``; those of other papers are left out."""
        rows = {int(number): row for row, number in enumerate(features.numbers)}
        told = sorted(set(signals), key=_place)
        held = tuple(Held.of(one, features, rows[one.paper_id]) for one in told if one.paper_id in rows)
        return cls(held, metric or PERSONAL)

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The signals, by paper and kind."""
        return tuple(one.signal for one in self.held)

    def added(self, signal: Signal, features: Features) -> Self:
        """The profile with one more signal, whose paper is in ``features``; one of that paper and kind is replaced.

        Raises ValueError when ``features`` lack the paper.
        """
        rows = np.flatnonzero(features.numbers == signal.paper_id)
        if not len(rows):
            raise ValueError(f"no features of paper {signal.paper_id} were given")
        others = self.removed(signal).held
        held = sorted([*others, Held.of(signal, features, int(rows[0]))], key=lambda one: _place(one.signal))
        return type(self)(tuple(held), self.metric)

    def removed(self, signal: Signal) -> Self:
        """The profile without what was told of this paper in this way; the same when nothing was."""
        kept = tuple(one for one in self.held if _place(one.signal) != _place(signal))
        return type(self)(kept, self.metric)

    @cached_property
    def _solved(self) -> Doubles:
        """The coefficient of each signal, float64 (n,)."""
        return coefficients(self.metric.kernel(self._parts, self._parts), [one.signal.kind for one in self.held])

    @cached_property
    def _parts(self) -> Parts:
        return Parts(dense_of(self.held), words_of(self.held), names_of(self.held), wording_of(self.held))

    @cached_property
    def _direction(self) -> Direction:
        """All signals with their coefficients as one: what scores any number of papers at little cost."""
        return Direction.of(self._parts, self._solved, self.metric)

    def contributions(self, candidates: Features) -> Doubles:
        """What each signal adds to the score of each candidate, float64 (candidates, signals)."""
        return self.metric.kernel(_parts_of(candidates), self._parts) * self._solved

    def scores(self, candidates: Features | Prepared) -> Floats:
        """How much each candidate is of interest, float32 (n,): comparable for one person, without unit.

        The ridge over all that was told, and the likeness to whatever single paper is the nearest of those that were
        liked, which counts the same however few tell of it: a second hobby is not drowned by the first. (Each paper
        stands for its kind, as in "Prototypical Networks for Few-shot Learning".) Only the ``NEAREST_OF`` best by the
        ridge are compared one by one. Candidates of many people are to be ``Prepared`` once.
        """
        features = candidates.features if isinstance(candidates, Prepared) else candidates
        if not self.held:
            return np.zeros(len(features), np.float32)
        prepared = (
            candidates if isinstance(candidates, Prepared) else Prepared.of(features, self.metric, is_for_many=False)
        )
        found = self._direction.scores(prepared, self.metric)
        liked = np.flatnonzero(self._solved > 0)
        if self.metric.closest and len(liked) > 1:
            best = np.argsort(-found, kind="stable")[:NEAREST_OF]
            theirs = _parts_of(features.take(best))
            likeness = self.metric.kernel(theirs, self._parts)[:, liked].max(axis=1)
            found[best] += self.metric.closest * self._solved[liked].sum() * np.maximum(likeness, 0)
        return found

    @staticmethod
    def nearest_mean(signals: Sequence[Signal], features: Features, candidates: Features) -> Floats:
        """The baseline: the cosine with the mean vector of what was liked, float32 (n,). Needs a paper at least."""
        liked = [one.paper_id for one in signals if one.kind is not SignalKind.DISMISSED]
        found: Floats = candidates.dense @ features.dense[np.isin(features.numbers, liked)].mean(axis=0)
        return found

    def to_bytes(self) -> bytes:
        """What ``from_bytes`` makes the same profile of; the metric is not in it."""
        return packed(self.held)

    @classmethod
    def from_bytes(cls, body: bytes, *, metric: Metric | None = None) -> Self:
        """The profile that was kept. Raises PackedError (a ValueError) for bytes that are none of this version."""
        return cls(unpacked(body), metric or PERSONAL)

    def reasons(self, candidates: Features, rows: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Why candidates in these rows are recommended: the papers and words that raise their score, most first."""
        if not self.held:
            return [() for _ in rows]
        taken = candidates.take(rows)
        words = taken.words
        return [
            self._reasons(
                parts, dict(zip(words.indices[first:last].tolist(), words.data[first:last].tolist(), strict=True))
            )
            for parts, first, last in zip(self.contributions(taken), words.indptr[:-1], words.indptr[1:], strict=True)
        ]

    def _reasons(self, parts: Doubles, weights: Mapping[int, float]) -> tuple[Reason, ...]:
        """Why a candidate is there, whose words have these ``weights`` by their columns."""
        raised = np.maximum(parts, 0)
        shares = raised / (raised.sum() or 1)
        found: list[Reason] = []
        for place in np.argsort(-shares, kind="stable")[:MOST_REASONS]:
            # Of many papers each explains little: the one that explains most is told anyway.
            if not shares[place] or (found and shares[place] < LEAST_SHARE):
                break
            one = self.held[place]
            common = sorted((column for column, _ in one.shown if column in weights), key=lambda c: -weights[c])
            shown = dict(one.shown)
            told = tuple(shown[column] for column in common[:MOST_REASON_WORDS])
            found.append(
                Reason(ReasonKind.LIKE_PAPER, float(shares[place]), one.signal.paper_id, one.signal.kind, told)
            )
        return tuple(found)

    def interests(self) -> list[Interest]:
        """The several interests that the papers tell of, strongest first."""
        return interests_of([one for one in self.held if one.signal.kind is not SignalKind.DISMISSED])


def _parts_of(papers: Features) -> Parts:
    return Parts(papers.dense, papers.words, papers.names, papers.wording)


def _place(signal: Signal) -> tuple[int, str]:
    return signal.paper_id, signal.kind.value
