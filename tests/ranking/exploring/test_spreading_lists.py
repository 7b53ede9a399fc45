"""Lists are good and not all of one kind, as much as the instance asks for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.evaluation.lists import catalogue_coverage, cluster_coverage, concentration, distance_within
from broadsheet.ranking.exploring.clusters import cluster
from broadsheet.ranking.exploring.diversity import candidates, collapse, spread, usual_amount
from broadsheet.ranking.personal.kinds import Floats
from broadsheet.search.duplicates import Described
from broadsheet.site import config

ABSTRACT = (
    "We measure how herons choose where to stand when a river rises, over nine years and forty sites, and find that "
    "they prefer the outer bends, leave them before the water does, and come back to the very same stone, which tells "
    "that they know the river's moods; a simple rule of thumb predicts their mornings better than the gauge."
)


def vectors(seed: int, count: int, width: int = 8) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def topics(seed: int, count: int) -> tuple[np.ndarray, Floats, np.ndarray]:
    """Papers of five topics, those of the first much the best for the person."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 5
    rows = np.eye(5, 16, dtype=np.float32)[labels] + random.normal(scale=0.1, size=(count, 16)).astype(np.float32)
    scores = random.normal(size=count) + 4.0 * (labels == 0)
    return scores, rows / np.linalg.norm(rows, axis=1, keepdims=True), labels


@given(
    scores=st.lists(st.floats(-1e6, 1e6), min_size=0, max_size=80),
    count=st.integers(0, 90),
    amount=st.floats(0, 1),
    seed=st.integers(0, 9),
)
def test_a_list_has_different_papers_and_is_full(scores: list[float], count: int, amount: float, seed: int) -> None:
    dense = vectors(seed, len(scores))
    rows = spread(np.array(scores), dense, count, amount=amount)
    assert len(rows) == min(count, len(scores))
    assert len(set(rows.tolist())) == len(rows)
    if len(rows) and amount < 1:
        assert scores[rows[0]] == max(scores), "the best is never given up"


@given(scores=st.lists(st.integers(-3, 3), max_size=60), count=st.integers(0, 70))
def test_without_spreading_the_order_is_that_of_the_scores(scores: list[int], count: int) -> None:
    rows = spread(np.array(scores, dtype=float), vectors(1, len(scores)), count, amount=0.0)
    assert rows.tolist() == sorted(range(len(scores)), key=lambda row: -scores[row])[:count]


def test_more_spreading_gives_lists_of_more_different_papers() -> None:
    amounts = (0.0, 0.3, 0.6, 0.9)
    means = []
    for amount in amounts:
        made = [topics(seed, 400) for seed in range(8)]
        found = [distance_within(dense[spread(scores, dense, 10, amount=amount)]) for scores, dense, _ in made]
        means.append(np.mean(found))
    assert means == sorted(means)
    assert means[-1] > means[0] + 0.2


def test_only_the_best_candidates_can_get_into_the_list() -> None:
    scores, dense, _ = topics(5, 3000)
    best = set(np.argsort(-scores)[: candidates(10)].tolist())
    assert set(spread(scores, dense, 10, amount=1.0).tolist()) <= best


def test_what_has_no_score_is_never_shown() -> None:
    scores = np.array([1.0, np.nan, -np.inf, 2.0])
    assert spread(scores, vectors(1, 4), 4, amount=0.5).tolist() == [3, 0]


def test_a_paper_without_a_vector_does_not_pass_for_a_different_one() -> None:
    scores, dense, _ = topics(1, 200)
    last = int(np.argsort(-scores)[candidates(10) - 20])
    dense[last] = 0
    assert last not in spread(scores, dense, 10, amount=0.7).tolist()
    assert len(spread(scores, np.zeros_like(dense), 10, amount=0.7)) == 10


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_an_amount_out_of_its_range_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="amount"):
        spread(np.ones(3), vectors(1, 3), 2, amount=amount)


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        spread(np.ones(3), vectors(1, 4), 2, amount=0.5)
    with pytest.raises(ValueError, match="one length"):
        collapse([Described(1, "Herons", "")], vectors(1, 2))


def test_the_instance_says_how_much(settings: object) -> None:
    settings.DIVERSITY = 0.4  # type: ignore[attr-defined]
    assert usual_amount() == 0.4


def test_a_paper_from_two_sources_is_shown_once_and_the_first_stays() -> None:
    dense = np.repeat(vectors(1, 1), 3, axis=0)
    papers = [
        Described(1, "Where herons stand", ABSTRACT, ("Ada Example", "Bo Sample")),
        Described(2, "Where Herons Stand.", ABSTRACT, ("A. Example", "B. Sample")),
        Described(3, "Where herons stand", ABSTRACT, ("Ada Example", "Bo Sample")),
    ]
    assert collapse(papers, dense).tolist() == [0]
    assert collapse(papers[:2], vectors(2, 2)).tolist() == [0, 1], "far apart by meaning: never compared"


def test_look_alike_titles_and_sequels_are_all_shown() -> None:
    dense = np.repeat(vectors(1, 1), 4, axis=0)
    other = "Ponds are counted from the air by a method of our own, and the count agrees with what walkers report."
    papers = [
        Described(1, "A survey of herons", ABSTRACT, ("Ada Example",)),
        Described(2, "A survey of herons", other, ("Cy Other",)),
        Described(3, "A survey of herons, part II", other, ("Ada Example",)),
        Described(4, "A survey of herring", other, ("Di Fourth",)),
    ]
    assert collapse(papers, dense).tolist() == [0, 1, 2, 3]
    assert collapse([], dense[:0]).tolist() == []


def test_clusters_of_a_day_are_its_topics() -> None:
    _, dense, labels = topics(2, 300)
    found, centres = cluster(dense, 5, seed=1)
    assert len(centres) == 5
    assert len({(one, other) for one, other in zip(found.tolist(), labels.tolist(), strict=True)}) == 5


@pytest.mark.parametrize(("word", "share"), [("0", 0.0), ("45", 0.45), ("100", 1.0)])
def test_the_setting_is_in_per_cent(monkeypatch: pytest.MonkeyPatch, word: str, share: float) -> None:
    monkeypatch.setenv("BROADSHEET_DIVERSITY", word)
    assert config.DIVERSITY.per_cent() == share


@pytest.mark.parametrize("word", ["101", "-1", "0.5", "much"])
def test_a_setting_that_is_no_per_cent_is_refused(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("BROADSHEET_DIVERSITY", word)
    with pytest.raises(config.ConfigError, match="0 to 100"):
        config.DIVERSITY.per_cent()


def test_figures_of_lists() -> None:
    dense = np.eye(3, dtype=np.float32)
    assert distance_within(dense) == pytest.approx(1.0)
    assert distance_within(dense[[0, 0]]) == pytest.approx(0.0)
    assert distance_within(dense[:1]) == 0.0
    assert cluster_coverage(np.array([0, 0, 1, 2]), np.array([0, 1, 2])) == pytest.approx(2 / 3)
    assert cluster_coverage(np.array([], dtype=np.int64), np.array([], dtype=np.int64)) == 0.0
    lists = [np.array([1, 2]), np.array([1, 9])]
    assert catalogue_coverage(lists, np.array([1, 2, 3, 4])) == 0.5
    assert catalogue_coverage([], np.array([], dtype=np.int64)) == 0.0
    assert concentration([np.array([1, 2, 3, 4])], np.array([1, 2, 3, 4])) == pytest.approx(0.0)
    assert concentration(lists, np.array([1, 2, 3, 4])) == pytest.approx(7 / 12)
    assert concentration([], np.array([1])) == 0.0
