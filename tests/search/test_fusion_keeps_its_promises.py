"""One list of two: bounds, ties, and that a better half never makes a paper worse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.search.fusion import MEANING_WEIGHT, fuse, ranked

SCORES = st.floats(0, 50, width=32)


@st.composite
def scored(draw: st.DrawFn, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Distinct numbers with scores, in any order."""
    found = draw(st.dictionaries(st.integers(1, 20), SCORES, min_size=least, max_size=12))
    return np.array(list(found), np.int64), np.array(list(found.values()), np.float32)


@example(
    words=(np.array([2, 3]), np.zeros(2, np.float32)),
    meaning=(np.array([1, 3, 2]), np.array([1, 1e-12, 0], np.float32)),
)
@given(scored(), scored())
def test_it_lists_every_paper_once_best_first_within_bounds(words, meaning) -> None:
    numbers, scores = fuse(words, meaning)
    assert sorted(numbers) == sorted({*words[0], *meaning[0]})
    assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    assert (np.diff(scores) <= 0).all()
    ties = np.diff(scores) == 0
    assert (np.diff(numbers)[ties] > 0).all()


@given(scored(), scored(least=1), st.data())
def test_it_never_puts_a_paper_lower_for_a_better_match_of_words(words, meaning, data) -> None:
    number = data.draw(st.sampled_from(sorted({*words[0].tolist(), *meaning[0].tolist()})))
    before = list(fuse(words, meaning)[0]).index(number)
    best = float(words[1].max(initial=0)) + 1
    others = words[0] != number
    better = np.append(words[0][others], number), np.append(words[1][others], best).astype(np.float32)
    assert list(fuse(better, meaning)[0]).index(number) <= before


@given(scored(least=2), st.integers(1, 9))
def test_it_depends_on_the_shape_of_scores_and_not_on_their_unit(words, factor) -> None:
    nothing = np.empty(0, np.int64), np.empty(0, np.float32)
    assert list(fuse(words, nothing)[0]) == list(fuse((words[0], words[1] * factor), nothing)[0])


def test_it_weighs_meaning_above_words() -> None:
    words = np.array([1, 2]), np.array([10.0, 0.0], np.float32)
    meaning = np.array([1, 2]), np.array([0.2, 0.9], np.float32)
    numbers, scores = fuse(words, meaning)
    assert list(numbers) == [2, 1]
    assert scores == pytest.approx([MEANING_WEIGHT, 1 - MEANING_WEIGHT])


def test_it_orders_equal_scores_by_number() -> None:
    numbers, _ = ranked(np.array([3, 1, 2]), np.array([1.0, 1.0, 2.0], np.float32))
    assert list(numbers) == [2, 1, 3]
