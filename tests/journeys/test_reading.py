"""A person reads: with keys, without JavaScript, and without anything jumping about."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import WEDNESDAY, many, record, saved, take, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/date/{WEDNESDAY}"
LONG = "Zusammensetzung" * 28
FORMULA = "+".join(f"x_{{{n}}}^{{{n}}}" for n in range(40))
EVERY_WIDTH = (320, 390, 1280)


def test_keys_move_open_and_search(visit: Visit) -> None:
    take(*many(8, length=600))
    page = visit().open(DAY)
    titles = page.locator("main article h2 a")
    for key, at in [("j", 0), ("j", 1), ("j", 2), ("k", 1)]:
        page.keyboard.press(key)
        expect(titles.nth(at)).to_be_focused()
        expect(titles.nth(at)).to_be_in_viewport()
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    page.keyboard.type("jok/")
    expect(box).to_have_value("jok/")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    goal = titles.nth(0).get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{goal}")


def test_keys_with_modifiers_belong_to_the_browser(visit: Visit) -> None:
    take(*many(3, length=100))
    page = visit().open(DAY)
    page.keyboard.press("Control+j")
    page.keyboard.press("Alt+j")
    assert page.evaluate("document.activeElement === document.body")


def test_tab_leads_past_the_masthead_first(visit: Visit) -> None:
    take(*many(3, length=100))
    page = visit().open(DAY)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_everything_works_without_javascript(size: tuple[int, int], visit: Visit) -> None:
    take_and_index(*many(45, length=1_500))
    page = visit(size, javascript=False).open(DAY)
    card = page.locator("main article").filter(has=page.locator("summary")).last
    rest = card.locator("details p")
    expect(rest).to_be_hidden()
    card.locator("summary").click()
    expect(rest).to_be_visible()
    page.get_by_role("navigation", name="Pages").get_by_role("link").last.click()
    assert DAY in page.url
    assert page.url.endswith("&p=2")
    expect(page.locator("main article")).to_have_count(15)
    page.get_by_text("Calendar").click()
    page.get_by_role("table").get_by_role("link", name="15").click()
    page.get_by_role("searchbox").fill("front pages")
    page.get_by_role("searchbox").press("Enter")
    assert "/search?q=front+pages" in page.url
    expect(page.get_by_role("status")).to_contain_text("45 papers")
    page.get_by_role("navigation", name="Order").get_by_role("link", name="votes").click()
    assert "sort=votes" in page.url
    if size == PHONE:
        expect(page.get_by_role("link", name="2025", exact=True)).to_be_hidden()
        page.get_by_text("Narrow").click()
    # Not the category beside a paper, which leaves the question behind.
    page.locator("details.facets").get_by_role("link", name="cs.LG").click()
    expect(page.get_by_role("status")).to_contain_text("15 papers")
    page.get_by_label("Category").fill("cs.CL")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_contain_text("15 papers")
    assert "sort=votes" in page.url
    page.get_by_role("link", name="similar to").first.click()
    expect(page.get_by_role("heading", name="Papers like")).to_be_visible()


def test_a_bibliography_is_pasted(visit: Visit) -> None:
    take_and_index(*many(5, length=600))
    page = visit(javascript=False).open("/search")
    page.get_by_role("link", name="From a bibliography").click()
    page.get_by_label("Bibliography or list").fill("@misc{a, eprint={2510.10001}}\n@misc{b, title={Unknown here}}")
    page.get_by_role("button", name="Find similar papers").click()
    expect(page.get_by_role("heading", name="Papers like these 2 together")).to_be_visible()
    assert page.locator("main article").count() > 0


def test_no_page_is_wider_than_its_window(visit: Visit) -> None:
    take_and_index(
        *(
            record(
                f"{LONG} {n} with ${FORMULA}$",
                abstract=f"{LONG} and $${FORMULA}$$ and {'long words ' * 100} at https://example.org/{'path' * 80}.",
                arxiv=f"2510.{10_000 + n}",
                authors=[LONG[:400], "Ada Reader"],
                organisation=LONG[:150],
                categories=(f"cs.{'X' * 90}",),
                keywords=(LONG,),
                code=f"https://github.com/example/{'repository' * 20}",
            )
            for n in range(6)
        ),
        page=saved(title=LONG[:290], query=LONG[:490]),
    )
    paths = ["/", f"{DAY}?view=lines", "/week/2025-W42", "/month/2025-10", f"/search?q={LONG}", "/search?q=nothing"]
    paths += [
        "/search/help",
        "/similar",
        f"/search?like=2510.10001&like={LONG[:200]}",
        f"/search?q=title:{LONG[:200]}+-x",
    ]
    paths += ["/papers/2510.10001", "/saved", "/saved/front-pages", "/about", "/papers/none", f"/search?cat={LONG}-"]
    visitor = visit()
    too_wide = []
    for path in paths:
        page = visitor.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
        for width in EVERY_WIDTH:
            page.set_viewport_size({"width": width, "height": 800})
            if (wide := page.evaluate("document.scrollingElement.scrollWidth")) > width:
                too_wide.append(f"{path} at {width}: {wide}")
    visitor.faults[:] = [fault for fault in visitor.faults if "404" not in fault]
    assert not too_wide, "\n".join(too_wide)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_nothing_moves_while_a_page_loads(size: tuple[int, int], visit: Visit) -> None:
    take_and_index(*many(35, length=1_500), page=saved())
    visitor = visit(size)
    for path in (DAY, "/search?q=front", "/papers/2510.10001", "/saved/front-pages"):
        page = visitor.open(path)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("window.shift") < 0.02, path
