"""Places are given by lot with chances that fall with the rank, and it is told exactly how likely each was drawn."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.exploring.lots import draw, inclusion, softrank

scores_of_papers = st.lists(st.floats(-5, 5) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=40).map(np.array)
betas = st.sampled_from([0.0, 0.5, 1.0, 2.0, 8.0, 40.0])
seeds = st.integers(0, 1000).map(np.random.default_rng)


def counted(heights: np.ndarray, slots: int) -> np.ndarray:
    """The chances by going through all orders in which papers may be drawn one after the other."""
    rates, chances = np.exp(heights).tolist(), np.zeros(len(heights))
    for order in permutations(range(len(heights)), slots):
        chance, left = 1.0, set(range(len(heights)))
        for row in order:
            chance *= rates[row] / sum(rates[other] for other in sorted(left))
            left.remove(row)
        chances[list(order)] += chance
    return chances


@given(scores_of_papers, st.integers(0, 45), betas, seeds)
def test_rows_are_drawn_once_with_their_chances(
    scores: np.ndarray, slots: int, beta: float, random: np.random.Generator
) -> None:
    rows, chances = draw(scores, slots, beta=beta, random=random)
    assert len(rows) == len(chances) == len(set(rows.tolist())) == min(slots, len(scores))
    assert ((chances > 0) & (chances <= 1)).all()
    assert (chances == 1).all() or slots < len(scores)
    heights = softrank(scores, beta)
    everybody = inclusion(heights, slots, np.arange(len(scores)))
    assert everybody.sum() == pytest.approx(min(slots, len(scores)), abs=1e-8)
    assert everybody[rows] == pytest.approx(chances, rel=1e-8)
    assert (np.diff(everybody[np.argsort(-scores)]) <= 1e-9).all(), "a better paper has no smaller chance"


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6).map(np.array), st.integers(1, 6), betas)
def test_chances_are_those_of_drawing_one_after_the_other(scores: np.ndarray, slots: int, beta: float) -> None:
    heights, slots = softrank(scores, beta), min(slots, len(scores))
    assert inclusion(heights, slots, np.arange(len(scores))) == pytest.approx(counted(heights, slots), rel=1e-7)


@pytest.mark.parametrize(("slots", "beta"), [(1, 1.0), (3, 0.7), (5, 2.0)])
def test_papers_are_drawn_as_often_as_told(slots: int, beta: float) -> None:
    random = np.random.default_rng(5)
    scores, rounds = random.normal(size=20), 400
    chances = inclusion(softrank(scores, beta), slots, np.arange(20))
    drawn = np.zeros(20)
    for _round in range(rounds):
        drawn[draw(scores, slots, beta=beta, random=random)[0]] += 1
    deviation = np.sqrt(chances * (1 - chances) / rounds)
    assert (np.abs(drawn / rounds - chances) < 4.5 * deviation + 1e-9).all()


def test_equal_scores_have_equal_chances_and_a_great_beta_takes_the_best() -> None:
    chances = inclusion(softrank(np.array([2.0, 1.0, 1.0, 0.0]), 1.0), 2, np.arange(4))
    assert chances[1] == pytest.approx(chances[2])
    assert chances[0] > chances[1] > chances[3]
    uniform = inclusion(softrank(np.array([2.0, 1.0, 0.0, -9.0]), 0.0), 3, np.arange(4))
    assert uniform == pytest.approx(np.full(4, 0.75))
    rows, sure = draw(np.arange(50.0), 1, beta=40.0, random=np.random.default_rng(1))
    assert (rows.tolist(), sure[0]) == ([49], pytest.approx(1.0))
    many = inclusion(softrank(np.random.default_rng(2).normal(size=3000), 1.0), 5, np.arange(0, 3000, 300))
    assert ((many > 0) & (many < 1)).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    random = np.random.default_rng(1)
    with pytest.raises(ValueError, match="at least 0"):
        draw(np.ones(3), -1, beta=1.0, random=random)
    with pytest.raises(ValueError, match="at least 0"):
        draw(np.ones(3), 1, beta=-1.0, random=random)
    with pytest.raises(ValueError, match="not a number"):
        draw(np.array([1.0, np.nan]), 1, beta=1.0, random=random)
    assert [len(part) for part in draw(np.empty(0), 2, beta=1.0, random=random)] == [0, 0]
