"""Whatever is added, replaced, removed, merged and reopened, in any order: the answers are those of the oracle."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from broadsheet.search.hubs import titles_for
from broadsheet.search.vectors import VectorFingerprintError, VectorIndex, lists, merging
from tests.search.vectors.oracle import MODEL, Oracle, agree, agrees_in_all, unit_vectors

VECTORS = unit_vectors(200)
SOME = 4_096
NUMBERS = st.lists(st.integers(0, 60), max_size=12)


class Life(RuleBasedStateMachine):
    """An index of a few papers, with merges from the first paper on."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vectors-"))
        self.limits = mock.patch.object(merging, "LEAST_TAIL", 1)
        self.limits.start()
        self.index, self.other, self.oracle = VectorIndex(self.folder), VectorIndex(self.folder), Oracle()

    def teardown(self) -> None:
        self.limits.stop()
        shutil.rmtree(self.folder)

    @rule(numbers=NUMBERS, gone=NUMBERS, first=st.integers(0, 180))
    def update(self, numbers: list[int], gone: list[int], first: int) -> None:
        vectors = VECTORS[first : first + len(numbers)]
        self.index.update(numbers, vectors, gone, MODEL)
        self.oracle.update(numbers, vectors, gone)

    @rule()
    def maintain(self) -> None:
        self.index.maintain(lambda: False)

    @rule(numbers=NUMBERS, gone=NUMBERS, first=st.integers(0, 180))
    def maintain_while_another_updates(self, numbers: list[int], gone: list[int], first: int) -> None:
        vectors = VECTORS[first : first + len(numbers)]
        done = []

        def update() -> bool:
            if not done:
                done.append(True)
                VectorIndex(self.folder).update(numbers, vectors, gone, MODEL)
                self.oracle.update(numbers, vectors, gone)
            return False

        self.index.maintain(update)
        self.index.reload()

    @rule()
    def maintain_and_stop(self) -> None:
        assert not self.index.maintain(lambda: True)

    @rule()
    def reopen(self) -> None:
        self.index = VectorIndex(self.folder)

    @invariant()
    def both_readers_agree(self) -> None:
        if hasattr(self, "folder"):
            self.other.reload()
            for index in (self.index, self.other):
                agrees_in_all(index, self.oracle, VECTORS[-1])
            allowed = np.arange(40) % 3 > 0
            agree(self.index, self.oracle, VECTORS[-2], allowed, limit=5)


Life.TestCase.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
TestLife = Life.TestCase


def test_an_empty_index_answers_nothing(tmp_path) -> None:
    index = VectorIndex(tmp_path)
    assert index.nearest(VECTORS[0], 10)[0].tolist() == []
    assert index.spread(VECTORS[0]) == (0.0, 0.0)
    assert (index.count(), index.dims, index.fingerprint) == (0, 0, "")
    assert not index.vectors_of([1, 2])[1].any()
    assert np.isnan(index.hubness([1])).all()
    assert np.isnan(index.cosines(VECTORS[0], [1])).all()
    index.update([], np.empty((0, 0), np.float32), [7], MODEL)
    assert not index.maintain(lambda: False)


def test_vectors_of_two_models_are_not_mixed(tmp_path) -> None:
    index = VectorIndex(tmp_path)
    index.update([1], VECTORS[:1], [], MODEL)
    with pytest.raises(VectorFingerprintError, match="another"):
        index.update([2], VECTORS[1:2], [], "another")
    assert (index.numbers().tolist(), index.fingerprint) == ([1], MODEL)
    index.update([], VECTORS[:0], [1], MODEL)
    index.update([2], unit_vectors(1, 8), [], "another")
    assert (index.numbers().tolist(), index.fingerprint, index.dims) == ([2], "another", 8)


def test_what_cannot_be_a_vector_of_a_paper_is_refused(tmp_path) -> None:
    index = VectorIndex(tmp_path)
    with pytest.raises(ValueError, match="shape"):
        index.update([1, 2], VECTORS[:1], [], MODEL)
    with pytest.raises(ValueError, match="from 0"):
        index.update([-1], VECTORS[:1], [], MODEL)
    index.update([1], VECTORS[:1], [], MODEL)
    with pytest.raises(ValueError, match="dimensions"):
        index.update([2], unit_vectors(1, 8), [], MODEL)
    assert index.numbers().tolist() == [1]


def test_equal_cosines_come_in_the_order_of_numbers(tmp_path) -> None:
    index = VectorIndex(tmp_path)
    index.update([9, 4, 7, 2], np.repeat(VECTORS[:1], 4, axis=0), [], MODEL)
    assert index.nearest(VECTORS[0], 3)[0].tolist() == [2, 4, 7]


