"""Somebody reports, a moderator decides and suspends, everybody reads why: wide, on a phone, and by keyboard alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from broadsheet.catalogue.models import Paper
from broadsheet.community.comments import write_comment
from broadsheet.community.curation import pin
from broadsheet.community.models import Account, Comment
from broadsheet.community.reports import report, subject_of
from tests.builders import WEDNESDAY, many, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit
from tests.journeys.test_access import faults_in_both_schemes
from tests.journeys.test_talking import signed_in
from tests.people import admin, curator, moderator, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAPER = "/papers/2510.10001"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(autouse=True)
def _invited(site: str, settings: Any) -> None:
    """Where people are invited nobody's first words wait."""
    settings.MODE = "invite"


@pytest.fixture
def spam() -> Comment:
    take_and_index(*many(8, length=600))
    paper = Paper.objects.get(arxiv_id="2510.10001")
    return write_comment(person("bob"), paper, "Buy heron seeds at a shop near you")


def _shot(page: Page, name: str) -> None:
    """A picture of the page to look at, where somebody asks for one."""
    if folder := os.environ.get("BROADSHEET_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@SIZES
def test_a_report_leads_to_a_decision_that_everybody_reads(size: tuple[int, int], visit: Visit, spam: Comment) -> None:
    alice = signed_in(visit(size), person("alice"))
    page = alice.open(PAPER)
    page.locator(f'a[href="/report/comment/{spam.key}"]').click()
    page.get_by_label("Spam or advertising").check()
    page.get_by_label("In your words").fill("This is no discussion")
    _shot(page, f"report-{size[0]}")
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page.locator("main")).to_contain_text("heron seeds")

    mo = signed_in(visit(size), moderator())
    page = mo.open(PAPER)
    page.get_by_role("link", name="Moderation", exact=True).click()
    expect(page.get_by_text("This is no discussion")).to_be_visible()
    _shot(page, f"queue-{size[0]}")
    page.get_by_label("Words for the log").fill("An advertisement")
    page.get_by_role("button", name="Uphold and hide").click()
    expect(page.get_by_text("1 report was decided on.")).to_be_visible()
    expect(page.get_by_text("Nothing is reported.")).to_be_visible()

    page = mo.open("/moderation/people/bob")
    page.get_by_label("Reason").first.fill("Advertises everywhere")
    _shot(page, f"person-{size[0]}")
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("Suspended without an end: Advertises everywhere")).to_be_visible()

    page = visit(size).open("/log")
    expect(page.get_by_text("A comment was hidden")).to_be_visible()
    expect(page.get_by_text("Advertises everywhere")).to_be_visible()
    _shot(page, f"log-{size[0]}")
    assert "heron" not in visit(size).open(PAPER).inner_text("main")

    bob = signed_in(visit(size), Account.objects.get(username="bob"))
    page = bob.open("/")
    expect(page.get_by_text("The reason: “Advertises everywhere”")).to_be_visible()
    _shot(page, f"suspended-{size[0]}")


def test_the_queue_is_worked_through_by_keyboard(visit: Visit, spam: Comment) -> None:
    alice = person("alice")
    subject = subject_of("comment", spam.key, alice)
    assert subject is not None
    report(alice, subject, "spam")
    visitor = signed_in(visit(), moderator())
    page = visitor.open("/moderation")
    page.get_by_label("Words for the log").focus()
    page.keyboard.type("Seen")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Uphold and hide")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Dismiss")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is reported.")).to_be_visible()
    spam.refresh_from_db()
    assert spam.state == Comment.State.VISIBLE


def test_a_curator_pins_a_paper_without_javascript(visit: Visit, spam: Comment) -> None:
    visitor = signed_in(visit(javascript=False), curator())
    page = visitor.open("/papers/2510.10005")
    page.get_by_role("link", name="Pin on its day").click()
    page.get_by_label("Its arXiv id").fill("2510.10005")
    page.get_by_label("A few words").fill("Worth an evening")
    page.get_by_role("button", name="Pin").click()
    expect(page.get_by_text("Worth an evening")).to_be_visible()
    page = visitor.open(f"/date/{WEDNESDAY}")
    expect(page.locator("article").first).to_contain_text("Pinned by the editors: Worth an evening")


@SIZES
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit, spam: Comment) -> None:
    alice, ada = person("alice"), admin()
    paper = Paper.objects.get(arxiv_id="2510.10003")
    pin(paper, WEDNESDAY, ada, "Read this first")
    Comment.objects.create(paper=paper, account=alice, text="Waits", state="waiting", written_at=spam.written_at)
    for kind, name in (("comment", spam.key), ("paper", "2510.10002"), ("account", "bob")):
        subject = subject_of(kind, name, alice)
        assert subject is not None
        report(alice, subject, "spam", "Look at this")
    visitor = signed_in(visit(size), ada)
    pages = [
        *(f"/report/comment/{spam.key}", "/moderation", f"/moderation/comments/{spam.key}", "/log"),
        *("/moderation/papers/2510.10001", "/moderation/people/bob", "/moderation/roles", "/moderation/audit?check=1"),
        *(f"/curation/{WEDNESDAY}", PAPER, f"/date/{WEDNESDAY}"),
    ]
    faults = {}
    for path in pages:
        page = visitor.open(path)
        faults[path] = faults_in_both_schemes(page)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        _shot(page, f"{path.strip('/').replace('/', '-').partition('?')[0]}-{size[0]}-dark")
    assert {path: found for path, found in faults.items() if found} == {}


def test_django_s_admin_works_under_our_policy(visit: Visit, spam: Comment) -> None:
    visitor = signed_in(visit(), admin())
    page = visitor.open("/admin/")
    expect(page.get_by_text("second factor")).to_be_visible()
    _shot(page, "admin")
    for path in (
        "/admin/community/deed/",
        "/admin/catalogue/paper/",
        f"/admin/community/account/{spam.account_id}/change/",
    ):
        page = visitor.open(path)
        expect(page.locator("#content")).to_be_visible()
    _shot(page, "admin-account")
    page.get_by_label("Affiliation").fill("The Institute")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Account.objects.get(username="bob").affiliation == "The Institute"
