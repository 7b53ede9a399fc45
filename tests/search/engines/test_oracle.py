"""Random papers and random conditions: every engine says of each paper what plain Python says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.search.conditions import (
    Condition,
)
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Engine
from broadsheet.search.ordering import INDEXED_SORTS, sort_key
from tests.search.engines.conftest import MAKERS, Kind, quick_folder
from tests.search.engines.known import no_vectors
from tests.search.engines.oracle import holds
from tests.search.engines.strategies import conditions, papers

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


@pytest.fixture(scope="module")
def ground(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all examples: each replaces all that is in it."""
    with quick_folder(tmp_path_factory.mktemp("ground")) as folder:
        for opened in MAKERS[kind.name](folder / "engine"):
            yield opened()


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    stored=st.lists(papers, max_size=7, unique_by=lambda paper: paper.number),
    asked=st.lists(conditions, min_size=6, max_size=12),
)
def test_every_engine_agrees_with_the_oracle(
    ground: Engine, stored: list[IndexDocument], asked: list[Condition]
) -> None:
    kept = {paper.number for paper in stored}
    ground.update(stored, [number for number in range(1, 10) if number not in kept], no_vectors(), "")
    ground.reload()
    numbers = np.arange(12, dtype=np.int64)
    for condition in asked:
        expected = [paper for paper in stored if holds(condition, paper)]
        assert ground.count(condition) == len(expected), condition
        assert numbers[ground.among(numbers, condition)].tolist() == sorted(paper.number for paper in expected)
        for sort in INDEXED_SORTS:
            in_order = [paper.number for paper in sorted(expected, key=lambda paper: -sort_key(paper, sort))]
            assert ground.listed(condition, sort, 0, 20).tolist() == in_order
        facets = ground.facets(condition, 20)
        assert dict(facets["category"]) == _counted(code for paper in expected for code in paper.categories)
        assert dict(facets["year"]) == _counted(str(paper.year) for paper in expected if paper.year)
        assert dict(facets["organisation"]) == _counted(slug for paper in expected for slug, _ in paper.organisations)
        with_code = sum(paper.has_code for paper in expected)
        assert facets["code"] == ([("1", with_code)] if with_code else [])


def _counted(values: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
