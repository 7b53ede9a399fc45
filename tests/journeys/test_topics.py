"""Everybody can read maps and trends: by a list where the drawing says nothing, on a phone, in the dark, with keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.builders import WEDNESDAY, record, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.web.topics.conftest import fill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAP = f"/map/date/{WEDNESDAY}"
PAGES = [MAP, "/map/week/2025-W42", "/map?q=readers", "/topics"]
LONG = "Zusammensetzung" * 28


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    faults = {path: faults_in_both_schemes(visitor.open(path)) for path in ("/topics", MAP)}
    fill()
    faults |= {path: faults_in_both_schemes(visitor.open(path)) for path in PAGES}
    assert {path: found for path, found in faults.items() if found} == {}


def test_from_the_day_over_the_map_to_a_paper(visit: Visit) -> None:
    fill()
    page = visit(javascript=False).open(f"/date/{WEDNESDAY}")
    page.get_by_role("link", name="As a map").click()
    expect(page.get_by_role("heading", name="Map of Wednesday")).to_be_visible()
    region = page.locator("section.region").first
    # The number on the map leads to the region in the list.
    page.locator("svg a[href='#region-1'] text").first.click()
    assert page.url.endswith("#region-1")
    expect(region.get_by_role("listitem")).to_have_count(6)
    region.get_by_role("link", name="List region 1").click()
    expect(page.locator("main article")).to_have_count(6)
    page.go_back()
    goal = page.locator("svg .dots a").last.get_attribute("href")
    page.locator("svg .dots a circle").last.click()
    page.wait_for_url(f"**{goal}")


def test_keys_pass_by_the_drawing_for_the_list_has_all_of_it(visit: Visit) -> None:
    fill()
    page = visit().open(MAP)
    assert page.evaluate("[...document.querySelectorAll('svg a')].every((link) => link.tabIndex === -1)")
    page.get_by_role("link", name="Topics", exact=True).first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('section.region') !== null")


def test_a_phone_shows_numbers_for_names(visit: Visit) -> None:
    fill()
    page = visit(PHONE).open(MAP)
    expect(page.locator("svg .name").first).to_be_hidden()
    expect(page.locator("svg .number").first).to_be_visible()
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    expect(page.locator("svg .name").first).to_be_visible()
    expect(page.locator("svg .number").first).to_be_hidden()


def test_no_page_is_wider_than_its_window(visit: Visit) -> None:
    take_and_index(*(record(f"{LONG} {n}", abstract=LONG, keywords=(LONG[:39], "two words")) for n in range(9)))
    visitor, too_wide = visit(), []
    for path in [MAP, "/topics"]:
        page = visitor.open(path)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if (wide := page.evaluate("document.scrollingElement.scrollWidth")) > width:
                too_wide.append(f"{path} at {width}: {wide}")
    assert too_wide == []
