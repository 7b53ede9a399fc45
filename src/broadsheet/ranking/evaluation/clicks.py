"""Simulated people who click: as the truth about them is known, what is learnt from clicks can be compared with it.

Readers are shown lists by a bad ranker. They look at a place with a known probability that falls from the first on, and
click what they look at if it is relevant to them, and sometimes though it is not. What is learnt from such clicks,
naively and with the places taken into account, is measured beside what is learnt from the truth ("Unbiased Learning to
Rank with Unbiased Propensity Estimation", Ai and others, 2018, whose setting this is).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.evaluation.folders import Folder
from broadsheet.ranking.exploring.debiased import dual, learnt_places, listwise, naive
from broadsheet.ranking.exploring.lots import draw
from broadsheet.ranking.exploring.propensity import Booleans, ClickLog, Doubles, Integers
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Signal, SignalKind
from broadsheet.ranking.personal.profile import Profile

CUT = 10
HIGHEST = 4
NEAR_DAYS = 3
LEAST_HISTORY, MOST_TAKES = 2, 200
# Of the other papers of those days, these shares are the nearest to what a person took: of grade 3, 2 and 1.
SHARES = ((3, 0.03), (2, 0.08), (1, 0.15))
# Nobody is told of a place that fewer simulated people clicked.
LEAST_CLICKS = 100
BETA = 1.0


@dataclass(frozen=True, slots=True)
class Session:
    """What a person may be shown at once: ``features`` float64 (n, d) and ``grades`` int64 (n,), 0 to ``HIGHEST``.

    ``attention`` float64 (n,) is what the bad ranker goes by.
    """

    person: str
    day: int
    features: Doubles
    grades: Integers
    attention: Doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How simulated people read.

    Place k, from 1 on, is looked at with probability ``(1 / k) ** eta``. What is looked at is clicked with probability
    ``noise`` if it is of grade 0, with certainty if of the highest, and in between by the gain ``2 ** grade - 1``.
    """

    eta: float = 1.0
    noise: float = 0.1

    def examined(self, places: int) -> Doubles:
        """How likely each of the first places is looked at, (places,)."""
        return np.asarray((1.0 / np.arange(1, places + 1)) ** self.eta, dtype=np.float64)

    def attracted(self, grades: Integers) -> Doubles:
        """How likely papers of these grades are clicked when they are looked at, (n,)."""
        gains = (2.0 ** grades.astype(np.float64) - 1) / (2.0**HIGHEST - 1)
        return np.asarray(self.noise + (1 - self.noise) * gains, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Shown:
    """Lists that were shown, n rows in all: each with its list, place, features, grade, and whether a lot placed it."""

    lists: Integers
    positions: Integers
    features: Doubles
    grades: Integers
    is_drawn: Booleans

    def clicked(self, readers: Readers, random: np.random.Generator) -> ClickLog:
        """The log of people who read these lists."""
        places = int(self.positions.max()) + 1
        is_seen = random.random(len(self.lists)) < readers.examined(places)[self.positions]
        clicks = is_seen & (random.random(len(self.lists)) < readers.attracted(self.grades))
        return ClickLog(self.lists, self.positions, self.features, clicks, self.is_drawn)


@dataclass(frozen=True, slots=True)
class Compared:
    """Mean nDCG@10 of rankers on sessions that none of them learnt from, and how wrong the propensities were.

    ``debiased`` learnt from clicks with the Dual Learning Algorithm, ``unbiased`` from the truth, ``shown`` is the bad
    ranker. ``errors``: relative, for each place with enough clicks, the first one 0; ``clicked`` is how many it had.
    """

    shown: float
    naive: float
    debiased: float
    unbiased: float
    errors: tuple[float, ...]
    clicked: tuple[int, ...]


def sessions_of(folder: Folder, attention: Doubles) -> list[Session]:
    """A session for each paper that a person took after at least two others: all papers of the days around it.

    The paper itself, and what else the person took in those days, has the highest grade; others are graded by how near
    their words are to anything the person ever took. A ranker knows less: the person's profile from what they took
    before, the nearest words among that, and ``attention`` (papers, a), of which the first column is what the bad
    ranker goes by. People who took more than 200 papers are curators rather than readers, and are left out.
    """
    texts = folder.papers
    numbers = np.arange(len(texts), dtype=np.int64)
    none = np.zeros((len(texts), 1), dtype=np.float32)
    features = Features.of(numbers, [one.title for one in texts], [one.abstract for one in texts], none)
    found = []
    for person, takes in folder.by_person().items():
        taken = np.array(sorted({take.row for take in takes}), dtype=np.int64)
        if len(taken) > MOST_TAKES:
            continue
        for row in taken:
            day = int(folder.days[row])
            history = taken[folder.days[taken] < day]
            if len(history) < LEAST_HISTORY:
                continue
            near = np.setdiff1d(np.flatnonzero(np.abs(folder.days - day) <= NEAR_DAYS), history)
            known = _known(features, history, near)
            told = np.column_stack([known, attention[near], folder.days[near] - day])
            found.append(Session(person, day, told, _grades(features, taken, near), attention[near, 0]))
    return found


def show(sessions: Sequence[Session], *, lists: int, places: int, slots: int, random: np.random.Generator) -> Shown:
    """Lists of sessions taken at random, in the order of attention with much noise, ``slots`` of the places by lot.

    As in lists that people get, a lot never gives the first place, and each other one as likely as the next.
    """
    columns: list[tuple[Session, Integers, Booleans]] = []
    for pick in random.integers(len(sessions), size=lists):
        one = sessions[pick]
        scores = _standard(one.attention) + random.normal(size=len(one.attention))
        order = np.argsort(-scores)
        rest = order[places - slots :]
        drawn = rest[draw(scores[rest], slots, beta=BETA, random=random)[0]]
        is_drawn = np.zeros(min(places, len(order)), dtype=bool)
        is_drawn[1 + random.permutation(len(is_drawn) - 1)[: len(drawn)]] = True
        rows = np.empty(len(is_drawn), dtype=np.int64)
        rows[is_drawn], rows[~is_drawn] = random.permutation(drawn), order[: len(rows) - len(drawn)]
        columns.append((one, rows, is_drawn))
    return Shown(
        lists=np.repeat(np.arange(lists), [len(rows) for _one, rows, _drawn in columns]),
        positions=np.concatenate([np.arange(len(rows)) for _one, rows, _drawn in columns]),
        features=np.concatenate([one.features[rows] for one, rows, _drawn in columns]),
        grades=np.concatenate([one.grades[rows] for one, rows, _drawn in columns]),
        is_drawn=np.concatenate([drawn for _one, _rows, drawn in columns]),
    )


def compare(shown: Shown, tests: Sequence[Session], readers: Readers, *, random: np.random.Generator) -> Compared:
    """Let people read what was shown, learn from their clicks and from the truth, and rank the test sessions."""
    log = shown.clicked(readers, random)
    places = int(shown.positions.max()) + 1
    plain, debiased = naive(log), dual(log, places)[0]
    truth = listwise(log.features, log.starts, readers.attracted(shown.grades))
    learnt = learnt_places(log, least=LEAST_CLICKS)

    def gain(scores: Sequence[NDArray[np.float64]]) -> float:
        return float(np.mean([ndcg(one.grades, given) for one, given in zip(tests, scores, strict=True)]))

    return Compared(
        shown=gain([one.attention for one in tests]),
        naive=gain([plain.scores(one.features) for one in tests]),
        debiased=gain([debiased.scores(one.features) for one in tests]),
        unbiased=gain([truth.scores(one.features) for one in tests]),
        errors=() if learnt is None else tuple((learnt.examined / readers.examined(len(learnt.examined)) - 1).tolist()),
        clicked=() if learnt is None else tuple(learnt.clicked.tolist()),
    )


def ndcg(grades: Integers, scores: Doubles) -> float:
    """The nDCG@10 of papers in the order of their scores, with the gain ``2 ** grade - 1``; 0 if none has any."""
    discounts = 1 / np.log2(np.arange(2, CUT + 2))
    gains = 2.0**grades - 1
    found, ideal = gains[np.argsort(-scores, kind="stable")][:CUT], np.sort(gains)[::-1][:CUT]
    best = (ideal * discounts[: len(ideal)]).sum()
    return float((found * discounts[: len(found)]).sum() / best) if best else 0.0


def _known(features: Features, history: Integers, near: Integers) -> Doubles:
    """What a ranker knows of papers for a person: the score of the profile, and the nearest of the history, (n, 2)."""
    signals = [Signal(int(row), SignalKind.VOTED) for row in history]
    scores = Profile.of(signals, features.take(history)).scores(features.take(near))
    nearest = (features.words[near] @ features.words[history].T).toarray().max(axis=1)
    return np.column_stack([scores, nearest]).astype(np.float64)


def _grades(features: Features, taken: Integers, near: Integers) -> Integers:
    """How relevant papers are to a person in truth."""
    nearest = (features.words[near] @ features.words[taken].T).toarray().max(axis=1)
    is_taken = np.isin(near, taken)
    ranks = np.empty(len(near), dtype=np.int64)
    ranks[np.argsort(-(nearest + is_taken), kind="stable")] = np.arange(len(near))
    shares = (ranks - is_taken.sum()) / len(near)
    grades = np.zeros(len(near), dtype=np.int64)
    for grade, share in reversed(SHARES):
        grades[shares < share] = grade
    grades[is_taken] = HIGHEST
    return grades


def _standard(values: Doubles) -> Doubles:
    return np.asarray((values - values.mean()) / (values.std() or 1.0))
