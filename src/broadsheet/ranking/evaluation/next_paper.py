"""Which paper will this person take next? Measured through the profiles that serve people.

A case is a person and a paper of a day from the start on; their history are the papers of earlier days that they took,
at least two. Candidates are all papers at most three days from the paper's day, without the history. Whatever is learnt
from many papers, how telling words are and what papers have in common, is learnt anew each month from those of earlier
months, and the calibration of scores from cases before the start. No ranker sees anything later than its case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.evaluation.folders import Folder, FolderError, FolderKind, read_folder
from broadsheet.ranking.evaluation.lists import catalogue_coverage, distance_within
from broadsheet.ranking.exploring.calibration import Calibration
from broadsheet.ranking.exploring.calibration_measures import brier, ece
from broadsheet.ranking.personal.backdrop import Backdrop
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats, Numbers, Signal, SignalKind
from broadsheet.ranking.personal.lexicon import Lexicon, Terms, names_of, terms_of
from broadsheet.ranking.personal.metric import PERSONAL, Metric
from broadsheet.ranking.personal.profile import Profile
from broadsheet.search import embedder
from broadsheet.search.indexing import embedded_text

RANKER: Final = "broadsheet"
LEAST_HISTORY, NEAR, SHOWN = 2, 3, 10
CALIBRATED_ON: Final = 180
"""Scores are calibrated on the cases of so many days before the start."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A person, the paper that they take, and rows of the folder's papers: ``history`` and ``candidates``."""

    person: str
    paper: int
    history: Numbers
    candidates: Numbers


@dataclass(frozen=True, slots=True)
class Scored:
    """A case with the score of each candidate, float32 (candidates,)."""

    case: Case
    scores: Floats

    @property
    def is_taken(self) -> NDArray[np.bool_]:
        """Which candidate was taken, bool (candidates,)."""
        return np.asarray(self.case.candidates == self.case.paper)

    @property
    def standard(self) -> Doubles:
        """The scores in standard deviations over the candidates, as people are served by, float64 (candidates,)."""
        values = self.scores.astype(np.float64)
        return np.asarray((values - values.mean()) / (values.std() or 1.0))

    def first(self, count: int) -> Numbers:
        """The ``count`` candidates with the highest scores."""
        return self.case.candidates[np.argsort(-self.scores, kind="stable")[:count]]


class Corpus:
    """The papers of a folder as rankers see them, by what was known at a time."""

    def __init__(self, folder: Folder, dense: Floats, *, text_only: bool, metric: Metric = PERSONAL) -> None:
        """``dense`` is float32 (papers, d). With ``text_only`` the authors' names are hidden."""
        self._texts = tuple(f"{paper.title}. {paper.abstract}" for paper in folder.papers)
        self._terms = terms_of(self._texts)
        self._names = None if text_only else names_of([paper.authors for paper in folder.papers])
        self._dense, self._days, self._metric = dense, folder.days, metric

    def known_before(self, day: int) -> tuple[Features, Metric]:
        """Features of all papers, and the metric, learnt from the papers of days before ``day``."""
        earlier = np.flatnonzero(self._days < day)
        counts, wording = self._terms.counts, self._terms.wording
        lexicon = Lexicon.of(Terms(counts[earlier], wording[earlier]))
        features = Features(
            np.arange(len(self._texts), dtype=np.int64),
            self._dense,
            lexicon.weighed(counts),
            self._names,
            self._texts,
            lexicon.weighed_wording(wording),
        )
        return features, replace(self._metric, backdrop=Backdrop.of(features.take(earlier)))


def evaluate(folder: Path, start: date, *, text_only: bool = False) -> dict[str, Any]:
    """Foretell each next paper from ``start`` on; what the reference protocol reports, and more.

    ``auc``, ``hit_at_10`` and ``mrr`` are means over the cases. ``brier`` and ``ece`` are of calibrated scores, None
    where too few cases lie before the start. ``diversity`` is the mean distance of two papers among the first ten,
    ``coverage`` the share of all candidates that stand among anybody's first ten. Raises ``FolderError`` for a folder
    that cannot be read, is of another kind, or has no case.
    """
    read = read_folder(folder)
    if read.kind is not FolderKind.NEXT_PAPER:
        raise FolderError(f"{folder} holds {read.kind}, not takes of next papers")
    first = start.toordinal()
    dense = vectors_of(read)
    corpus = Corpus(read, dense, text_only=text_only)
    found = list(scored(corpus, cases_of(read, first, date.max.toordinal()), read.days))
    if not found:
        raise FolderError(f"{folder}: nobody took a paper from {start} on after two earlier ones")
    before = list(scored(corpus, cases_of(read, first - CALIBRATED_ON, first), read.days))
    return {"ranker": RANKER, **measures(found), **_probabilities(before, found), **_lists(dense, found)}


