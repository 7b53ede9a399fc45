"""A paper that is near to every title loses that advantage."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.search.hubs import STRENGTH, Titles, corrected, titles_for

DIMS, PAPERS, HUB = 16, 200, 7


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Papers around a common direction; one of them is that direction, and so near to all."""
    random = np.random.default_rng(3)
    middle = np.zeros(DIMS)
    middle[0] = 1
    rows = middle + random.normal(0, 0.4, (PAPERS, DIMS))
    rows[HUB] = middle
    return unit(rows)


@pytest.fixture(scope="module")
def titles(vectors) -> np.ndarray:
    """Titles: near to their papers, not the same."""
    return unit(vectors + np.random.default_rng(4).normal(0, 0.1, vectors.shape))


@pytest.fixture(scope="module")
def numbers() -> np.ndarray:
    return np.arange(10, 10 + 3 * PAPERS, 3)


@pytest.fixture(scope="module")
def hubness(vectors, titles, numbers) -> np.ndarray:
    return titles_for(titles, numbers, numbers, vectors).hubness(numbers, vectors)


def often(nearness: np.ndarray) -> np.ndarray:
    """How often each column is among the ten largest of a row."""
    best = np.argpartition(-nearness, 9, axis=1)[:, :10]
    return np.bincount(best.ravel(), minlength=nearness.shape[1])


def test_a_hub_is_among_the_nearest_far_less_often(vectors, hubness) -> None:
    questions = unit(vectors + np.random.default_rng(5).normal(0, 0.1, vectors.shape))
    cosines = questions @ vectors.T
    plain, even = often(cosines), often(corrected(cosines, hubness[None, :]))
    fair = 10
    assert plain[HUB] > 3 * fair
    assert even[HUB] < 1.5 * fair
    assert even.std() < plain.std() / 2


def test_a_hub_owes_more_than_others(hubness) -> None:
    assert hubness.argmax() == HUB


def test_what_is_taken_off_is_a_part_of_the_hubness_and_unknown_stays_unknown() -> None:
    after = corrected(np.array([0.5, np.nan], np.float32), np.array([0.1, 0.1], np.float32))
    assert after[0] == pytest.approx(0.5 - 0.1 * STRENGTH)
    assert np.isnan(after[1])


def test_a_papers_own_title_does_not_count(vectors, numbers) -> None:
    alone = titles_for(vectors[:1], numbers[:1], numbers[1:3], vectors[1:3])
    assert alone.hubness(numbers[:1], vectors[:1])[0] < alone.hubness(np.array([1]), vectors[:1])[0]


def test_without_titles_nothing_is_a_hub(vectors, numbers) -> None:
    none = titles_for(vectors[:0], numbers[:0], numbers, vectors)
    assert none.hubness(numbers, vectors) == pytest.approx(np.zeros(PAPERS))
    assert isinstance(none, Titles)


def test_a_part_of_the_papers_gives_the_hubness_of_all(vectors, titles, numbers, hubness) -> None:
    some = titles_for(titles[::2], numbers[::2], numbers[::3], vectors[::3]).hubness(numbers, vectors)
    assert np.corrcoef(some, hubness)[0, 1] > 0.8


def test_the_same_papers_always_give_the_same(vectors, titles, numbers, hubness) -> None:
    again = titles_for(titles, numbers, numbers, vectors).hubness(numbers, vectors)
    assert (again == hubness).all()
