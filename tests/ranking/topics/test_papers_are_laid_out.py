"""Positions and regions: the same for the same papers, and those that are alike lie together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.ranking.personal.kinds import Floats
from broadsheet.ranking.topics.projection import project
from broadsheet.ranking.topics.regions import FEWEST_TO_DIVIDE, MOST_REGIONS, regions, silhouette
from broadsheet.ranking.topics.vectors import by_words


def heaps(sizes: list[int], spread: float = 0.1, dims: int = 32) -> tuple[Floats, np.ndarray]:
    """Unit rows around as many directions as there are sizes, and which heap each is of."""
    random = np.random.default_rng(7)
    middles = np.linalg.qr(random.normal(size=(dims, len(sizes))))[0].T
    heap = np.repeat(np.arange(len(sizes)), sizes)
    rows = middles[heap] + spread * random.normal(size=(len(heap), dims))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), heap


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 9])
def test_few_papers_have_places_on_the_sheet(count: int) -> None:
    rows, _ = heaps([count or 1])
    plane = project(rows[:count])
    assert plane.shape == (count, 2)
    assert np.isfinite(plane).all()
    assert ((plane >= 0) & (plane <= 1)).all()


@pytest.mark.parametrize("count", [1, 2, 4, 12])
def test_papers_that_are_all_the_same_lie_in_the_middle(count: int) -> None:
    rows = np.tile(heaps([1])[0], (count, 1))
    assert np.allclose(project(rows), 0.5)
    assert regions(rows, project(rows)).tolist() == [0] * count


@settings(max_examples=10)
@given(st.integers(3, 25), st.integers(0, 2**32 - 1))
def test_the_same_vectors_give_the_same_map(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    rows[1] = rows[0]  # Two papers of one text are nothing special.
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    first, again = project(rows), project(rows.copy())
    assert np.array_equal(first, again)
    assert np.isfinite(first).all()
    labels = regions(rows, first)
    assert np.array_equal(labels, regions(rows.copy(), again))
    assert sorted(set(labels.tolist())) == list(range(labels.max() + 1))
    assert (np.diff(np.bincount(labels)) <= 0).all()


def test_papers_that_are_alike_lie_side_by_side() -> None:
    rows, heap = heaps([12, 12, 12])
    plane = project(rows)
    apart = np.linalg.norm(plane[:, None] - plane[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1)[:, :5]
    assert (heap[nearest] == heap[:, None]).mean() > 0.95


def test_the_number_of_regions_comes_from_the_papers() -> None:
    for sizes in ([20, 10], [14, 12, 10, 8]):
        rows, heap = heaps(sizes)
        labels = regions(rows, project(rows))
        assert labels.tolist() == heap.tolist()


def test_there_are_never_too_many_regions_and_none_is_tiny() -> None:
    rows, _ = heaps([1] * 32 * 4, spread=0.5, dims=128)
    labels = regions(rows, project(rows))
    assert labels.max() + 1 <= MOST_REGIONS
    assert np.bincount(labels).min() >= 3
    few, _ = heaps([1] * (FEWEST_TO_DIVIDE - 1))
    assert regions(few, project(few)).tolist() == [0] * (FEWEST_TO_DIVIDE - 1)


def test_silhouettes_are_those_of_rousseeuw() -> None:
    apart = np.array([[0, 1, 4, 4], [1, 0, 4, 4], [4, 4, 0, 2], [4, 4, 2, 0]], float)
    assert silhouette(apart, np.array([0, 0, 1, 1])) == pytest.approx((0.75 + 0.75 + 0.5 + 0.5) / 4)
    # Who is alone has none.
    assert silhouette(apart, np.array([0, 0, 1, 2])) == pytest.approx((0.75 + 0.75) / 4)


def test_without_vectors_words_tell_what_is_alike() -> None:
    rows = by_words(["red apples fall", "red apples rot", "blue whales sing", "blue whales swim", "", "the of and"])
    cosines = rows @ rows.T
    assert cosines[0, 1] > 0.5 > cosines[0, 2]
    assert not rows[4:].any()
    assert not by_words([]).size
    assert not by_words(["nothing", "in", "common"]).any()
