"""What is taken back leaves no trace, the order of signals does not matter, and what is stored comes back the same."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.ranking.personal.backdrop import Backdrop
from broadsheet.ranking.personal.direction import Prepared
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import ReasonKind, Signal, SignalKind
from broadsheet.ranking.personal.metric import PERSONAL, Metric
from broadsheet.ranking.personal.packing import PackedError
from broadsheet.ranking.personal.profile import Profile

SUBJECTS = (
    ("birdsong", "field recordings of wrens and finches", "song syllables dialect migration"),
    ("glaciers", "radar surveys of ice sheets", "melt runoff crevasse albedo"),
    ("sourdough", "fermentation of rye and wheat", "yeast acid crust hydration"),
)
EACH = 30
SIGNALS = st.lists(
    st.builds(Signal, st.integers(0, EACH * len(SUBJECTS) - 1), st.sampled_from(SignalKind), st.integers(1, 9)),
    max_size=12,
    unique_by=lambda signal: (signal.paper_id, signal.kind),
)


@lru_cache
def papers() -> Features:
    """Thirty papers on each of three subjects, with vectors about the subject's own; the last one has none."""
    random = np.random.default_rng(7)
    numbers = np.arange(EACH * len(SUBJECTS))
    centres = random.normal(size=(len(SUBJECTS), 16))
    dense = centres[numbers // EACH] + 0.7 * random.normal(size=(len(numbers), 16))
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    dense[-1] = 0
    chosen = [SUBJECTS[number // EACH] for number in numbers]
    titles = [f"On {name}, part {number % EACH}" for number, (name, _, _) in zip(numbers, chosen, strict=True)]
    abstracts = [
        f"We study {what} ({' '.join(random.choice(words.split(), 2))}); site {number % 7}."
        for number, (_, what, words) in zip(numbers, chosen, strict=True)
    ]
    people = [[f"{name} writer {number % 5}"] for number, (name, _, _) in zip(numbers, chosen, strict=True)]
    return Features.of(numbers, titles, abstracts, dense.astype(np.float32), people)


@lru_cache
def metric() -> Metric:
    return replace(PERSONAL, backdrop=Backdrop.of(papers()))


def profile(signals: list[Signal]) -> Profile:
    return Profile.of(signals, papers(), metric=metric())


def scores(signals: list[Signal]) -> np.ndarray:
    return profile(signals).scores(papers())


@given(SIGNALS, SIGNALS, st.randoms())
@settings(max_examples=20, deadline=None)
def test_added_and_removed_again_is_never_having_had_it(kept: list[Signal], passing: list[Signal], random) -> None:
    places = {(one.paper_id, one.kind) for one in kept}
    passing = [one for one in passing if (one.paper_id, one.kind) not in places]
    moved = profile(kept)
    for signal in passing:
        moved = moved.added(signal, papers())
    random.shuffle(passing)
    for signal in passing:
        moved = moved.removed(signal)
    assert moved.to_bytes() == profile(kept).to_bytes()
    assert np.array_equal(moved.scores(papers()), scores(kept))


@given(SIGNALS, st.randoms())
@settings(max_examples=20, deadline=None)
def test_one_by_one_is_all_at_once_in_any_order(signals: list[Signal], random) -> None:
    shuffled = random.sample(signals, len(signals))
    grown = profile([])
    for signal in shuffled:
        grown = grown.added(signal, papers())
    assert grown.signals == profile(signals).signals
    assert np.array_equal(grown.scores(papers()), scores(signals))


@given(SIGNALS)
@settings(max_examples=12, deadline=None)
def test_what_is_stored_comes_back_the_same(signals: list[Signal]) -> None:
    made = profile(signals)
    back = Profile.from_bytes(made.to_bytes(), metric=metric())
    assert back.signals == made.signals
    assert np.array_equal(back.scores(papers()), made.scores(papers()))
    assert back.interests() == made.interests()


@given(SIGNALS.filter(bool))
@settings(max_examples=20, deadline=None)
def test_a_score_is_what_its_parts_add_up_to(signals: list[Signal]) -> None:
    made = Profile.of(signals, papers(), metric=replace(metric(), closest=0.0, words=0.5))
    assert made.contributions(papers()).sum(axis=1) == pytest.approx(made.scores(papers()), abs=1e-4)


@given(SIGNALS.filter(bool))
@settings(max_examples=12, deadline=None)
def test_prepared_for_many_people_papers_have_the_same_scores(signals: list[Signal]) -> None:
    for parts in ({}, {"words": 0.5}, {"backdrop": Backdrop.nothing()}, {"meaning": 0.0, "closest": 0.0}):
        chosen = replace(metric(), **parts)
        made = Profile.of(signals, papers(), metric=chosen)
        prepared = Prepared.of(papers().take(range(0, 90, 2)), chosen)
        assert made.scores(prepared) == pytest.approx(made.scores(papers())[::2], abs=1e-4)


def test_a_signal_of_an_unknown_paper_cannot_be_added() -> None:
    with pytest.raises(ValueError, match="9999"):
        profile([]).added(Signal(9999, SignalKind.VOTED), papers())


def test_other_bytes_are_no_profile() -> None:
    made = profile([Signal(1, SignalKind.VOTED)]).to_bytes()
    for body in (b"", b"no profile", made[:-9]):
        with pytest.raises(PackedError):
            Profile.from_bytes(body)


def test_as_many_titles_as_papers_are_needed() -> None:
    with pytest.raises(ValueError, match="as many"):
        Features.of([1, 2], ["One"], ["", ""], np.zeros((2, 4), np.float32))


def test_papers_like_those_that_were_liked_come_first_and_like_dismissed_ones_last() -> None:
    told = [Signal(number, SignalKind.VOTED) for number in (0, 1, 2)] + [Signal(31, SignalKind.DISMISSED)]
    means = scores(told).reshape(len(SUBJECTS), EACH).mean(axis=1)
    assert means[0] > means[2] > means[1]


def test_a_second_interest_is_not_drowned_by_the_first() -> None:
    told = [Signal(number, SignalKind.SAVED) for number in (*range(12), 40)]
    means = scores(told).reshape(len(SUBJECTS), EACH).mean(axis=1)
    assert means[1] > means[2]
    found = profile(told).interests()
    assert {one.paper_ids == (40,) for one in found} == {True, False}
    assert sum(one.weight for one in found) == pytest.approx(1)


def test_a_reason_names_the_paper_and_the_words_that_both_have() -> None:
    reasons = profile([Signal(3, SignalKind.SAVED), Signal(61, SignalKind.VOTED)]).reasons(papers(), [5])[0]
    assert reasons[0].kind is ReasonKind.LIKE_PAPER
    assert (reasons[0].paper_id, reasons[0].signal) == (3, SignalKind.SAVED)
    assert any("birdsong" in word for word in reasons[0].words)
    assert 0 < reasons[0].share <= 1


def test_nothing_told_is_no_preference() -> None:
    assert not scores([]).any()
    assert profile([]).reasons(papers(), [0, 1]) == [(), ()]
    assert profile([]).interests() == []
