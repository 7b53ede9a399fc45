"""From made clicks, of which the truth is known, it is learnt which places are looked at, and what is relevant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.debiased import LinearRanker, dual, learnt_places, naive, weighted
from broadsheet.ranking.exploring.position_bias import LEAST_CLICKS_AT_A_PLACE, learn_positions, positions_of
from broadsheet.ranking.exploring.propensity import ClickLog, Positions, by_lots
from broadsheet.ranking.models import LearntModel
from broadsheet.worker.impressions import impressions_errand
from tests.builders import many, take
from tests.people import person

NOW = datetime(2025, 11, 20, 8, tzinfo=UTC)
TRUE_WEIGHTS = np.array([1.0, -0.5, 0.0])
EXAMINED = np.array([1.0, 0.6, 0.45, 0.3, 0.2])


def made_log(count: int, *, seed: int = 1, drawn: float = 0.0, is_sorted: bool = True) -> ClickLog:
    """Lists in the order of the third feature, which tells nothing; ``drawn`` of the rows are as if given by lot."""
    random = np.random.default_rng(seed)
    places = len(EXAMINED)
    features = random.normal(size=(count, places, 3))
    if is_sorted:
        order = np.argsort(-features[:, :, 2] - 0.5 * random.normal(size=(count, places)), axis=1)
        features = np.take_along_axis(features, order[:, :, None], axis=1)
    is_drawn = random.random((count, places)) < drawn
    features[is_drawn] = random.normal(size=(int(is_drawn.sum()), 3))
    relevant = np.minimum(0.12 * np.exp(features @ TRUE_WEIGHTS), 1.0)
    clicks = random.random((count, places)) < relevant * EXAMINED
    lists, positions = np.repeat(np.arange(count), places), np.tile(np.arange(places), count)
    return ClickLog(lists, positions, features.reshape(-1, 3), clicks.ravel(), is_drawn.ravel())


def beside(ranker: LinearRanker) -> np.ndarray:
    """The weights beside the first, for features as they were given."""
    weights = ranker.weights / ranker.spreads
    return np.asarray(weights / weights[0])


def test_both_the_places_and_the_ranker_are_learnt_from_clicks_alone() -> None:
    log = made_log(40_000)
    ranker, found = dual(log, 5)
    assert found.examined == pytest.approx(EXAMINED, rel=0.1)
    assert beside(ranker) == pytest.approx(TRUE_WEIGHTS, abs=0.12)
    assert found.shown.tolist() == [40_000] * 5
    assert found.clicked.sum() == log.clicks.sum()
    assert beside(naive(log))[2] > 0.4, "the naive ranker takes the order of the lists for relevance"
    assert beside(weighted(log, found)) == pytest.approx(TRUE_WEIGHTS, abs=0.12)


def test_lots_measure_the_places_without_a_ranker() -> None:
    log = made_log(30_000, drawn=0.3)
    rates, clicks = by_lots(log, 5)
    assert rates / rates[0] == pytest.approx(EXAMINED, rel=0.1)
    assert clicks.min() > 300
    none, nothing = by_lots(made_log(50), 5)
    assert (none.tolist(), nothing.tolist()) == ([0.0] * 5, [0] * 5)


def test_lots_correct_what_the_ranker_cannot_know() -> None:
    """Where what stands first is better in a way that no feature tells, only the lots show that it is not the place."""
    log = made_log(40_000, seed=2, drawn=0.3)
    blind = ClickLog(log.lists, log.positions, np.zeros((len(log.lists), 1)), log.clicks, log.is_drawn)
    worse = ~log.is_drawn & (log.positions == 4) & (np.arange(len(log.lists)) % 2 == 0)
    misled = ClickLog(blind.lists, blind.positions, blind.features, log.clicks & ~worse, blind.is_drawn)
    alone, together = dual(misled, 5)[1], learnt_places(misled, least=100)
    assert together is not None
    assert alone.examined[4] < 0.85 * EXAMINED[4]
    assert abs(together.examined[4] - EXAMINED[4]) < abs(alone.examined[4] - EXAMINED[4]) / 2


def test_places_with_few_clicks_are_left_out() -> None:
    log = made_log(300)
    counts = np.bincount(log.positions[log.clicks])
    found = learnt_places(log, least=int(counts[2]))
    assert found is not None
    assert len(found.examined) >= 3
    assert learnt_places(log, least=int(counts[0]) + 1) is None
    nothing = ClickLog(log.lists, log.positions, log.features, np.zeros_like(log.clicks), log.is_drawn)
    assert learnt_places(nothing, least=1) is None
    with pytest.raises(ValueError, match="nothing was clicked"):
        dual(nothing, 5)


def test_weights_are_inverse_and_bounded() -> None:
    places = Positions(np.array([1.0, 0.5, 0.01]), np.ones(3, dtype=np.int64), np.ones(3, dtype=np.int64))
    assert places.weights(np.array([0, 1, 2, 9])).tolist() == [1.0, 2.0, 20.0, 20.0]
    assert places.weights(np.array([2]), heaviest=5.0).tolist() == [5.0]
    assert places.of(np.array([1, 7])).tolist() == [0.5, 0.01]


def test_a_log_that_is_none_is_refused() -> None:
    good = made_log(2)
    with pytest.raises(ValueError, match="equally long"):
        ClickLog(good.lists, good.positions[1:], good.features, good.clicks, good.is_drawn)
    with pytest.raises(ValueError, match="together"):
        ClickLog(np.arange(10) % 2, good.positions, good.features, good.clicks, good.is_drawn)


@pytest.mark.django_db
def test_places_are_learnt_every_night_where_enough_was_clicked(settings: Any) -> None:
    settings.IMPRESSIONS_DAYS = 36_500
    take(*many(3))
    alice, papers = person("alice"), list(Paper.objects.order_by("pk"))
    learn_positions(NOW)
    assert positions_of(Impression.Surface.FOR_YOU) is None
    # Of the first place every list was opened, of the second every second, of the third too few to tell.
    count = 2 * LEAST_CLICKS_AT_A_PLACE
    rows = [
        Impression(
            account=alice,
            paper=paper,
            surface=Impression.Surface.FOR_YOU,
            shown=f"list-{number}",
            position=place,
            score=1.0,
            shown_at=NOW - timedelta(days=3, minutes=number),
            opened_at=NOW - timedelta(days=3) if number % (place + 1) == 0 and place < 2 else None,
            voted_at=NOW if place == 2 and number < 5 else None,
        )
        for number in range(count)
        for place, paper in enumerate(papers)
    ]
    Impression.objects.bulk_create(rows)
    learn_positions(NOW)
    found = positions_of(Impression.Surface.FOR_YOU)
    assert found is not None
    assert found.examined == pytest.approx([1.0, 0.5], rel=0.02)
    assert (found.shown.tolist(), found.clicked.tolist()) == ([count, count], [count, count // 2])
    assert positions_of(Impression.Surface.DAY) is None
    impressions_errand().do(lambda: False)
    assert positions_of(Impression.Surface.FOR_YOU) is not None
    Impression.objects.all().delete()
    learn_positions(NOW)
    assert not LearntModel.objects.filter(name="positions").exists()
