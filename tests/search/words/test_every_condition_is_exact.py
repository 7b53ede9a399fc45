"""Whatever is asked of the word index, the answer is that of plain Python over the same papers."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.search.ordering import INDEXED_SORTS, sort_key
from broadsheet.search.words import WordIndex
from tests.search.words import oracle

ALL = 10_000


@settings(max_examples=25, deadline=None)
@given(oracle.batches, st.lists(oracle.conditions, min_size=1, max_size=12))
def test_it_agrees_with_plain_python(batches, conditions) -> None:
    papers = oracle.kept(batches)
    asked = np.array(range(-1, 15), np.int64)
    with tempfile.TemporaryDirectory() as folder:
        index = WordIndex(Path(folder))
        for added, gone in batches:
            index.update(added, gone)
        assert index.numbers().tolist() == [paper.number for paper in papers]
        for must in [None, *conditions]:
            wanted = [paper for paper in papers if oracle.satisfies(paper, must)]
            numbers = [paper.number for paper in wanted]
            matching = index.matching(must, ALL)
            assert matching is not None
            assert matching.tolist() == numbers
            assert index.count(must) == len(numbers)
            assert asked[index.among(asked, must)].tolist() == numbers
            assert index.facets(must, 100) == oracle.facets_of(wanted)
            titled = [paper.number for paper in wanted if paper.title_key == "owl"]
            assert index.titled("owl", must).tolist() == titled
            for sort in INDEXED_SORTS:
                ordered = sorted(wanted, key=lambda paper, sort=sort: -sort_key(paper, sort))
                assert index.listed(must, sort, 0, ALL).tolist() == [paper.number for paper in ordered]
                assert index.listed(must, sort, 1, 2).tolist() == [paper.number for paper in ordered[1:3]]
