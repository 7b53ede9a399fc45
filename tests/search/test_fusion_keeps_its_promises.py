"""One list of what is known by words and by meaning: bounds, ties, and that a better match never costs a place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.search.fusion import MEANING_WEIGHT, Evidence, fuse, listed_scores, mixed, rank, ranked

SCORES = st.floats(0, 50, width=32)
DIMS = 4
QUESTION = np.array([1, 0, 0, 0], np.float32)


@st.composite
def scored(draw: st.DrawFn, least: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Distinct numbers with scores, in any order."""
    found = draw(st.dictionaries(st.integers(1, 20), SCORES, min_size=least, max_size=12))
    return np.array(list(found), np.int64), np.array(list(found.values()), np.float32)


def unit(values: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return (values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def toward(cosines: list[float]) -> np.ndarray:
    """Unit vectors with these cosines to the question, each in a direction of its own otherwise."""
    rows = np.zeros((len(cosines), DIMS), np.float32)
    rows[:, 0] = cosines
    for place, cosine in enumerate(cosines):
        rows[place, 1 + place % (DIMS - 1)] = (1 - cosine**2) ** 0.5
    return rows


@st.composite
def evidence(draw: st.DrawFn, least: int = 0) -> Evidence:
    """What could be known of some papers; some have no vector."""
    count = draw(st.integers(least, 12))
    numbers = draw(st.lists(st.integers(1, 99), min_size=count, max_size=count, unique=True))
    words = draw(st.lists(SCORES, min_size=count, max_size=count))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    there = random.random(count) < draw(st.sampled_from([0.0, 0.5, 1.0]))
    vectors = unit(random.normal(size=(count, DIMS))) * there[:, None]
    hubness = (random.normal(0, 0.05, count) * there).astype(np.float32)
    return Evidence(
        np.array(numbers, np.int64), np.array(words, np.float32), vectors.astype(np.float32), there, hubness
    )


def made(words: list[float], cosines: list[float]) -> Evidence:
    """Papers 1, 2, ... that all have vectors."""
    count = len(words)
    numbers = np.arange(1, count + 1)
    there, hubness = np.ones(count, bool), np.zeros(count, np.float32)
    return Evidence(numbers, np.array(words, np.float32), toward(cosines), there, hubness)


@given(evidence(), st.sampled_from([QUESTION, None]))
def test_it_lists_every_paper_once_best_first_within_bounds(known, question) -> None:
    numbers, scores = rank(known, question)
    assert sorted(numbers) == sorted(known.numbers)
    assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    assert (np.diff(scores) <= 0).all()
    ties = np.diff(scores) == 0
    assert (np.diff(numbers)[ties] > 0).all()


@given(evidence(least=1), st.randoms(use_true_random=False))
def test_the_order_in_which_papers_come_does_not_matter(known, random) -> None:
    order = list(range(len(known)))
    random.shuffle(order)
    numbers, scores = rank(known, QUESTION)
    parts = (known.numbers, known.words, known.vectors, known.has_vector, known.hubness)
    others, again = rank(Evidence(*(part[order] for part in parts)), QUESTION)
    assert again == pytest.approx(scores, abs=1e-5)
    assert dict(zip(others.tolist(), again.tolist(), strict=True)) == pytest.approx(
        dict(zip(numbers.tolist(), scores.tolist(), strict=True)), abs=1e-5
    )


@given(evidence(least=1), st.data())
def test_no_paper_comes_lower_for_a_better_match_of_words(known, data) -> None:
    place = data.draw(st.integers(0, len(known) - 1))
    words = known.words.copy()
    words[place] = words.max() + 1
    before = place_of(known, known.numbers[place])
    assert place_of(replace(known, words=words), known.numbers[place]) <= before


@given(evidence(least=1), st.data())
def test_no_paper_comes_lower_for_being_less_of_a_hub(known, data) -> None:
    place = data.draw(st.integers(0, len(known) - 1))
    hubness = known.hubness.copy()
    hubness[place] -= 0.3
    before = place_of(known, known.numbers[place])
    assert place_of(replace(known, hubness=hubness), known.numbers[place]) <= before


def place_of(known: Evidence, number: int) -> int:
    """How many papers score clearly higher than one of them before they lend each other scores."""
    scores = mixed(known, QUESTION)
    return int((scores > scores[known.numbers == number][0] + 1e-6).sum())


def test_meaning_weighs_more_than_words() -> None:
    scores = mixed(made([10, 0], [0.2, 0.9]), QUESTION)
    assert scores == pytest.approx([1 - MEANING_WEIGHT, MEANING_WEIGHT])


def test_a_paper_without_a_vector_is_as_good_by_meaning_as_by_words() -> None:
    known = replace(made([10, 5, 0], [0.1, 0.5, 0.9]), has_vector=np.array([True, False, True]))
    assert mixed(known, QUESTION) == pytest.approx([1 - MEANING_WEIGHT, 0.5, MEANING_WEIGHT])


def test_words_decide_without_a_question_vector_or_any_vector_of_a_paper() -> None:
    known = made([1, 3, 2], [0.9, 0.1, 0.2])
    nothing = replace(known, has_vector=np.zeros(3, bool))
    assert list(rank(known, None)[0]) == list(rank(nothing, QUESTION)[0]) == [2, 3, 1]


def test_meaning_decides_alone_where_no_word_is_shared() -> None:
    numbers, scores = rank(made([0, 0, 0], [0.1, 0.9, 0.5]), QUESTION)
    assert list(numbers) == [2, 3, 1]
    assert mixed(made([0, 0, 0], [0.1, 0.9, 0.5]), QUESTION) == pytest.approx([0, 1, 0.5])
    assert scores[0] > scores[-1]


def test_a_hub_yields_to_a_paper_that_is_as_near() -> None:
    known = replace(made([0, 0, 0], [0.5, 0.5, 0.1]), hubness=np.array([0.1, 0, 0], np.float32))
    assert rank(known, QUESTION)[0][0] == 2


@pytest.mark.parametrize(("words", "expected"), [(0.0, 1.0), (3.0, 1.0)])
def test_a_single_paper_is_the_best_answer(words, expected) -> None:
    numbers, scores = rank(made([words], [0.3]), QUESTION)
    assert list(numbers) == [1]
    assert scores == pytest.approx([expected])


def test_no_paper_is_no_answer() -> None:
    numbers, scores = rank(made([], []), QUESTION)
    assert not len(numbers)
    assert not len(scores)


def test_equal_evidence_is_ordered_by_number() -> None:
    known = made([2, 2, 2], [0.5, 0.5, 0.5])
    alike = replace(known, vectors=np.tile(known.vectors[:1], (3, 1)), numbers=np.array([7, 3, 5]))
    assert list(rank(alike, QUESTION)[0]) == [3, 5, 7]


def test_a_list_gives_its_scores_and_nothing_for_what_it_lacks() -> None:
    listed = np.array([9, 2]), np.array([4.0, 3.0], np.float32)
    assert listed_scores(np.array([1, 2, 9]), listed) == pytest.approx([0, 3, 4])
    assert listed_scores(np.array([1, 2]), (np.empty(0, np.int64), np.empty(0, np.float32))) == pytest.approx([0, 0])


def test_evidence_can_be_joined() -> None:
    known, more = made([1, 2], [0.1, 0.2]), replace(made([3], [0.3]), numbers=np.array([9]))
    assert list(known.with_more(more).numbers) == [1, 2, 9]
    assert known.with_more(made([], [])) is known
    assert made([], []).with_more(known) is known


@example(
    words=(np.array([2, 3]), np.zeros(2, np.float32)),
    meaning=(np.array([1, 3, 2]), np.array([1, 1e-12, 0], np.float32)),
)
@given(scored(), scored())
def test_the_baseline_lists_every_paper_once_best_first_within_bounds(words, meaning) -> None:
    numbers, scores = fuse(words, meaning)
    assert sorted(numbers) == sorted({*words[0], *meaning[0]})
    assert ((scores >= 0) & (scores <= 1 + 1e-6)).all()
    assert (np.diff(scores) <= 0).all()
    ties = np.diff(scores) == 0
    assert (np.diff(numbers)[ties] > 0).all()


@given(scored(least=2), st.integers(1, 9))
def test_the_baseline_depends_on_the_shape_of_scores_and_not_on_their_unit(words, factor) -> None:
    nothing = np.empty(0, np.int64), np.empty(0, np.float32)
    assert list(fuse(words, nothing)[0]) == list(fuse((words[0], words[1] * factor), nothing)[0])


def test_it_orders_equal_scores_by_number() -> None:
    numbers, _ = ranked(np.array([3, 1, 2]), np.array([1.0, 1.0, 2.0], np.float32))
    assert list(numbers) == [2, 1, 3]
