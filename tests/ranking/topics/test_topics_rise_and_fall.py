"""Trends: what was planted is found, what is steady is not, and hidden papers count for nothing."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.topics import trends, weekly
from broadsheet.ranking.topics.significance import changes, discovered, log_odds, smoothed, trend
from broadsheet.ranking.topics.trends import RECENT_WEEKS, WEEKS, refresh, topics
from broadsheet.ranking.topics.weekly import weekly_categories, weekly_phrases, weeks_until
from tests.builders import record, take

LAST = date(2025, 10, 12)
MONDAYS = weeks_until(LAST, WEEKS)
NOW = "2025-10-15 12:00+00:00"


def test_weeks_end_with_the_one_around_a_day() -> None:
    assert weeks_until(date(2025, 10, 15), 2) == (date(2025, 10, 6), date(2025, 10, 13))
    assert MONDAYS[-1] == date(2025, 10, 6)
    assert len(MONDAYS) == WEEKS


def test_a_planted_trend_is_sure_and_a_steady_topic_has_none() -> None:
    totals = np.full(26, 60)
    rising, steady = np.arange(26) // 2, np.full(26, 6)
    found = changes(np.array([rising, steady, rising[::-1]]), totals, 8)
    assert found.is_sure.tolist() == [True, False, True]
    assert found.z[0] == pytest.approx(-found.z[2])
    assert found.log_odds[0] > 0 > found.log_odds[2]
    assert found.z[1] == pytest.approx(0, abs=1e-9)


def test_one_loud_week_is_no_trend() -> None:
    burst = np.zeros(26, int)
    burst[20] = 20
    assert abs(trend(np.array([burst]), np.full(26, 60))[0]) < 1.96


def test_what_is_known_of_few_papers_is_drawn_towards_no_change() -> None:
    totals = np.full(26, 60)
    few, many = np.zeros(26, int), np.zeros(26, int)
    few[-1], many[-8:] = 2, 10
    small, large = log_odds(np.array([few, many]), totals, 8)
    assert 0 < small < large


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=9, max_size=30))
def test_any_counts_give_finite_figures(weeks: list[tuple[int, int]]) -> None:
    counts = np.array([[min(pair) for pair in weeks]])
    totals = np.array([max(pair) for pair in weeks])
    found = changes(counts, totals, 8)
    assert np.isfinite(found.z).all()
    assert np.isfinite(found.log_odds).all()
    shares = smoothed(counts, totals)
    assert ((shares >= 0) & (shares <= 1)).all()


def test_few_of_what_is_discovered_is_chance() -> None:
    # The example of Benjamini and Hochberg (1995), section 3.2, at a rate of 0.05: the first four.
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    chances += [0.7590, 1.0]
    assert discovered(np.array(chances), 0.05).tolist() == [True] * 4 + [False] * 11
    assert discovered(np.array([]), 0.1).tolist() == []


def fill() -> None:
    """Half a year of ten papers a week; one topic rises, one falls, one is steady."""
    records = []
    for week, monday in enumerate(MONDAYS):
        for n in range(10):
            is_late = n < week // 3
            topic = "neural radiance fields" if is_late else "random forests"
            records.append(
                record(
                    f"Paper {week} {n} on {topic}",
                    on=monday + timedelta(days=n % 5),
                    abstract=f"Here are {topic} and front pages.",
                    categories=("cs.CV" if is_late else "cs.LG",),
                    arxiv=f"25{week:02}.{n:05}",
                )
            )
    take(*records)
    while keyphrase_some():
        pass


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_topics_are_counted_in_titles_and_abstracts() -> None:
    fill()
    found = topics()
    assert found is not None
    assert (found.read, found.listed, found.last) == (260, 260, LAST)
    assert found.recent_from == MONDAYS[-RECENT_WEEKS]
    assert found.rising[0].name == "neural radiance fields"
    assert found.rising[0].is_sure
    assert found.falling[0].name == "random forests"
    assert not {"front pages"} & {topic.name for topic in (*found.rising, *found.falling)}
    late = sum(week // 3 for week in range(WEEKS - RECENT_WEEKS, WEEKS))
    assert found.rising[0].papers == late
    assert found.rising[0].now == pytest.approx(late / (10 * RECENT_WEEKS))
    assert [topic.name for topic in found.categories] == ["cs.LG", "cs.CV"]


@pytest.mark.django_db
def test_hidden_papers_count_for_nothing() -> None:
    fill()
    Paper.objects.filter(title__contains="radiance").update(is_hidden=True)
    assert "neural radiance fields" not in weekly_phrases(MONDAYS).names
    assert weekly_categories(MONDAYS).names == ("cs.LG",)


@pytest.mark.django_db
def test_of_a_week_with_many_papers_some_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setattr(weekly, "MOST_PAPERS_A_WEEK", 4)
    found = weekly_phrases(MONDAYS)
    assert found.totals.tolist() == [4] * WEEKS
    assert (found.counts <= found.totals).all()
    assert weekly_categories(MONDAYS).totals.tolist() == [10] * WEEKS


@pytest.mark.django_db
def test_topics_are_counted_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert topics() is None
        fill()
        first = topics()
        assert first is not None
        monkeypatch.setattr(trends, "count_topics", lambda mondays, now: pytest.fail("counted again"))
        assert topics() == refresh() == first
        monkeypatch.undo()
        clock.shift(timedelta(hours=21))
        assert topics() == first
        again = refresh()
        assert again is not None
        assert again.computed_at > first.computed_at
        clock.shift(timedelta(days=3))
        last = topics()
        assert last is not None
        assert last.computed_at > again.computed_at


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_catalogue_that_has_just_begun_tells_nothing_yet() -> None:
    take(record("Alone", on=date(2025, 10, 14), abstract="We study front pages."))
    found = topics()
    assert found is not None
    assert (found.rising, found.falling, found.categories) == ((), (), ())
