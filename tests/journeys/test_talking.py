"""People talk about a paper: by mouse, by keyboard alone, on a phone, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community.comments import delete_comment, hide, write_comment
from broadsheet.community.models import Account, Comment
from broadsheet.community.reactions import react
from tests.builders import many, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit, Visitor
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import moderator, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAPER = "/papers/2510.10001"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def signed_in(visitor: Visitor, account: Account) -> Visitor:
    """The visitor with the session of somebody who has signed in."""
    client = Client()
    client.force_login(account)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    visitor.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site, "httpOnly": True}]
    )
    return visitor


@pytest.fixture(autouse=True)
def _invited(site: str, settings: Any) -> None:
    """Where people are invited nobody's first words wait."""
    settings.MODE = "invite"


@pytest.fixture
def about() -> Paper:
    take_and_index(*many(3, length=600))
    return Paper.objects.get(arxiv_id="2510.10001")


def talk(about: Paper) -> list[Comment]:
    """Everything that a thread may hold: answers of answers, signs, an author, an edit, and places of what is gone."""
    alice, bob, mo = person("alice", display_name="Alice Author"), person("bob"), moderator()
    Authorship.objects.filter(paper=about, position=0).update(account=alice)
    long_ago = timezone.now() - timedelta(days=2)
    first = write_comment(
        bob,
        about,
        "How does $\\hat\\theta_n$ behave?\n\n$$\\sum_{i=1}^n x_i^2$$\n\n> a quote\n\n```\ncode " + "x" * 90 + "\n```",
        now=long_ago,
    )
    said = [first]
    for n in range(7):
        said.append(
            write_comment(
                (alice, bob)[n % 2],
                about,
                f"Answer {n} to @bob, see 2510.10002 and https://example.org/{n}",
                parent=said[-1],
                now=long_ago + timedelta(minutes=n + 1),
            )
        )
    for n, sign in enumerate("🔥🚀👀"):
        react((alice, bob, mo)[n], first, sign)
    rude = write_comment(bob, about, "Rude", now=long_ago + timedelta(hours=1))
    write_comment(alice, about, "Not so", parent=rude, now=long_ago + timedelta(hours=2))
    hide(rude, mo, Comment.Reason.ABUSE)
    gone = write_comment(bob, about, "Taken back", now=long_ago + timedelta(hours=3))
    write_comment(alice, about, "Why?", parent=gone, now=long_ago + timedelta(hours=4))
    delete_comment(bob, gone)
    return said


def write(page: Page, words: str) -> None:
    page.get_by_label("Say something of this paper").fill(words)


@SIZES
def test_words_with_a_formula_are_looked_at_written_edited_and_answered(
    size: tuple[int, int], about: Paper, visit: Visit
) -> None:
    alice, bob = signed_in(visit(size), person("alice")), signed_in(visit(size), person("bob"))
    page = alice.open(PAPER)
    write(page, "Is $x^2$ right, @bob?")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview math")).to_have_count(1)
    assert page.url.endswith(PAPER)
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".said math")).to_have_count(1)
    assert "#comment-" in page.url

    page = bob.open(PAPER)
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Your answer").fill("It is.")
    page.locator(".said").get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".depth-1")).to_contain_text("It is.")
    page.locator(".depth-0").get_by_label("Add a sign").click()
    page.locator(".depth-0").get_by_role("button", name="rocket").click()
    expect(page.locator(".depth-0").get_by_role("button", name="rocket, 1")).to_have_attribute("aria-pressed", "true")
    page.locator(".depth-0").get_by_role("button", name="rocket, 1").click()
    expect(page.locator(".depth-0").get_by_role("button", name="rocket, 1")).to_have_count(0)

    page = alice.open(PAPER)
    page.locator(".depth-0").get_by_role("link", name="Edit").click()
    page.get_by_label("Your words").fill("Is $x^3$ right, @bob?")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="edited", exact=True).click()
    expect(page.locator(".versions > li")).to_have_count(2)
    page.go_back()
    page.locator(".depth-0").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("[deleted by its writer]")).to_be_visible()
    expect(page.locator("#comments-title")).to_contain_text("1")


@SIZES
def test_all_of_it_works_without_javascript(size: tuple[int, int], about: Paper, visit: Visit) -> None:
    said = talk(about)
    page = signed_in(visit(size, javascript=False), person("charlie")).open(PAPER)
    write(page, "Mine: $y_1$")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview math")).to_have_count(1)
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(":target")).to_contain_text("Mine")
    first = page.locator(f"#comment-{said[0].key}")
    first.get_by_label("Add a sign").click()
    first.get_by_role("button", name="heart", exact=True).click()
    expect(first.get_by_role("button", name="heart, 1")).to_be_visible()
    first.get_by_role("link", name="Reply").click()
    page.get_by_label("Your answer").fill("Mine too")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(":target")).to_contain_text("Mine too")
    page.locator(":target").get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Mine too")).to_have_count(0)


def test_keys_alone_are_enough(about: Paper, visit: Visit) -> None:
    talk(about)
    visitor = signed_in(visit(), person("charlie"))
    page = visitor.open(PAPER)
    page.get_by_role("link", name="Reply").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.type("Typed u j k / alone")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said .preview")).to_contain_text("Typed u j k / alone")
    page.get_by_label("Your answer").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(":target")).to_contain_text("Typed u j k / alone")
    more = page.locator(":target").get_by_label("Add a sign")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(":target").get_by_role("button", name="fire, 1")).to_be_focused()


@SIZES
def test_nothing_serious_is_found_and_nothing_is_too_wide(size: tuple[int, int], about: Paper, visit: Visit) -> None:
    said = talk(about)
    alice, stranger = signed_in(visit(size), Account.objects.get(username="alice")), visit(size)
    mine = said[1]
    paths = [PAPER, "/comments", f"/comments/{mine.key}/reply", f"/comments/{mine.key}/edit"]
    paths += [f"/comments/{mine.key}/delete", f"/comments/{mine.key}/history", f"/comments/on/{about.key}"]
    faults, wide = {}, []
    for path, visitor in [*((path, alice) for path in paths), (PAPER, stranger), ("/comments", stranger)]:
        page = visitor.open(path)
        faults[path] = faults_in_both_schemes(page)
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
        page.wait_for_load_state("load")
        if page.evaluate("document.scrollingElement.scrollWidth") > size[0]:
            wide.append(path)
    assert {path: found for path, found in faults.items() if found} == {}
    assert wide == []
