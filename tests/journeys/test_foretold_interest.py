"""An admin reads how right foretold interest is: wide and on a phone, the figure and the same as a table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from broadsheet.ranking.exploring.calibration_learning import learn_calibration
from broadsheet.ranking.exploring.position_bias import learn_positions
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.journeys.test_talking import signed_in
from tests.people import admin, person
from tests.ranking.exploring.calibration_cases import NOW, note_impressions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_admin_reads_the_report(size: tuple[int, int], visit: Visit) -> None:
    note_impressions(person("alice"), 300)
    learn_positions(NOW)
    learn_calibration(NOW)
    ada = signed_in(visit(size), admin())
    page = ada.open("/calibration")
    page.get_by_text("The same as a table").first.click()
    expect(page.get_by_role("columnheader", name="Surely between")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is no wider than the screen"
    if folder := os.environ.get("BROADSHEET_TEST_SHOTS"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder) / f"calibration-{size[0]}-{scheme}.png", full_page=True)
    assert faults_in_both_schemes(page) == []
    assert ada.faults == []
