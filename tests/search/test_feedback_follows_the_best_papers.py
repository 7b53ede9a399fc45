"""The first papers of an answer pull the question and lend each other scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.feedback import (
    FEEDBACK_PAPERS,
    MOST_SMOOTHED,
    NEIGHBOURS_SHARE,
    feedback_vector,
    smoothed,
)

AXES = np.eye(4, dtype=np.float32)


def cloud(count: int, seed: int) -> np.ndarray:
    """Unit vectors in all directions."""
    rows = np.random.default_rng(seed).normal(size=(count, 4))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_question_moves_towards_its_best_papers_and_keeps_its_length() -> None:
    moved = feedback_vector(AXES[0], AXES[1:], np.array([0.9, 0.8, 0.7], np.float32))
    assert moved is not None
    assert float(np.linalg.norm(moved)) == pytest.approx(1)
    assert moved[0] > moved[1] > moved[2] > 0
    assert moved[1 + FEEDBACK_PAPERS] == 0


@pytest.mark.parametrize("count", [0, 3])
def test_there_is_nothing_to_learn_from_papers_that_do_not_answer(count) -> None:
    assert feedback_vector(AXES[0], AXES[:count], np.zeros(count, np.float32)) is None


def test_papers_that_cancel_out_leave_the_question_where_it_is() -> None:
    moved = feedback_vector(AXES[0], np.stack([AXES[1], -AXES[1]]), np.ones(2, np.float32))
    assert moved == pytest.approx(AXES[0])


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12), st.integers(0, 99))
def test_scores_stay_within_their_bounds(scores, seed) -> None:
    scores = np.array(scores, np.float32)
    after = smoothed(scores, cloud(len(scores), seed), np.ones(len(scores), bool))
    assert after.max() <= scores.max() + 1e-6
    assert after.min() >= (1 - NEIGHBOURS_SHARE) * scores.min() - 1e-6


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=12), st.integers(0, 99), st.data())
def test_no_paper_comes_lower_for_a_higher_score(scores, seed, data) -> None:
    scores, vectors = np.array(scores, np.float32), cloud(len(scores), seed)
    there, place = np.ones(len(scores), bool), data.draw(st.integers(0, len(scores) - 1))
    higher = scores.copy()
    higher[place] = min(1.0, higher[place] + 0.25)
    before, after = smoothed(scores, vectors, there), smoothed(higher, vectors, there)
    assert (after > after[place] + 1e-6).sum() <= (before > before[place] - 1e-6).sum()


def test_a_paper_gains_by_company_that_answers() -> None:
    vectors = np.stack([AXES[0], AXES[0], AXES[1], AXES[2]])
    after = smoothed(np.array([1.0, 0.4, 0.4, 0.0], np.float32), vectors, np.ones(4, bool))
    assert after[1] > after[2]


def test_a_paper_without_a_vector_stands_for_itself() -> None:
    vectors, there = np.stack([AXES[0], np.zeros(4), AXES[0]]).astype(np.float32), np.array([True, False, True])
    after = smoothed(np.array([1.0, 0.5, 0.0], np.float32), vectors, there)
    assert after == pytest.approx([1 - NEIGHBOURS_SHARE, 0.5, NEIGHBOURS_SHARE])


def test_papers_beyond_the_best_stay_behind_them_in_their_order() -> None:
    count = MOST_SMOOTHED + 20
    scores = np.linspace(1, 0.1, count).astype(np.float32)
    after = smoothed(scores, cloud(count, 1), np.ones(count, bool))
    beyond = after[MOST_SMOOTHED:]
    assert (np.diff(beyond) < 0).all()
    assert beyond.max() <= after[:MOST_SMOOTHED].min()


def test_nothing_is_made_of_nothing() -> None:
    assert smoothed(np.empty(0, np.float32), np.empty((0, 4), np.float32), np.empty(0, bool)).shape == (0,)
