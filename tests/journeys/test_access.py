"""Everybody can read: axe finds nothing serious on any page, wide or narrow, light or dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.builders import WEDNESDAY, many, saved, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/date/{WEDNESDAY}"
PAGES = [
    "/date/2025-01-01",
    f"{DAY}?view=lines",
    "/week/2025-W42",
    "/search?q=front&cat=cs.CL",
    "/search?q=nothinghasthisword",
    '/search?q=title:front+-"no such"+foo:bar+reader1+zebra&year=2025&prefer=recent',
    "/search?like=2510.10001&like=A+title+that+nobody+knows",
    "/search",
    "/search/help",
    "/similar",
    "/papers/2510.10001",
    "/saved",
    "/saved/front-pages",
    "/about",
    "/search?mode=magic",
]
EMPTY_PAGES = ["/", "/saved"]
SERIOUS = ("serious", "critical")


def serious_faults(page: Page, **only: Any) -> list[str]:
    """What axe finds, with the elements that it names."""
    found: list[dict[str, Any]] = (
        Axe().run(page, options={"resultTypes": ["violations"], **only}).response["violations"]
    )
    return [
        f"{fault['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for fault in found
        for node in fault["nodes"]
        if fault["impact"] in SERIOUS
    ]


def faults_in_both_schemes(page: Page) -> list[str]:
    """All serious faults in the light, and those of colour in the dark: nothing else differs."""
    page.emulate_media(color_scheme="light")
    faults = serious_faults(page)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return faults + [f"dark: {fault}" for fault in serious_faults(page, runOnly=["color-contrast"])]


def test_a_serious_fault_would_be_found(visit: Visit) -> None:
    page = visit().open("/about")
    page.evaluate("document.body.append(document.createElement('button'))")
    # This red is readable on white paper and not on black.
    page.evaluate("document.querySelector('h1').style.color = '#700000'")
    named = [fault.partition(": <")[0] for fault in faults_in_both_schemes(page)]
    assert named == ["button-name", "dark: color-contrast"]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    faults = {path: faults_in_both_schemes(visitor.open(path)) for path in EMPTY_PAGES}
    take_and_index(*many(7, length=700, days=2), page=saved(query="front pages"))
    for path in PAGES:
        page = visitor.open(path)
        for closed in page.locator("details.facets, details.options").all():
            closed.evaluate("(details) => { details.open = true }")
        if path == PAGES[0]:
            page.get_by_text("Calendar").click()
        faults[path] = faults_in_both_schemes(page)
    visitor.faults[:] = [fault for fault in visitor.faults if "status of 400" not in fault]
    assert {path: found for path, found in faults.items() if found} == {}
