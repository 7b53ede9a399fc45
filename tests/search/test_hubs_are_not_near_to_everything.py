"""A paper that is near to every title loses that advantage; the table of all papers is kept beside the index."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.search.hub_table import FEWEST, FILE, HubFile, HubTable, computed
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
def table(vectors, titles, numbers) -> HubTable:
    rows = {number: row for row, number in enumerate(numbers.tolist())}

    def of(matrix: np.ndarray):
        return lambda wanted: matrix[[rows[number] for number in wanted.tolist()]]

    return computed(numbers, "model", of(vectors), of(titles))


def often(nearness: np.ndarray) -> np.ndarray:
    """How often each column is among the ten largest of a row."""
    best = np.argpartition(-nearness, 9, axis=1)[:, :10]
    return np.bincount(best.ravel(), minlength=nearness.shape[1])


def test_a_hub_is_among_the_nearest_far_less_often(vectors, table, numbers) -> None:
    questions = unit(vectors + np.random.default_rng(5).normal(0, 0.1, vectors.shape))
    cosines = questions @ vectors.T
    plain, even = often(cosines), often(corrected(cosines, table.of(numbers)[None, :]))
    fair = 10
    assert plain[HUB] > 3 * fair
    assert even[HUB] < 1.5 * fair
    assert even.std() < plain.std() / 2


def test_corrections_have_no_mean_and_are_zero_for_papers_that_came_later(table, numbers) -> None:
    assert float(table.of(numbers).mean()) == pytest.approx(0, abs=1e-3)
    assert table.of(np.array([11, 10**9])) == pytest.approx([0, 0])
    assert HubTable().of(numbers) == pytest.approx(np.zeros(PAPERS))


def test_a_hub_owes_more_than_others(table, numbers) -> None:
    assert table.of(numbers).argmax() == HUB


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


def test_too_few_papers_say_nothing_about_hubs(vectors, numbers) -> None:
    few = computed(numbers[: FEWEST - 1], "model", lambda _: vectors[:0], lambda _: vectors[:0])
    assert few.of(numbers) == pytest.approx(np.zeros(PAPERS))
    assert not few.is_outgrown(FEWEST - 1, "model")


def test_a_table_is_outgrown_by_a_fifth_or_by_another_model(table) -> None:
    assert not table.is_outgrown(PAPERS, "model")
    assert table.is_outgrown(PAPERS + PAPERS // 5 + 1, "model")
    assert table.is_outgrown(PAPERS, "another")


def test_it_is_read_again_when_it_was_replaced(table, numbers, tmp_path) -> None:
    kept = HubFile(tmp_path)
    assert not len(kept.table().numbers)
    table.save(tmp_path)
    assert kept.table().of(numbers) == pytest.approx(table.of(numbers))
    assert kept.table() is kept.table()
    HubTable(numbers[:1], np.array([0.5], np.float16), "other").save(tmp_path)
    assert kept.table().fingerprint == "other"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_each_call_gives_the_same_table(table, vectors, titles, numbers) -> None:
    rows = {number: row for row, number in enumerate(numbers.tolist())}
    again = computed(
        numbers,
        "model",
        lambda wanted: vectors[[rows[n] for n in wanted.tolist()]],
        lambda wanted: titles[[rows[n] for n in wanted.tolist()]],
    )
    assert (again.hubness == table.hubness).all()
