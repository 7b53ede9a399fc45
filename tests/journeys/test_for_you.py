"""From the first visit to the third: pick, read, judge, come back, and change what was learnt."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Dismissal, Taste, Vote
from tests.journeys.conftest import DESKTOP, PHONE, Visit, signed_in
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import person
from tests.web.foryou.conftest import take_two_fields

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLES = "main article .title a"


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"
    take_two_fields()


def titles(page: Page) -> list[str]:
    page.wait_for_load_state("load")
    return page.locator(TITLES).all_inner_texts()


def titled(page: Page, title: str) -> Locator:
    """The heading of a paper's card; reasons below other cards may name the paper too."""
    return page.locator(".title a").filter(has_text=re.compile(f"^{re.escape(title)}$"))


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_three_visits(visit: Visit, size: tuple[int, int], javascript: bool) -> None:
    alice = person()
    page = signed_in(visit(size, javascript=javascript), alice).open("/")
    page.get_by_role("link", name="For you", exact=True).click()
    expect(page).to_have_url(f"{page.url.partition('/for-you')[0]}/for-you/start")
    for n in (1, 2, 3):
        page.get_by_role("checkbox", name=f"Herons {n}", exact=True).check()
    page.get_by_role("button", name="Show me papers like these").click()
    expect(page.get_by_role("heading", name="For you", exact=True)).to_be_visible()
    first = titles(page)
    assert all(title.startswith("Herons") for title in first[:3])
    expect(page.locator(".because").first).to_contain_text("like Herons")

    disliked, liked = first[0], next(title for title in first if title.startswith("Compilers"))
    card = page.locator("article").filter(has=titled(page, disliked))
    card.get_by_role("button", name="not interested").click()
    if javascript:
        expect(card).to_have_attribute("data-dismissed", "")
    else:
        expect(titled(page, disliked)).to_have_count(0)
    page.wait_for_load_state("load")  # Which of the two figures is seen, a style decides.
    card = page.locator("article").filter(has=titled(page, liked))
    card.locator("button.vote:visible").first.click()
    if javascript:
        expect(card.locator("button.vote:visible").first).to_have_attribute("aria-pressed", "true")
    else:
        expect(titled(page, liked)).to_have_count(0)
    assert (Dismissal.objects.get().paper.title, Vote.objects.get().paper.title) == (disliked, liked)

    page.goto(page.url.partition("/for-you")[0] + "/for-you")
    second = titles(page)
    assert not {disliked, liked} & set(second)
    assert second != [title for title in first if title not in (disliked, liked)]
    assert any("because you voted for" in told for told in page.locator(".because").all_inner_texts())

    page.get_by_role("link", name="What was learnt").click()
    about_compilers = page.locator("article.interest", has=page.get_by_role("link", name=liked, exact=True))
    about_compilers.get_by_role("button", name="Delete this interest").click()
    expect(page.get_by_role("status").filter(has_text="This interest is deleted")).to_be_visible()
    expect(about_compilers).to_have_count(0)
    assert Vote.objects.count() == 1

    page.get_by_role("navigation", name="For you").get_by_role("link", name="For you").click()
    third = titles(page)
    assert third
    assert not {disliked, liked} & set(third)
    assert not any("because you voted for" in told for told in page.locator(".because").all_inner_texts())


def test_it_is_begun_and_changed_by_key(visit: Visit) -> None:
    page = signed_in(visit(), person()).open("/for-you/start")
    sentence = page.get_by_label("A sentence of what you look for")
    sentence.focus()
    page.keyboard.type("register allocation in compilers")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="For you", exact=True)).to_be_visible()
    assert titles(page)[0].startswith("Compilers")
    page.keyboard.press("j")
    expect(page.locator(TITLES).first).to_be_focused()
    page.goto(page.url.partition("/for-you")[0] + "/for-you/profile")
    slider = page.get_by_label("How new")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("output").first).to_have_text("100%")
    page.keyboard.press("Tab")
    expect(page.get_by_label("How much noticed")).to_be_focused()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    assert Taste.objects.get().recency == 1


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    alice, now = person(), Paper.objects.get(title="Herons 1").created_at
    visitor = signed_in(visit(size), alice)
    faults = {"start": faults_in_both_schemes(visitor.open("/for-you/start"))}
    Vote.objects.create(account=alice, paper=Paper.objects.get(title="Herons 1"), cast_at=now)
    Dismissal.objects.create(account=alice, paper=Paper.objects.get(title="Compilers 1"), dismissed_at=now)
    Taste.objects.create(account=alice, interests=["register allocation"], changed_at=now)
    for path in ("/for-you", "/for-you/profile", "/recommended?like=2510.10002"):
        page = visitor.open(path)
        for closed in page.locator("main details").all():
            closed.evaluate("(details) => { details.open = true }")
        faults[path] = faults_in_both_schemes(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], f"{path} is wider than the window"
    Taste.objects.update(is_on=False)
    faults["off"] = faults_in_both_schemes(visitor.open("/for-you"))
    faults["outside"] = faults_in_both_schemes(visit(size).open("/for-you"))
    assert {path: found for path, found in faults.items() if found} == {}
