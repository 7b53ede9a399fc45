"""Admins see how right foretold interest is: on a page, on the command line, and the clock learns it."""

from __future__ import annotations

import pytest
from django.test import Client

from broadsheet.ranking.exploring.calibration_learning import foretelling, learn_calibration
from broadsheet.ranking.exploring.calibration_measures import Bin
from broadsheet.ranking.exploring.position_bias import learn_positions
from broadsheet.web.calibration.diagram import curve_of_places, diagram
from broadsheet.worker.calibrating import calibrating_errand
from tests.cli.running import run, run_json
from tests.people import admin, moderator, person
from tests.ranking.exploring.calibration_cases import NOW, note_impressions
from tests.web.reading import parse_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(admin())
    return client


def page(client: Client) -> str:
    answer = client.get("/calibration")
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_admins_know_of_the_page(client: Client) -> None:
    assert client.get("/calibration").status_code == 404
    client.force_login(moderator())
    assert client.get("/calibration").status_code == 404


def test_before_anything_was_learnt_the_page_says_so(ada: Client) -> None:
    assert "nothing was learnt yet" in page(ada)
    assert ada.post("/calibration").status_code == 405


def test_too_few_cases_are_named(ada: Client, settings: object) -> None:
    note_impressions(person("alice"), 2)
    learn_calibration(NOW)
    assert "20 cases are too few to learn from" in page(ada)
    settings.IMPRESSIONS_DAYS = 0  # type: ignore[attr-defined]
    assert "keeps nothing of what people were shown" in page(ada)


def test_the_report_is_a_diagram_with_tables(ada: Client) -> None:
    note_impressions(person("alice"), 300)
    learn_positions(NOW)
    learn_calibration(NOW)
    text = page(ada)
    assert "style=" not in text.split("<main")[1], "the policy lets in no inline style"
    found = parse_html(text)
    assert len(found.all("circle")) == 10
    assert len(found.all("polyline")) == 1
    for word in ("Brier score", "Calibration error", "Balance score", "By topic", "cs.IR", "math.CO", "By age"):
        assert word in text
    assert "Interest is not told to people in per cent" in text


def test_scales_hold_what_is_drawn() -> None:
    small = diagram([Bin(100, 0.01, 0.02, 0.005, 0.06), Bin(100, 0.04, 0.03, 0.01, 0.09)])
    assert small.across[-1].share == 0.1
    assert all(small.top <= point.high <= point.y <= point.low <= small.bottom for point in small.points)
    assert diagram([Bin(3, 1.0, 1.0, 0.4, 1.0)]).points[0].x == diagram([]).across[-1].at
    assert curve_of_places([]) is None
    drawn = curve_of_places([1.0, 0.5])
    assert drawn is not None
    assert drawn.rows == ((1, 1.0), (2, 0.5))


def test_the_command_says_the_same() -> None:
    assert "nothing was learnt yet" in run("calibration").stdout
    assert run_json("calibration")["report"] is None
    note_impressions(person("alice"), 2)
    assert "too few to learn from" in run("calibration", "--learn").stdout
    assert foretelling() is not None


def test_the_command_prints_the_report() -> None:
    note_impressions(person("alice"), 300)
    learn_positions(NOW)
    learn_calibration(NOW)
    told = run("calibration").stdout
    for word in ("not told to people: unsure error", "Brier score", "by topic", "cs.IR", "by age", "looked at: 100%"):
        assert word in told
    assert run_json("calibration")["report"]["whole"]["cases"] == 900


def test_the_clock_learns_it() -> None:
    note_impressions(person("alice"), 2)
    assert calibrating_errand().do(lambda: False) == "20 cases, not told"


def test_the_page_is_reached_from_moderation_by_admins_alone(ada: Client) -> None:
    assert 'href="/calibration"' in ada.get("/moderation").content.decode()
    ada.force_login(moderator())
    assert "/calibration" not in ada.get("/moderation").content.decode()
