"""The values that pass between the parts of this room: a signal, a reason, an interest, a recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


class SignalKind(StrEnum):
    """What a person did that tells of an interest."""

    VOTED = "voted"
    SAVED = "saved"
    WROTE = "wrote"
    EXAMPLE = "example"
    FOLLOWED = "followed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, order=True)
class Signal:
    """One thing that a person told of one paper (row id). There is at most one of a kind for a paper.

    ``day`` is the day (proleptic ordinal) on which it was told.
    """

    paper_id: int
    kind: SignalKind
    day: int = 0


class ReasonKind(StrEnum):
    """Why a paper is recommended."""

    LIKE_PAPER = "like a paper"
    WORDS = "words"
    FOLLOWED = "followed"
    EXPLORING = "exploring"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper is recommended.

    Because of a paper (with what the person did), of words, of who is followed, or of curiosity. ``share`` is the part
    of the score that it explains, from 0 to 1.
    """

    kind: ReasonKind
    share: float
    paper_id: int | None = None
    signal: SignalKind | None = None
    words: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """One of the several interests of a person: the papers (row ids, most typical first) and words that tell of it.

    ``weight`` is its share of all interests, from 0 to 1. ``key`` stays the same as long as its papers do.
    """

    key: str
    weight: float
    paper_ids: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A paper (row id) for a person.

    ``interest`` is the calibrated probability of interest, or None when nothing is
    calibrated; ``propensity`` the probability with which it got its place, below 1 where the place was drawn by lot.
    """

    paper_id: int
    score: float
    reasons: tuple[Reason, ...]
    is_exploring: bool = False
    propensity: float = 1.0
    interest: float | None = None
