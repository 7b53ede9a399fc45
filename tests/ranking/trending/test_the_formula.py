"""What the published formula promises, for any attention whatever."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.trending.formula import MOST_FACTOR, Acts, Attention, scores
from broadsheet.ranking.trending.rising import rise
from broadsheet.ranking.trending.weights import PARTS, Part, Weights, WeightsError

NOW = 700.0
BUILT_IN = Weights()
PEOPLE = Part.VOTES_HERE
Told = list[tuple[int, float]]

ages = st.floats(0, 60, allow_nan=False)
voting = st.lists(st.tuples(st.integers(0, 7), ages), max_size=40)


def attention(
    votes: Told, *, papers: int = 8, fields: list[int] | None = None, listed_days_ago: float = 10.0, **others: Told
) -> Attention:
    """Votes here as (paper, days ago), and other parts by name."""
    parts = {Part(name): acts(told) for name, told in ({"votes_here": votes} | others).items()}
    return Attention(
        paper_ids=np.arange(1, papers + 1),
        fields=np.array(fields or [0] * papers, np.int64),
        field_names=("cs.CL", "q-bio.NC", "stat.ML"),
        listed_at=np.full(papers, NOW - listed_days_ago),
        parts=parts,
        supporters=acts(votes),
        is_dated=np.ones(len(votes), np.bool_),
    )


def acts(told: Told) -> Acts:
    rows, days_ago = ([act[column] for act in told] for column in (0, 1))
    return Acts(np.array(rows, np.int64), NOW - np.array(days_ago, np.float64), np.ones(len(told)))


def score_of(votes: Told, weights: Weights = BUILT_IN, **told: object) -> np.ndarray:
    return scores(attention(votes, **told), weights, NOW).score


@given(voting, st.integers(0, 7), ages)
def test_more_supporters_never_lower_a_paper(votes: Told, paper: int, days_ago: float) -> None:
    fields = [0, 0, 0, 1, 1, 2, 2, -1]
    before, after = score_of(votes, fields=fields), score_of([*votes, (paper, days_ago)], fields=fields)
    assert after[paper] >= before[paper] - 1e-9


@given(voting, st.randoms(use_true_random=False))
def test_the_order_in_which_acts_are_read_changes_nothing(votes: Told, random) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)
    assert np.array_equal(score_of(votes), score_of(shuffled))


@given(voting, st.integers(0, 7), ages, st.floats(0.01, 30))
def test_an_older_vote_is_never_worth_more(votes: Told, paper: int, days_ago: float, older: float) -> None:
    sooner, later = score_of([*votes, (paper, days_ago)]), score_of([*votes, (paper, days_ago + older)])
    assert later[paper] <= sooner[paper] + 1e-9


@given(voting, st.floats(0, 200))
def test_time_alone_changes_no_score(votes: Told, days: float) -> None:
    told = attention(votes, fields=[0, 0, 1, 1, 1, 2, 2, 2])
    now, then = (scores(told, Weights(), moment) for moment in (NOW, NOW + days))
    assert np.allclose(now.score[np.isfinite(now.score)], then.score[np.isfinite(then.score)], atol=1e-7)
    assert np.allclose(now.shares, then.shares, atol=1e-7)


@given(voting, voting)
def test_a_weight_of_nothing_takes_its_part_out(votes: Told, comments: Told) -> None:
    weights = Weights().with_changes({"comments_here": 0})
    assert np.array_equal(score_of(votes, weights, comments_here=comments), score_of(votes, weights))


@given(voting)
def test_the_shares_are_those_of_the_whole(votes: Told) -> None:
    told = scores(attention(votes, pins=votes[:3], saves=votes[5:]), Weights(), NOW)
    has_any = np.isfinite(told.score)
    assert np.allclose(told.shares.sum(axis=1), has_any)
    assert told.amounts[:, PARTS.index(PEOPLE)].sum() == len(votes)


def test_four_times_the_people_count_twice() -> None:
    few, many = score_of([(0, 1.0)] * 5)[0], score_of([(0, 1.0)] * 20)[0]
    assert many - few == pytest.approx(1.0)


def test_half_is_left_after_the_half_life() -> None:
    told = scores(attention([(0, 0.0), *[(1, 3.0)] * 2]), Weights(), NOW).score
    assert told[0] == pytest.approx(told[1])


@given(st.integers(1, 30), st.integers(10, 40), st.integers(2, 12))
def test_one_person_adds_no_more_than_one_of_each_part(mine: int, others: int, papers: int) -> None:
    """Reading counts a person once; even so one vote among many moves little."""
    before = 2 ** score_of([(0, 0.0)] * others, papers=papers)[0]
    after = 2 ** score_of([(0, 0.0)] * (others + 1), papers=papers)[0]
    assert after / before <= ((others + 1) / others) ** 0.5 + 1e-9


def test_a_small_field_is_not_drowned() -> None:
    """Five papers of two votes each beside forty of fifty: twice the usual is seen in the small field as well."""
    fields = [0] * 41 + [1] * 10
    votes = [(paper, 1.0) for paper in range(40) for _ in range(50)] + [(40, 1.0)] * 55
    votes += [(paper, 1.0) for paper in range(41, 50) for _ in range(2)] + [(50, 1.0)] * 20
    told = attention(votes, papers=51, fields=fields)
    plain, levelled = (scores(told, Weights(category=share), NOW).score for share in (0.0, 1.0))
    assert plain[50] < plain[:40].min()
    assert levelled[50] > levelled[:40].max()
    usual = scores(told, Weights(), NOW)
    assert plain[:40].min() - plain[50] > usual.score[:40].min() - usual.score[50]
    assert np.all((usual.factors <= MOST_FACTOR) & (usual.factors >= 1 / MOST_FACTOR))


def test_a_ring_that_is_not_noticed_moves_little() -> None:
    """Six puppets at the last minute, for a paper with ten honest votes among papers with ten to forty."""
    honest = [(paper, 1.0 + vote / 20) for paper in range(8) for vote in range(10 + 4 * paper)]
    before, after = score_of(honest), score_of([*honest, *[(0, 0.0)] * 6])
    assert (before > before[0]).sum() == 7
    assert (after > after[0]).sum() >= 5


@given(voting, st.integers(0, 7), ages)
def test_more_supporters_never_make_a_paper_rise_less(votes: Told, paper: int, days_ago: float) -> None:
    told = [
        replace(attention(some), listed_at=np.array([NOW - 2.0] * 4 + [NOW - 30.0] * 4))
        for some in (votes, [*votes, (paper, days_ago)])
    ]
    before, after = (rise(one, NOW).surprise for one in told)
    assert paper >= 4 or after[paper] >= before[paper] - 1e-9


def test_a_paper_rises_by_what_is_usual_in_its_field() -> None:
    """Twelve supporters on the first day are news where two are usual, and none where thirty are."""
    papers, votes = 42, []
    for paper in range(20):
        votes += [(paper, 19.8)] * 30 + [(paper + 20, 19.8)] * 2
    votes += [(40, 0.3)] * 12 + [(41, 0.3)] * 12
    told = attention(votes, papers=papers, fields=[0] * 20 + [1] * 20 + [0, 1])
    told = replace(told, listed_at=np.array([NOW - 20] * 40 + [NOW - 0.5] * 2))
    risen = rise(told, NOW)
    assert risen.surprise[41] > 1 > 2 * risen.surprise[40]
    assert risen.expected[40] > 3 * risen.expected[41]
    assert not risen.surprise[:40].any()


def test_two_friends_are_no_news() -> None:
    told = attention([(0, 0.1)] * 2, listed_days_ago=0.2)
    assert not rise(told, NOW).surprise.any()


def test_a_few_puppets_do_not_make_a_paper_rise_far() -> None:
    told = attention([(0, 0.1)] * 6, listed_days_ago=0.2)
    assert 1 < rise(told, NOW).surprise[0] < 2
    assert not rise(attention([(0, 0.1)] * 3, listed_days_ago=0.2), NOW).surprise.any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("saves", -1),
        ("saves", "many"),
        ("category", 1.5),
        ("half_life_days", 0),
        ("votes_here", float("nan")),
        ("x", 1),
    ],
)
def test_weights_out_of_bounds_are_refused(name: str, value: object) -> None:
    with pytest.raises(WeightsError, match=name):
        Weights().with_changes({name: value})
