"""From a letter in an inbox to a vote: the letter is shown as it came, and its links are followed in a real browser."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from broadsheet.community.models import Account, Delivery, Shelved, Vote
from tests.builders import many, take
from tests.delivery.letters.reading import Read, arrived, papers, put_together
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def letter(site: str) -> Read:
    """Alice's letter, which came just now."""
    take(*many(5))
    made = put_together({"For you": papers()[:3], "Trending": papers()[3:]}, account=person(), abstracts="full")
    Delivery.objects.update(due_at=timezone.now(), state=Delivery.State.SENT)
    made.refresh_from_db()
    return arrived(made)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_letter_fits_and_fetches_nothing(size: tuple[int, int], visit: Visit, letter: Read) -> None:
    page = visit(size).page
    page.set_content(letter.html)
    assert faults_in_both_schemes(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(22, 20, 15)")
    expect(page.locator("h3 a").first).to_have_css("color", "rgb(232, 226, 213)")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_who_is_not_signed_in_votes_and_saves_from_a_letter(
    javascript: bool, visit: Visit, letter: Read
) -> None:
    link = next(link for link in letter.links if link.count("/") == 6)
    page = visit(PHONE, javascript=javascript).page
    page.goto(link)
    page.get_by_role("button", name="Vote for it").click()
    expect(page.locator("article")).to_contain_text("Voted.")
    page.get_by_role("button", name="Save it for later").click()
    expect(page.locator("article")).to_contain_text("Saved for later.")
    alice = Account.objects.get(username="alice")
    assert Vote.objects.get().account == Shelved.objects.get().account == alice
    assert "session" not in {cookie.get("name") for cookie in page.context.cookies()}


def test_its_pages_are_for_everybody(visit: Visit, letter: Read) -> None:
    visitor = visit(PHONE)
    pages = [link for link in letter.links if link.startswith(f"{visitor.site}/letters/")]
    assert len(pages) == 5 + 2
    for link in pages[:1] + pages[5:]:
        visitor.page.goto(link)
        assert faults_in_both_schemes(visitor.page) == []
