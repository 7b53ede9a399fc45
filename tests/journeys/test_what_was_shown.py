"""Somebody reads what was kept of what they were shown, on the page of what was learnt: wide and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.impressions import note_opened, note_shown
from broadsheet.ranking.personal.kinds import Recommendation
from tests.builders import many, take
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.journeys.test_talking import signed_in
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_somebody_reads_what_was_kept(size: tuple[int, int], visit: Visit) -> None:
    take(*many(6))
    alice, now, papers = person("alice"), timezone.now(), list(Paper.objects.order_by("pk"))
    shown = [Recommendation(paper.pk, 1.0, (), is_exploring=paper is papers[1]) for paper in papers]
    note_shown(alice, Impression.Surface.FOR_YOU, shown, now)
    note_opened(alice, papers[1].pk, now)
    reader = signed_in(visit(size), alice)
    page = reader.open("/for-you/profile")
    page.get_by_text("The last 6 papers").click()
    assert page.get_by_text("place 2, by lot, opened").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is no wider than the screen"
    if folder := os.environ.get("BROADSHEET_TEST_SHOTS"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder) / f"shown-{size[0]}-{scheme}.png", full_page=True)
    assert faults_in_both_schemes(page) == []
    assert reader.faults == []
