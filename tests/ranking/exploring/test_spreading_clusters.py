"""Clusters are the same for the same papers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.exploring.clusters import cluster


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
