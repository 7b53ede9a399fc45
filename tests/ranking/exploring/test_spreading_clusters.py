"""Clusters are the same for the same papers, and slots are shared out over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.exploring.clusters import LEAST_WEIGHT, cluster, reweighted, slots


@given(count=st.integers(0, 60), k=st.integers(1, 12), seed=st.integers(0, 5))
def test_each_row_has_a_cluster_and_each_cluster_a_row(count: int, k: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, centres = cluster(rows, k, seed=seed)
    assert sorted(set(labels.tolist())) == list(range(len(centres)))
    assert len(centres) <= k
    assert np.allclose(np.linalg.norm(centres, axis=1), 1.0, atol=1e-5)
    again, _ = cluster(rows, k, seed=seed)
    assert np.array_equal(labels, again)


def test_equal_rows_are_one_cluster() -> None:
    labels, centres = cluster(np.repeat(np.eye(2, 4, dtype=np.float32), 5, axis=0), 6)
    assert len(centres) == 2
    assert len(set(labels[:5].tolist())) == 1


def test_no_clusters_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        cluster(np.eye(3, dtype=np.float32), 0)


@given(
    labels=st.lists(st.integers(0, 5), max_size=60),
    count=st.integers(0, 80),
    weights=st.lists(st.floats(0, 5), min_size=6, max_size=6),
)
def test_slots_are_all_given_and_none_to_what_is_not_there(labels: list[int], count: int, weights: list[float]) -> None:
    array = np.array(labels, dtype=np.int64)
    given_slots = slots(array, count, weights=np.array(weights))
    sizes = np.bincount(array) if labels else np.zeros(0)
    assert (given_slots <= sizes).all()
    able = sum(size for size, weight in zip(sizes, weights, strict=False) if size * weight > 0)
    assert given_slots.sum() == min(count, able)


def test_slots_follow_sizes_and_weights() -> None:
    labels = np.repeat(np.arange(3), [60, 30, 10])
    assert slots(labels, 10).tolist() == [6, 3, 1]
    assert slots(labels, 10, weights=np.array([1.0, 2.0, 0.0])).tolist() == [5, 5, 0]
    with pytest.raises(ValueError, match="weight"):
        slots(labels, 10, weights=np.array([1.0, -1.0, 1.0]))
    with pytest.raises(ValueError, match="weight"):
        slots(labels, 10, weights=np.ones(2))


def test_feedback_raises_what_is_liked_and_never_closes_a_cluster() -> None:
    weights = np.ones(3)
    for _day in range(30):
        weights = reweighted(weights, np.array([10, 10, 0]), np.array([6, 0, 0]))
    assert weights[0] > 1 > weights[1] > 0
    assert weights[1] >= LEAST_WEIGHT / 4
    assert weights.mean() == pytest.approx(1.0)


def test_without_feedback_weights_stay() -> None:
    assert reweighted(np.array([2.0, 0.5]), np.zeros(2), np.zeros(2)).tolist() == [2.0, 0.5]
    assert reweighted(np.array([2.0, 0.5]), np.array([3, 3]), np.zeros(2)).tolist() == [2.0, 0.5]
