"""Screening as a simulation: its figures by hand, its steps, and that it ranks as a person's profile does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.evaluation.folders import Folder, FolderError, read_folder
from broadsheet.ranking.evaluation.screening import (
    METRIC,
    LearningRanker,
    average_precision,
    evaluate_screening,
    recall_after,
    reviews_of,
    screen,
    starts_of,
    work_saved,
)
from broadsheet.ranking.personal.kinds import Signal, SignalKind
from broadsheet.ranking.personal.profile import Profile
from broadsheet.ranking.personal.solving import coefficients, trust_of
from tests.encoders import fake, words_alone
from tests.ranking.evaluation.made_folders import SHARED, bee_review, next_papers, paper, write_folder

__all__ = ["fake", "words_alone"]


def order(text: str) -> np.ndarray:
    return np.array([letter == "x" for letter in text])


def test_work_saved_is_what_cohen_defines() -> None:
    # All three are needed for 95 %; the third is the sixth of ten, so 4 of 10 are saved, of which chance saves 0.5.
    assert work_saved(order("x-x--x----"), 0.95) == pytest.approx(0.4 - 0.05)
    # Of twenty, nineteen are enough: 21 of 40 are saved, though the last stands at the very end.
    assert work_saved(order("x" * 19 + "-" * 20 + "x"), 0.95) == pytest.approx(21 / 40 - 0.05)
    assert work_saved(order("x-x--x----"), 0.5) == pytest.approx(0.7 - 0.5)
    assert work_saved(order("---x"), 0.95) == pytest.approx(-0.05)


def test_average_precision_and_recall_are_what_they_are_by_hand() -> None:
    assert average_precision(order("x-x--x----")) == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)
    assert recall_after(order("x-x--x----"), 0.1) == pytest.approx(1 / 3)
    assert recall_after(order("x-x--x----"), 0.5) == pytest.approx(2 / 3)
    # A tenth of eleven papers is two, as one cannot screen a part of one.
    assert recall_after(order("-x---------"), 0.1) == 1


@given(st.lists(st.booleans(), min_size=1, max_size=60).filter(any))
def test_no_order_is_better_than_the_perfect_one(labels: list[bool]) -> None:
    given_order, perfect = np.array(labels), np.array(sorted(labels, reverse=True))
    assert -0.05 - 1e-9 <= work_saved(given_order, 0.95) <= work_saved(perfect, 0.95) <= 0.95
    assert 0 < average_precision(given_order) <= average_precision(perfect) == 1


def test_what_ranks_highest_is_screened_next_and_the_ranker_sees_only_what_was_told() -> None:
    labels = order("xxx---" + "-x" * 30)
    seen: list[list[int]] = []

    def backwards(told: np.ndarray) -> np.ndarray:
        seen.append(told.tolist())
        return np.arange(len(labels), dtype=np.float32)

    told = screen(labels, np.arange(6), backwards)
    assert seen[:3] == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5, 65], [0, 1, 2, 3, 4, 5, 65, 64]]
    # One at a time up to forty papers, then two, and three from sixty on.
    assert [len(after) - len(before) for before, after in pairwise(seen)] == [1] * 34 + [2] * 10 + [3]
    assert told.recall_at_50 == pytest.approx(0.5)
    # x-x-x-...: the k-th included paper is the (2k - 1)-th screened.
    assert told.average_precision == pytest.approx(np.mean([k / (2 * k - 1) for k in range(1, 31)]))
    assert told.update_ms >= 0


def test_papers_of_one_score_come_in_the_order_of_their_rows() -> None:
    told = screen(order("xxx---x-----"), np.arange(6), lambda rows: np.zeros(12, np.float32))
    assert told.average_precision == 1


def test_a_review_is_screened_by_what_it_is_about(fake, tmp_path) -> None:
    told = evaluate_screening(read_folder(bee_review(tmp_path)), repetitions=2)
    assert (told["reviews"], told["repetitions"]) == (1, 2)
    figures = told["by_review"]["Bees_2020"]
    assert (figures["papers"], figures["included"]) == (48, 8)
    assert figures["average_precision"] == told["average_precision"] == 1
    # Five of the 42 papers that are left have to be read.
    assert figures["wss_at_95"] == pytest.approx(37 / 42 - 0.05, abs=1e-4)
    again = evaluate_screening(read_folder(tmp_path), repetitions=2)
    assert without_times(again) == without_times(told)


def without_times(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name not in ("update_ms", "by_review")}


def test_words_alone_are_enough(words_alone, tmp_path) -> None:
    assert evaluate_screening(read_folder(bee_review(tmp_path)), repetitions=1)["average_precision"] == 1


def test_starts_are_three_of_each_and_always_the_same(words_alone, tmp_path) -> None:
    review = next(reviews_of(read_folder(bee_review(tmp_path))))
    starts = list(starts_of(review, 4))
    assert [review.is_included[start].tolist() for start in starts] == [[True] * 3 + [False] * 3] * 4
    assert len({tuple(start) for start in starts}) == 4
    assert all(np.array_equal(one, other) for one, other in zip(starts, starts_of(review, 4), strict=True))


def test_it_ranks_as_a_profile_does(fake, tmp_path) -> None:
    review = next(reviews_of(read_folder(bee_review(tmp_path))))
    told = next(iter(starts_of(review, 1)))
    kinds = [SignalKind.VOTED if review.is_included[row] else SignalKind.DISMISSED for row in told]
    signals = [Signal(int(review.features.numbers[row]), kind) for row, kind in zip(told, kinds, strict=True)]
    profile = Profile.of(signals, review.features, metric=METRIC)
    # A profile keeps what it holds of a paper in few bytes, hence not the very same digits.
    assert np.allclose(LearningRanker(review)(told), profile.scores(review.features), atol=0.02)


def test_a_profile_of_three_and_three_puts_what_is_liked_first(fake, tmp_path) -> None:
    review = next(reviews_of(read_folder(bee_review(tmp_path))))
    signals = [
        Signal(int(row), SignalKind.VOTED if review.is_included[row] else SignalKind.DISMISSED)
        for row in next(iter(starts_of(review, 1)))
    ]
    scores = Profile.of(signals, review.features).scores(review.features)
    assert set(np.argsort(-scores)[:8]) == set(np.flatnonzero(review.is_included))


def test_dismissals_together_are_trusted_no_more_than_what_was_liked() -> None:
    kinds = [SignalKind.VOTED, SignalKind.SAVED, *[SignalKind.DISMISSED] * 8]
    assert trust_of(kinds).tolist() == [1, 1, *[0.25] * 8]
    assert trust_of([SignalKind.VOTED, SignalKind.DISMISSED]).tolist() == [1, 1]
    assert trust_of([SignalKind.DISMISSED] * 2).tolist() == [0.5, 0.5]
    assert coefficients(np.empty((0, 0)), []).tolist() == []
    # One paper alike to itself alone: (1 + 1) a = 1.
    assert coefficients(np.eye(1), [SignalKind.VOTED]) == pytest.approx([0.5])


def test_what_is_no_review_is_refused(words_alone, tmp_path) -> None:
    with pytest.raises(FolderError, match="these are next paper rows, and a review needs labels 0 and 1"):
        evaluate_screening(read_folder(next_papers(tmp_path)))


@pytest.mark.parametrize(("included", "excluded"), [(3, 5), (5, 3), (0, 9)])
def test_a_review_with_too_few_papers_is_refused(words_alone, tmp_path, included, excluded) -> None:
    labels = [1] * included + [0] * excluded
    papers = [paper(str(number), f"Paper {number}") for number in range(len(labels))]
    folder = write_folder(tmp_path, papers, [f"Small_2020\t{number}\t{label}\t" for number, label in enumerate(labels)])
    with pytest.raises(FolderError, match=f"Small_2020: {included} included and {excluded} excluded; screening starts"):
        evaluate_screening(read_folder(folder))


def test_a_review_with_too_many_papers_is_refused(words_alone, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("broadsheet.ranking.evaluation.screening.MOST_PAPERS", 40)
    with pytest.raises(FolderError, match="Bees_2020: 48 papers; at most 40 can be simulated"):
        evaluate_screening(read_folder(bee_review(tmp_path)))


def test_a_given_review_is_screened_better_than_by_chance(words_alone) -> None:
    if not (SHARED / "synergy").is_dir():
        pytest.skip("the collection synergy is not beside this project")
    read = read_folder(SHARED / "synergy")
    people = read.by_person()
    smallest = min(people, key=lambda name: len(people[name]))
    told = evaluate_screening(Folder(read.kind, read.papers, read.days, tuple(people[smallest])), repetitions=1)
    figures = told["by_review"][smallest]
    assert figures["wss_at_95"] > 0
    assert figures["average_precision"] > figures["included"] / figures["papers"]