def cases_of(folder: Folder, start: int, end: int) -> list[Case]:
    """The cases whose day is from ``start`` on and before ``end`` (proleptic ordinals), by person and paper."""
    days, found = folder.days, []
    for person, takes in folder.by_person().items():
        rows = np.unique([take.row for take in takes])
        for row in rows[(days[rows] >= start) & (days[rows] < end)]:
            history = rows[days[rows] < days[row]]
            if len(history) >= LEAST_HISTORY:
                near = np.flatnonzero(np.abs(days - days[row]) <= NEAR)
                found.append(Case(person, int(row), history, np.setdiff1d(near, history)))
    return found


def scored(corpus: Corpus, cases: Sequence[Case], days: Numbers) -> Iterator[Scored]:
    """The cases, month by month, with the scores of the profile of each history."""
    months: dict[int, list[Case]] = {}
    for case in cases:
        months.setdefault(date.fromordinal(int(days[case.paper])).replace(day=1).toordinal(), []).append(case)
    for month in sorted(months):
        features, metric = corpus.known_before(month)
        for case in months[month]:
            signals = [Signal(int(row), SignalKind.VOTED, int(days[row])) for row in case.history]
            profile = Profile.of(signals, features.take(case.history), metric=metric)
            yield Scored(case, profile.scores(features.take(case.candidates)))


def measures(found: Sequence[Scored]) -> dict[str, Any]:
    """Cases, people, and the mean AUC, hits among the first ten and reciprocal rank; ties count half."""
    areas, ranks = [], []
    for one in found:
        own, others = one.scores[one.is_taken][0], one.scores[~one.is_taken]
        worse, ties = int((others < own).sum()), int((others == own).sum())
        ranks.append(1 + int((others > own).sum()) + ties / 2)
        areas.append((worse + ties / 2) / max(1, len(others)))
    places = np.array(ranks)
    return {
        "cases": len(found),
        "people": len({one.case.person for one in found}),
        "auc": round(float(np.mean(areas)), 4),
        "hit_at_10": round(float((places <= SHOWN).mean()), 4),
        "mrr": round(float((1 / places).mean()), 4),
    }


def vectors_of(folder: Folder) -> Floats:
    """The papers' unit vectors by the installed model, float32 (papers, d); without one, of no dimensions."""
    model = embedder.encoder()
    if model is None:
        return np.empty((len(folder.papers), 0), np.float32)
    return model.encode([embedded_text(paper.title, paper.abstract) for paper in folder.papers])


def _probabilities(before: Sequence[Scored], found: Sequence[Scored]) -> dict[str, float | None]:
    nothing: dict[str, float | None] = {"brier": None, "ece": None}
    if not before:
        return nothing
    calibration = Calibration.fit(_joined(before), _outcomes(before))
    foretold = calibration.of(_joined(found))
    if foretold is None:
        return nothing
    outcomes = _outcomes(found)
    return {"brier": round(brier(foretold, outcomes), 4), "ece": round(ece(foretold, outcomes), 4)}


def _joined(found: Sequence[Scored]) -> Doubles:
    return np.concatenate([one.standard for one in found])


def _outcomes(found: Sequence[Scored]) -> Doubles:
    return np.concatenate([one.is_taken for one in found]).astype(np.float64)


def _lists(dense: Floats, found: Sequence[Scored]) -> dict[str, float | None]:
    lists = [one.first(SHOWN) for one in found]
    catalogue = np.unique(np.concatenate([one.case.candidates for one in found]))
    distances = [distance_within(dense[rows]) for rows in lists] if dense.shape[1] else []
    return {
        "diversity": round(float(np.mean(distances)), 4) if distances else None,
        "coverage": round(catalogue_coverage(lists, catalogue), 4),
    }
