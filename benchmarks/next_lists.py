"""Lists as people would have got them of the daily papers: scores of the candidates of each next paper, names hidden.

A case is a person and a day of which the person took papers, with at least two papers of earlier days as history; its
candidates are the papers of at most three days from that day, without the history (the protocol of next papers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import DAILY_PAPERS, Options, needed

if TYPE_CHECKING:
    from broadsheet.ranking.personal.features import Features

# What is chosen is chosen on the quarter before this day, and measured from it on.
CHOSEN_FROM, MEASURED_FROM = date(2025, 4, 1), date(2025, 7, 1)
NEAR = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One person on one day: candidates in rows, their ``scores`` float32 (n,), and which of them were taken."""

    candidates: np.ndarray
    scores: np.ndarray
    is_taken: np.ndarray
    history: int


@dataclass(frozen=True, slots=True)
class Daily:
    """The daily papers: unit vectors (papers, d), days as ordinals (papers,), and the cases by the day of choice."""

    dense: np.ndarray
    days: np.ndarray
    chosen_on: list[Case]
    measured_on: list[Case]


def daily_papers(options: Options) -> Daily:
    """Read the daily papers and score all cases with the ranker that serves people; minutes, mostly of embedding."""
    _open(options.home)
    from broadsheet.ranking.evaluation.folders import read_folder
    from broadsheet.ranking.personal.features import Features

    folder = read_folder(needed(options.data / DAILY_PAPERS))
    titles = [paper.title for paper in folder.papers]
    abstracts = [paper.abstract for paper in folder.papers]
    dense = _vectors(options.home, titles, abstracts)
    features = Features.of(np.arange(len(titles)), titles, abstracts, dense)
    taken = {person: {take.row for take in takes} for person, takes in folder.by_person().items()}
    bounds = CHOSEN_FROM.toordinal(), MEASURED_FROM.toordinal()
    found = {True: [], False: []}
    for day, case in _cases(features, folder.days, taken, bounds[0]):
        found[day < bounds[1]].append(case)
    return Daily(dense, folder.days, found[True], found[False])


def _open(home: Path | None) -> None:
    """Set Django up, for an instance in ``home`` or for one that is not kept."""
    if home is not None:
        open_here(home)
        return
    with temporary_home() as empty:
        open_here(empty)


def _cases(features: Features, days: np.ndarray, taken: dict[str, set[int]], start: int) -> Iterator[tuple[int, Case]]:
    from broadsheet.ranking.personal.kinds import Signal, SignalKind
    from broadsheet.ranking.personal.profile import Profile

    for rows in taken.values():
        by_day = defaultdict(set)
        for row in rows:
            by_day[int(days[row])].add(row)
        for day in sorted(day for day in by_day if day >= start):
            history = np.array(sorted(row for row in rows if days[row] < day))
            if len(history) < 2:
                continue
            candidates = np.setdiff1d(np.flatnonzero(np.abs(days - day) <= NEAR), history)
            signals = [Signal(int(row), SignalKind.VOTED) for row in history]
            scores = Profile.of(signals, features.take(history)).scores(features.take(candidates))
            yield day, Case(candidates, scores, np.isin(candidates, sorted(by_day[day])), len(history))


def _vectors(home: Path | None, titles: list[str], abstracts: list[str]) -> np.ndarray:
    """The papers' unit vectors by the installed model, kept in ``home`` where one is named."""
    from broadsheet.search.embedder import encoder
    from broadsheet.search.indexing import embedded_text

    model = encoder()
    if model is None:
        raise SystemExit("no embedding model is installed; run: broadsheet model install")
    kept = home / f"daily-vectors-{model.fingerprint[:12]}.npy" if home else None
    if kept is not None and kept.exists():
        return np.load(kept)
    dense = model.encode([embedded_text(title, text) for title, text in zip(titles, abstracts, strict=True)])
    if kept is not None:
        np.save(kept, dense)
    return dense
