"""The facts of papers as masks: the same answers as plain Python and as the word index give."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.search.attributes import Attributes
from broadsheet.search.words import WordIndex
from tests.search.words import oracle


@settings(max_examples=25, deadline=None)
@given(oracle.batches, st.lists(oracle.facts, min_size=1, max_size=12))
def test_they_agree_with_plain_python_and_with_the_word_index(batches, conditions) -> None:
    with tempfile.TemporaryDirectory() as folder:
        attributes, reader = Attributes(Path(folder, "facts")), Attributes(Path(folder, "facts"))
        index = WordIndex(Path(folder, "words"))
        for added, gone in batches:
            attributes.update(added, gone)
            index.update(added, gone)
        papers = oracle.kept(batches)
        assert reader.numbers().tolist() == [paper.number for paper in papers]
        for must in [None, *conditions, *conditions]:
            wanted = [paper for paper in papers if oracle.satisfies(paper, must)]
            for one in (attributes, reader):
                mask = one.mask(must)
                assert mask is not None
                assert np.flatnonzero(mask).tolist() == [paper.number for paper in wanted]
            matching = index.matching(must, 100)
            assert matching is not None
            assert matching.tolist() == np.flatnonzero(mask).tolist()
            numbers = np.array([99, -1, *(paper.number for paper in wanted)], np.int64)
            assert reader.facets(mask, 100) == oracle.facets_of(wanted)
            assert reader.facets(numbers, 100) == oracle.facets_of(wanted)
            codes = [tuple(sorted(set(paper.categories))) for paper in wanted]
            assert [tuple(sorted(found)) for found in reader.values("category", numbers)] == [(), (), *codes]
