"""Interest is foretold from what people did, and told only where it was right on cases that nothing was learnt from."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.calibration_learning import (
    AGE,
    OLDEST,
    TOPIC,
    age_of,
    cases_until,
    foretelling,
    groups_of,
    interests,
    learn_calibration,
)
from broadsheet.ranking.exploring.calibration_report import Doubt, Report, is_trustworthy, report
from broadsheet.ranking.models import LearntModel
from tests.people import person
from tests.ranking.exploring.calibration_cases import LIST, NOW, note_impressions


def chances(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.beta(1, 4, count)
    return truth, (random.random(count) < truth).astype(float)


def test_what_is_right_is_trusted_and_what_is_not_is_doubted() -> None:
    truth, came = chances(1, 8000)
    assert is_trustworthy(report(truth, came))
    assert report(np.clip(truth * 2, 0, 1), came).doubts()[0] == Doubt.UNSURE_ERROR
    assert Doubt.FEW_OUTCOMES in report(truth[:200], came[:200]).doubts()
    flat = np.full(len(came), came.mean())
    assert report(flat, came).doubts() == [Doubt.NO_BETTER_THAN_MEAN]
    assert not is_trustworthy(None)


def test_rare_interest_has_to_be_told_more_exactly() -> None:
    came = np.zeros(20_000)
    came[:: 20_000 // 150] = 1
    told = np.full(len(came), came.mean() + 0.02)
    assert Doubt.UNSURE_ERROR in report(told, came).doubts(), "2 per cent more than the truth of less than 1"


def test_a_report_has_groups_with_enough_cases_and_survives_json() -> None:
    truth, came = chances(2, 1000)
    topics = ["cs.IR"] * 600 + ["math.CO"] * 380 + ["rare"] * 20
    made = report(truth, came, {TOPIC: topics})
    assert list(made.groups[TOPIC]) == ["cs.IR", "math.CO"]
    assert made.groups[TOPIC]["cs.IR"].cases == 600
    assert Report.from_plain(made.to_plain()) == made
    with pytest.raises(ValueError, match="grouping"):
        report(truth, came, {TOPIC: topics[1:]})
    for broken in ({}, {"groups": 3}, {**made.to_plain(), "whole": {}}):
        with pytest.raises(ValueError, match="not a report"):
            Report.from_plain(broken)


def test_what_is_right_in_all_and_wrong_in_a_topic_is_doubted() -> None:
    truth, came = chances(3, 8000)
    half = np.arange(8000) % 2 == 0
    lean = np.clip(truth + np.where(half, 0.1, -0.1), 0, 1)
    topics = ["cs.IR" if one else "math.CO" for one in half]
    assert report(truth, came, {TOPIC: topics}).doubts() == []
    assert Doubt.WRONG_IN_A_GROUP in report(lean, came, {TOPIC: topics}).doubts()
    assert Doubt.WRONG_IN_A_GROUP not in report(lean, came).doubts()


def test_ages_are_groups() -> None:
    day = date(2025, 11, 20)
    assert age_of(day, day) == age_of(day - timedelta(days=1), day) == "up to a day"
    assert age_of(day - timedelta(days=7), day) == "up to a week"
    assert age_of(day - timedelta(days=30), day) == "up to a month"
    assert age_of(day - timedelta(days=31), day) == age_of(None, day) == OLDEST
    assert groups_of(["cs.IR", "new"], ["up to a week", OLDEST], ["cs.IR"]).tolist() == [[0, 1], [-1, 3]]
    assert groups_of([], [], []).shape == (0, 2)


@pytest.mark.django_db
def test_interest_is_learnt_and_told_by_topic() -> None:
    note_impressions(person("alice"), 900)
    assert interests({1: 0.5}, NOW.date(), foretelling()) == {}, "nothing was learnt yet"
    found = learn_calibration(NOW)
    assert found.cases == 900 * LIST
    assert found.report is not None
    assert found.report.doubts() == []
    assert found.is_told
    assert set(found.report.groups) == {TOPIC, AGE}
    assert found.topics == ("cs.IR", "math.CO")
    assert foretelling() == found
    liked, other = Paper.objects.get(title="Paper 1 of herons"), Paper.objects.get(title="Paper 2 of herons")
    told = interests({liked.pk: 0.5, other.pk: 0.5}, NOW.date(), foretelling())
    assert told[liked.pk] > told[other.pk] + 0.1, "more people are interested in this topic"
    assert interests({}, NOW.date(), foretelling()) == {}
    assert interests({liked.pk: float("nan")}, NOW.date(), foretelling()) == {}


@pytest.mark.django_db
def test_what_was_learnt_anew_replaces_what_was_before() -> None:
    alice = person("alice")
    note_impressions(alice, 150)
    before = learn_calibration(NOW)
    assert before.report is not None
    Impression.objects.all().delete()
    after = learn_calibration(NOW + timedelta(days=1))
    assert after.report is None
    assert not after.is_told
    assert foretelling() == after
    assert LearntModel.objects.filter(name="calibration").count() == 1
    assert interests({1: 0.5}, NOW.date(), foretelling()) == {}


@pytest.mark.django_db
def test_scores_that_mean_nothing_are_not_told_as_interest() -> None:
    note_impressions(person("alice"), 300, is_random=True)
    found = learn_calibration(NOW)
    assert found.report is not None
    assert not found.is_told
    paper = Paper.objects.first()
    assert paper is not None
    assert interests({paper.pk: 1.0}, NOW.date(), foretelling()) == {}


@pytest.mark.django_db
def test_outcomes_are_what_came_within_a_week_of_what_was_shown_for_somebody() -> None:
    alice = person("alice")
    note_impressions(alice, 2)
    Impression.objects.update(opened_at=None)
    rows = list(Impression.objects.order_by("shown_at", "position"))
    moment = timedelta(minutes=1)
    for row, did in zip(
        rows,
        (
            {"saved_at": rows[0].shown_at + moment},
            {"voted_at": rows[1].shown_at + timedelta(days=8)},
            {"opened_at": rows[2].shown_at + moment, "dismissed_at": rows[2].shown_at + 2 * moment},
            {"opened_at": rows[3].shown_at + moment, "surface": Impression.Surface.SEARCH},
            {"opened_at": rows[4].shown_at + moment, "score": None},
            {"voted_at": rows[5].shown_at + moment},
        ),
        strict=False,
    ):
        Impression.objects.filter(pk=row.pk).update(**did)
    cases = cases_until(NOW)
    assert len(cases.scores) == 18, "not what was found by search, nor what had no score"
    assert cases.outcomes.tolist()[:4] == [1.0, 0.0, 0.0, 1.0]
    assert cases.outcomes.sum() == 2
    assert len(cases_until(rows[0].shown_at).scores) == 8, "the outcome of later lists is not known yet"
