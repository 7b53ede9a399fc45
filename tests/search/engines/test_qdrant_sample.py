"""What is told from a sample: the spread of all cosines, and how much of a hub a paper is."""

from __future__ import annotations

import numpy as np
import pytest
from qdrant_client import QdrantClient

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.qdrant import Address, engine
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import Link
from broadsheet.search.engines.qdrant.points import LOTS, lot_of
from broadsheet.search.engines.qdrant.sample import NEIGHBOURS, Sample
from broadsheet.search.vectors import HUB_NEIGHBOURS

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
DIMS = 16


def unit_rows(count: int, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_hubs_are_measured_as_in_the_embedded_engine() -> None:
    assert NEIGHBOURS == HUB_NEIGHBOURS


def test_lots_are_even_and_within_bounds() -> None:
    lots = np.array([lot_of(number) for number in range(1, 20_001)])
    assert 0 <= lots.min() < lots.max() < LOTS
    counts = np.bincount(lots * 16 // LOTS, minlength=16)
    assert counts.min() > 0.9 * counts.mean()


def test_hubness_is_the_mean_cosine_to_the_nearest_others() -> None:
    rows = unit_rows(50)
    sample = Sample(np.arange(50, dtype=np.int64), rows, 50)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    expected = np.sort(cosines, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
    assert sample.hubness(sample.numbers, rows) == pytest.approx(expected, abs=1e-5)


def test_a_small_sample_averages_fewer_and_an_empty_one_says_nothing() -> None:
    rows = unit_rows(2)
    sample = Sample(np.array([1, 2], np.int64), rows, 2)
    assert sample.hubness(np.array([1, 2]), rows) == pytest.approx([rows[0] @ rows[1]] * 2, abs=1e-5)
    alone = Sample(np.array([1], np.int64), rows[:1], 1)
    assert alone.hubness(np.array([1]), rows[:1]).tolist() == [0.0]
    nothing = Sample(np.empty(0, np.int64), np.empty((0, DIMS), np.float32), 0)
    assert nothing.hubness(np.array([1]), rows[:1]).tolist() == [0.0]
    assert nothing.spread(rows[0]) == (0.0, 0.0)


def test_the_engine_samples_a_large_collection_and_again_when_it_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SAMPLE_SIZE", 100)
    index = QdrantEngine(
        Link([QdrantClient(":memory:")], 30.0), Address(nodes=(), name="papers"), dims=DIMS, is_local=True
    )
    rows = unit_rows(600)
    papers = [IndexDocument(number=number, title=f"paper {number}", abstract="") for number in range(1, 601)]
    index.update(papers[:500], (), (np.arange(1, 501, dtype=np.int64), rows[:500]), "model")
    vector = rows[0]
    cosines = rows[:500] @ vector
    mean, deviation = index.spread(vector)
    assert mean == pytest.approx(cosines.mean(), abs=0.1)
    assert deviation == pytest.approx(cosines.std(), abs=0.1)
    index.update(papers[500:], (), (np.arange(501, 601, dtype=np.int64), rows[500:]), "model")
    assert index.spread(vector) == (mean, deviation)
    index.reload()
    assert index.spread(vector) != (mean, deviation)
