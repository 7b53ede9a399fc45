"""Scores become probabilities that are right, or nothing; and the measures say how right they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.ranking.exploring.calibration import Calibration, rising
from broadsheet.ranking.exploring.calibration_measures import balance, brier, ece, ece_bounds, reliability
from broadsheet.ranking.exploring.multicalibration import Multicalibration

CHANCES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def world(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, the true probabilities of interest, and what came."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=count)
    truth = 1 / (1 + np.exp(-(2 * scores - 1.5)))
    return scores, truth, (random.random(count) < truth).astype(float)


def grouped(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As ``world``, where the same score means much in one topic and little in another; age means nothing."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=count)
    groups = np.stack([random.integers(0, 4, count), random.integers(0, 3, count)], axis=1)
    truth = 1 / (1 + np.exp(-(scores - 1 + np.array([1.5, 0.0, 0.0, -1.5])[groups[:, 0]])))
    return scores, groups, (random.random(count) < truth).astype(float)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), max_size=40))
def test_the_nearest_rising_sequence_rises_and_keeps_the_mean(rows: list[tuple[float, float]]) -> None:
    values, weights = np.array(rows).T if rows else np.zeros((2, 0))
    found = rising(values, weights)
    assert len(found) == len(values)
    assert (np.diff(found) >= -1e-12).all()
    assert (found * weights).sum() == pytest.approx((values * weights).sum(), abs=1e-9)
    assert np.allclose(rising(found, weights), found)
    assert rising(np.sort(values), np.ones(len(values))) == pytest.approx(np.sort(values))


def test_the_nearest_rising_sequence_is_the_nearest() -> None:
    assert rising([1.0, 3.0, 2.0, 4.0], [1.0, 1.0, 1.0, 1.0]).tolist() == [1.0, 2.5, 2.5, 4.0]
    assert rising([3.0, 0.0], [1.0, 2.0]).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("count", [400, 8000])
def test_probabilities_are_right_by_either_method(count: int) -> None:
    scores, _, came = world(1, count)
    fitted = Calibration.fit(scores, came)
    fresh, truth, _ = world(2, 20_000)
    told = fitted.of(fresh)
    assert told is not None
    assert np.abs(told - truth).mean() < 0.05
    assert (np.diff(told[np.argsort(fresh)]) >= -1e-9).all(), "a higher score is never a lower probability"
    assert told.min() >= 0
    assert told.max() <= 1


def test_too_few_outcomes_give_no_probabilities() -> None:
    scores, _, _ = world(1, 500)
    rare = np.zeros(500)
    rare[:20] = 1
    for came in (rare, 1 - rare, np.zeros(500)):
        assert Calibration.fit(scores, came).of(scores) is None
    assert Calibration.fit(np.ones(500), (np.arange(500) % 2).astype(float)).of([1.0]) is None
    assert Calibration.fit([], []).of([1.0]) is None


def test_what_was_probably_not_looked_at_says_little_against_a_paper() -> None:
    random = np.random.default_rng(5)
    scores, truth, _ = world(3, 12_000)
    seen = np.where(random.random(len(scores)) < 0.5, 1.0, 0.2)
    came = (random.random(len(scores)) < truth * seen).astype(float)
    aware, naive = Calibration.fit(scores, came, seen=seen).of(scores), Calibration.fit(scores, came).of(scores)
    assert aware is not None
    assert naive is not None
    assert np.abs(aware - truth).mean() < 0.03
    assert np.abs(naive - truth).mean() > 0.08
    few = Calibration.fit(scores[:600], came[:600], seen=seen[:600]).of(scores)
    assert few is not None
    assert np.abs(few - truth).mean() < 0.08


def test_a_score_that_is_no_number_gives_none() -> None:
    scores, _, came = world(1, 900)
    told = Calibration.fit(np.append(scores, np.nan), np.append(came, 1)).of([np.nan, 0.0])
    assert told is not None
    assert np.isnan(told[0])
    assert 0 < told[1] < 1


@pytest.mark.parametrize(
    ("scores", "outcomes", "seen"),
    [([1.0], [1.0, 0.0], None), ([1.0], [0.5], None), ([1.0], [1.0], [0.0]), ([1.0], [1.0], [1.5])],
)
def test_impossible_cases_are_refused(scores: list[float], outcomes: list[float], seen: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"length|outcome|seen"):
        Calibration.fit(scores, outcomes, seen=seen)


def test_groups_become_right_and_the_whole_no_worse() -> None:
    scores, groups, came = grouped(1, 12_000)
    fitted = Calibration.fit(scores, came, groups=groups)
    fresh, fresh_groups, fresh_came = grouped(2, 12_000)
    plain, corrected = fitted.of(fresh), fitted.of(fresh, fresh_groups)
    assert plain is not None
    assert corrected is not None
    assert brier(corrected, fresh_came) < brier(plain, fresh_came)
    for topic in (0, 3):
        rows = fresh_groups[:, 0] == topic
        assert ece(corrected[rows], fresh_came[rows]) < 0.5 * ece(plain[rows], fresh_came[rows])


def test_where_groups_mean_nothing_little_is_corrected() -> None:
    scores, truth, came = world(4, 6000)
    groups = np.random.default_rng(1).integers(0, 5, (6000, 2))
    told = Calibration.fit(scores, came, groups=groups).of(scores, groups)
    assert told is not None
    assert np.abs(told - truth).mean() < 0.03


def test_few_cases_have_no_groups() -> None:
    found = Multicalibration.fit(np.full(40, 0.5), np.zeros(40), np.zeros((40, 1), dtype=np.int64))
    assert found.rounds == ()
    with pytest.raises(ValueError, match="length"):
        Multicalibration.fit(np.full(40, 0.5), np.zeros(40), np.zeros((39, 1), dtype=np.int64))


@settings(max_examples=25)
@given(seed=st.integers(0, 50), count=st.integers(0, 1500))
def test_a_calibration_is_kept_as_bytes_and_learnt_alike_twice(seed: int, count: int) -> None:
    scores, groups, came = grouped(seed, count)
    one = Calibration.fit(scores, came, groups=groups, seed=3)
    assert Calibration.from_bytes(one.to_bytes()) == one == Calibration.fit(scores, came, groups=groups, seed=3)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"form": 9}', b'{"form": 1, "points": 3}'])
def test_bytes_that_are_no_calibration_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (JSON has its own words)
        Calibration.from_bytes(body)


@given(CHANCES)
def test_measures_stay_within_their_bounds(rows: list[tuple[float, bool]]) -> None:
    foretold, came = [row[0] for row in rows], [float(row[1]) for row in rows]
    assert 0 <= brier(foretold, came) <= 1
    assert 0 <= ece(foretold, came) <= 1 + 1e-12
    assert -1 <= balance(foretold, came) <= 1
    found = reliability(foretold, came)
    assert sum(one.count for one in found) == len(rows)
    assert all(one.low - 1e-12 <= one.observed <= one.high + 1e-12 for one in found)


def test_measures_of_known_cases() -> None:
    assert brier([1.0, 0.0], [1, 0]) == 0
    assert brier([0.5, 0.5], [1, 0]) == 0.25
    assert ece([0.2] * 10, [1, 1] + [0] * 8, bins=1) == pytest.approx(0.0)
    assert ece([0.9] * 10, [0] * 10, bins=1) == pytest.approx(0.9)
    assert balance([0.9, 0.2], [1, 0]) == pytest.approx((0.1 + 0.2) / 2)
    assert balance([0.9, 0.2], [0, 1]) == pytest.approx((-0.9 - 0.8) / 2)


def test_what_is_calibrated_measures_better_than_what_is_not() -> None:
    _, truth, came = world(7, 20_000)
    bold = np.clip(truth * 1.6, 0, 1)
    assert ece(truth, came) < 0.02 < ece(bold, came)
    assert abs(balance(truth, came)) < abs(balance(bold, came))
    assert brier(truth, came) < brier(bold, came)
    low, high = ece_bounds(truth, came)
    assert low <= high < 0.03
    assert ece_bounds(truth[:200], came[:200])[1] > high, "few cases prove little"


@pytest.mark.parametrize(
    ("foretold", "came"), [([], []), ([0.5], [1, 0]), ([1.2], [1]), ([0.5], [2]), ([float("nan")], [1])]
)
def test_what_is_no_probability_is_refused(foretold: list[float], came: list[float]) -> None:
    for measure in (brier, ece, balance, reliability, ece_bounds):
        with pytest.raises(ValueError, match=r"probabilit|outcome"):
            measure(foretold, came)