def test_hubness_is_told_from_the_titles_that_were_adopted(tmp_path) -> None:
    index, numbers = VectorIndex(tmp_path), np.arange(64)
    index.update(numbers, VECTORS[numbers], [], MODEL)
    assert index.titles_are_outgrown()
    assert not index.hubness(numbers).any()
    titles = titles_for(VECTORS[100:120], np.arange(100, 120), numbers, VECTORS[numbers]).drawn_at(index.count())
    assert index.adopt(titles)
    assert not index.titles_are_outgrown()
    later = np.arange(64, 80)
    index.update(later, VECTORS[later], [3], MODEL)
    for again in (index, VectorIndex(tmp_path)):
        there = again.numbers()
        expected = titles.hubness(there, again.vectors_of(there)[0])
        assert expected.std() > 0
        assert np.allclose(again.hubness(there), expected, atol=2e-3)
    assert not index.adopt(titles, lambda: True), "told to stop"
    more = np.arange(130, 190)
    index.update(more, VECTORS[more], [], MODEL)
    assert index.titles_are_outgrown() == (index.count() >= 128)


@pytest.fixture(scope="module", autouse=True)
def _small_lists():
    """Lists from a few thousand papers on, so that they are tried without waiting."""
    with mock.patch.object(lists, "LEAST_ROWS", SOME), mock.patch.object(merging, "LEAST_ROWS", SOME):
        yield


@pytest.fixture(scope="module")
def divided(tmp_path_factory):
    """An index of enough papers for lists, its vectors, and the questions put to it."""
    vectors = unit_vectors(3 * SOME, 24, seed=3)
    index = VectorIndex(tmp_path_factory.mktemp("divided"))
    index.update(np.arange(len(vectors)) * 2, vectors, [], MODEL)
    assert index.maintain(lambda: False)
    # What is stored: a filter that cuts through the question's own cosines has ten of them within the rounding.
    stored, _ = index.vectors_of(np.arange(len(vectors)) * 2)
    return index, stored, unit_vectors(40, 24, seed=4)


def _recall(index: VectorIndex, vectors: np.ndarray, questions: np.ndarray, allowed_of) -> float:
    found = []
    for question in questions:
        cosines = vectors @ question
        rows = allowed_of(cosines)
        allowed = np.zeros(2 * len(vectors), np.bool_)
        allowed[np.flatnonzero(rows) * 2] = True
        best = np.argsort(np.where(rows, -cosines, np.inf))[: min(10, int(rows.sum()))]
        numbers, _ = index.nearest(question, 10, allowed)
        assert allowed[numbers].all()
        found.append(np.isin(best * 2, numbers).mean())
    return float(np.mean(found))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.02, 0.002])
def test_the_nearest_are_found_under_any_filter(divided, share, monkeypatch) -> None:
    # Few are compared one by one here, so that the lists are what is tried.
    monkeypatch.setattr("broadsheet.search.vectors.nearest.MOST_FETCHED", 300)
    index, vectors, questions = divided
    drawn = np.random.default_rng(5)
    assert _recall(index, vectors, questions, lambda cosines: drawn.random(len(cosines)) < share) >= 0.95
    assert _recall(index, vectors, questions, lambda cosines: cosines >= np.quantile(cosines, 1 - share)) >= 0.95
    assert _recall(index, vectors, questions, lambda cosines: cosines <= np.quantile(cosines, share)) >= 0.95


def test_less_effort_may_miss_some_and_tells_the_same_of_those_it_finds(divided) -> None:
    index, _, questions = divided
    missed = 0
    for question in questions:
        usual = dict(zip(*(found.tolist() for found in index.nearest(question, 100)), strict=True))
        little = dict(zip(*(found.tolist() for found in index.nearest(question, 100, None, 0.1)), strict=True))
        assert len(little) == 100
        assert all(usual[number] == cosine for number, cosine in little.items() if number in usual)
        missed += len(usual.keys() - little.keys())
    assert 0 < missed < 50 * len(questions)


def test_a_second_merge_keeps_the_lists_and_loses_nothing(tmp_path) -> None:
    vectors = unit_vectors(3 * SOME, 8, seed=6)
    index, first = VectorIndex(tmp_path), 2 * SOME - SOME // 2
    index.update(np.arange(first), vectors[:first], [], MODEL)
    assert index.maintain(lambda: False)
    index.update(np.arange(first, len(vectors)), vectors[first:], np.arange(0, 100), MODEL)
    assert index.maintain(lambda: False)
    assert index.numbers().tolist() == list(range(100, len(vectors)))
    assert _recall_of_all(index, vectors) >= 0.95
    assert not index.maintain(lambda: False)


def _recall_of_all(index: VectorIndex, vectors: np.ndarray) -> float:
    found = []
    for question in unit_vectors(20, 8, seed=7):
        best = 100 + np.argsort(-(vectors[100:] @ question))[:10]
        found.append(np.isin(best, index.nearest(question, 10)[0]).mean())
    return float(np.mean(found))
