"""Simulated people click: what the debiased ranker learns from that is nearly the truth, which the naive one misses."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from broadsheet.ranking.evaluation.clicks import HIGHEST, Readers, Session, compare, ndcg, sessions_of, show
from broadsheet.ranking.evaluation.folders import Folder, FolderKind, FolderPaper, Take

DAY = date(2025, 6, 2).toordinal()


def made_sessions(count: int, *, seed: int) -> list[Session]:
    """Each of 20 papers, with two features of which the first tells grades; the second is what brought them up."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        features = random.normal(size=(20, 2))
        truth = features[:, 0] + 0.3 * random.normal(size=20)
        grades = np.zeros(20, dtype=np.int64)
        grades[np.argsort(-truth)[:6]] = [4, 3, 2, 2, 1, 1]
        found.append(Session(f"reader {number}", DAY, features, grades, features[:, 1]))
    return found


def test_the_debiased_ranker_recovers_what_the_naive_one_misses() -> None:
    random = np.random.default_rng(3)
    shown = show(made_sessions(300, seed=1), lists=6_000, places=8, slots=1, random=random)
    found = compare(shown, made_sessions(100, seed=2), Readers(eta=1.5), random=random)
    assert found.debiased >= 0.98 * found.unbiased
    assert found.debiased >= 1.1 * found.naive
    assert found.shown < found.naive
    assert found.errors[0] == 0
    assert max(np.abs(found.errors[:4])) < 0.15
    assert len(found.errors) == len(found.clicked) > 4


def test_lots_are_drawn_anywhere_but_first() -> None:
    shown = show(made_sessions(5, seed=1), lists=400, places=6, slots=2, random=np.random.default_rng(1))
    assert len(shown.lists) == 2_400
    places = np.bincount(shown.positions[shown.is_drawn], minlength=6)
    assert places[0] == 0
    assert places[1:].sum() == 800
    assert places[1:].min() > 100
    few = show(made_sessions(5, seed=1), lists=3, places=30, slots=2, random=np.random.default_rng(1))
    assert not few.is_drawn.any(), "where all are shown, nothing is left to be drawn"
    assert len(few.lists) == 60


def test_readers_look_less_at_later_places_and_click_what_is_relevant() -> None:
    readers = Readers(eta=0.5, noise=0.1)
    assert readers.examined(4) == pytest.approx([1, 0.7071, 0.5774, 0.5], abs=1e-4)
    assert readers.attracted(np.array([0, HIGHEST])) == pytest.approx([0.1, 1.0])
    assert Readers(eta=0.0).examined(3).tolist() == [1.0, 1.0, 1.0]


def test_a_ranking_gains_by_what_stands_first() -> None:
    grades = np.array([0, 4, 0])
    assert ndcg(grades, np.array([0.0, 1.0, 0.5])) == 1.0
    assert ndcg(grades, np.array([1.0, 0.5, 0.0])) == pytest.approx(1 / np.log2(3))
    assert ndcg(np.zeros(3, dtype=np.int64), np.ones(3)) == 0.0


def test_sessions_are_made_of_what_people_took() -> None:
    topics = ("ranking papers for readers of a daily page", "growing tomatoes under glass in winter")
    papers = tuple(
        FolderPaper(f"p{number}", f"{topics[number % 2]} {number}", f"We study {topics[number % 2]}.")
        for number in range(12)
    )
    days = DAY + np.array([0, 0, 1, 1, 9, 9, 10, 10, 10, 10, 40, 40])
    takes = [Take("reader", row, "submitted", int(days[row])) for row in (0, 2, 4, 10)]
    curator = [Take("curator", row % 12, "submitted", int(days[row % 12])) for row in range(12)]
    folder = Folder(FolderKind.NEXT_PAPER, papers, days.astype(np.int64), (*takes, *curator[:2]))
    attention = np.arange(12.0)[:, None]
    found = sessions_of(folder, attention)
    assert [(one.person, one.day - DAY) for one in found] == [("reader", 9), ("reader", 40)]
    first = found[0]
    assert first.attention.tolist() == [4, 5, 6, 7, 8, 9]
    assert first.grades[0] == HIGHEST
    assert (first.grades[1:] < HIGHEST).all()
    assert first.features.shape == (6, 4)
    about = first.features[:, 0]
    assert min(about[[2, 4]]) > max(about[[1, 3, 5]]), "the profile knows the topic"
