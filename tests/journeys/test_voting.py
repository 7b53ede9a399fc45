"""A person votes: with a script and without one, by key, on a phone, and folds away what does not interest."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Vote
from tests.builders import WEDNESDAY, many, take
from tests.journeys.conftest import DESKTOP, PHONE, Visit, signed_in
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/date/{WEDNESDAY}"


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


def vote_buttons(page: Page) -> Any:
    """The figures that can be seen."""
    return page.locator("main button.vote:visible")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_vote_is_cast_and_taken_back(visit: Visit, size: tuple[int, int], javascript: bool) -> None:
    take(*many(6, length=600))
    page = signed_in(visit(size, javascript=javascript), person()).open(DAY)
    one = Paper.objects.get(title__contains="Part 5")
    mine = page.locator(f"#p-{one.key} button.vote:visible").first
    expect(mine).to_have_attribute("aria-pressed", "false")
    before = mine.inner_text()
    mine.click()
    expect(mine).to_have_attribute("aria-pressed", "true")
    expect(mine).not_to_have_text(before)
    assert Vote.objects.get().paper == one
    if not javascript:
        assert page.url.endswith(f"#p-{one.key}")
    expect(mine).to_be_in_viewport()
    mine.click()
    expect(mine).to_have_attribute("aria-pressed", "false")
    page.wait_for_load_state("load")  # Which of the two figures is seen, a style decides.
    assert mine.inner_text() == before
    assert not Vote.objects.exists()


def test_a_key_votes_for_the_paper_where_one_is(visit: Visit) -> None:
    take(*many(6, length=600))
    page = signed_in(visit(), person()).open(DAY)
    page.keyboard.press("u")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("u")
    pressed = page.locator("main button.vote[aria-pressed=true]:visible")
    expect(pressed).to_have_count(1)
    second = page.locator("main article h2 a").nth(1)
    expect(second).to_be_focused()
    assert [vote.paper.name for vote in Vote.objects.all()] == [(second.get_attribute("href") or "").rpartition("/")[2]]
    page.keyboard.press("o")
    expect(page.locator("article.reading button.vote")).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state("load")  # the script comes after the page
    page.keyboard.press("u")
    expect(page.locator("article.reading button.vote")).to_have_attribute("aria-pressed", "false")
    assert not Vote.objects.exists()


def test_a_vote_that_waits_says_so(visit: Visit) -> None:
    take(*many(3, length=300))
    page = signed_in(visit(), person(is_new=True)).open(DAY)
    vote_buttons(page).first.click()
    expect(page.get_by_role("status").filter(has_text="24 hours old")).to_be_visible()
    expect(page.locator("button.vote:visible .waits")).to_have_count(1)


def test_who_is_not_signed_in_is_led_to_sign_in(visit: Visit) -> None:
    take(*many(3, length=300))
    page = visit().open(DAY)
    page.keyboard.press("j")
    page.keyboard.press("u")
    page.wait_for_url("**/accounts/login/?next=/papers/*")


@pytest.mark.parametrize("javascript", [True, False])
def test_what_does_not_interest_is_folded_away_and_comes_back(visit: Visit, javascript: bool) -> None:
    take(*many(6, length=600))
    page = signed_in(visit(javascript=javascript), person()).open(DAY)
    card = page.locator(f"#p-{Paper.objects.get(title__contains='Part 5').key}")
    expect(card.locator(".abstract")).to_be_visible()
    card.get_by_role("button", name="not interested").click()
    expect(card.locator(".abstract")).to_be_hidden()
    expect(card.locator(".title")).to_be_visible()
    card.get_by_role("button", name="undo").click()
    expect(card.locator(".abstract")).to_be_visible()
