"""Everybody can read how sources and batches stand: on a phone, in the dark, with keys, and with long names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from broadsheet.catalogue.models import Batch
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.web.ledgers import NOW, TODAY, announce, fill, job

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BATCH = f"/batches/arxiv/cs.CV/{TODAY}"
PAGES = ["/batches", BATCH, f"/batches/arxiv/cs.LG/{TODAY}", "/sources"]
EMPTY_PAGES = ["/batches", "/batches?source=nobody", "/sources"]
LONG = "neurowissenschaften" * 5
WIDTHS = (320, 390, 1280)


@pytest.fixture
def filled() -> None:
    fill()
    announce("Reading $x^2$ Front Pages", "cs.CV", TODAY, arxiv="2511.00200")
    job("huggingface", last_succeeded_at=NOW - timedelta(days=3), failures_count=3, last_error="the server fell asleep")
    job("biorxiv:neuroscience")
    job("feed:https://a.example/rss", is_enabled=False)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious_where_there_is_nothing(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    faults = {path: faults_in_both_schemes(visitor.open(path)) for path in EMPTY_PAGES}
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious_in_a_ledger(size: tuple[int, int], visit: Visit, filled: None) -> None:
    visitor = visit(size)
    faults = {path: faults_in_both_schemes(visitor.open(path)) for path in PAGES}
    assert {path: found for path, found in faults.items() if found} == {}


def test_no_page_is_wider_than_its_window(visit: Visit, filled: None) -> None:
    Batch.objects.filter(category="cs.CV").update(note=LONG * 3)
    Batch.objects.filter(category="stat.ML").update(category=LONG)
    job(f"feed:https://a.example/{LONG}", failures_count=1, last_error=LONG * 4)
    visitor, too_wide = visit(), []
    for path in [*PAGES, f"/batches/arxiv/{LONG}/{TODAY}"]:
        page = visitor.open(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (wide := page.evaluate("document.scrollingElement.scrollWidth")) > width:
                too_wide.append(f"{path} at {width}: {wide}")
    assert too_wide == []


def test_a_phone_shows_the_newest_day_first_and_keys_reach_the_others(visit: Visit, filled: None) -> None:
    page = visit(PHONE).open("/batches")
    table = page.get_by_role("region", name="arXiv")
    days = table.locator("thead time")
    expect(days.first).to_have_attribute("datetime", str(TODAY))
    expect(days.first).to_be_in_viewport()
    expect(days.last).not_to_be_in_viewport()
    table.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(days.last).to_be_in_viewport()
    # Whose row it is stays in sight.
    expect(table.get_by_role("rowheader", name="cs.CL")).to_be_in_viewport()


def test_from_the_foot_of_a_page_to_a_missing_paper(visit: Visit, filled: None) -> None:
    page = visit(javascript=False).open("/about")
    page.get_by_role("contentinfo").get_by_role("link", name="Batches").click()
    page.get_by_role("link", name="188/191").click()
    assert page.url.endswith(BATCH)
    expect(page.get_by_role("link", name="2511.00101")).to_have_attribute("href", "https://arxiv.org/abs/2511.00101")
    page.get_by_role("link", name="Reading").click()
    assert page.url.endswith("/papers/2511.00200")
