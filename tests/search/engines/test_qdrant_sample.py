"""What is told from a sample: the spread of all cosines."""

from __future__ import annotations

import numpy as np
import pytest
from qdrant_client import QdrantClient

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.qdrant import Address, engine
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import Link
from broadsheet.search.engines.qdrant.points import LOTS, lot_of
from broadsheet.search.engines.qdrant.sample import Sample

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
DIMS = 16


def unit_rows(count: int, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_lots_are_even_and_within_bounds() -> None:
    lots = np.array([lot_of(number) for number in range(1, 20_001)])
    assert 0 <= lots.min() < lots.max() < LOTS
    counts = np.bincount(lots * 16 // LOTS, minlength=16)
    assert counts.min() > 0.9 * counts.mean()


def test_an_empty_sample_says_nothing() -> None:
    nothing = Sample(np.empty(0, np.int64), np.empty((0, DIMS), np.float32), 0)
    assert nothing.spread(unit_rows(1)[0]) == (0.0, 0.0)


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
