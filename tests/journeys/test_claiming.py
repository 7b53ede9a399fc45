"""An author claims a paper, a reader follows one: by mouse, by keyboard alone, on a phone, and without JavaScript."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from broadsheet.catalogue.models import Authorship, Organisation
from broadsheet.community import claims
from broadsheet.community.models import Account, Affiliation, Claim, Follow
from tests.builders import many, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit, Visitor
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import LONG_AGO, moderator, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAPER = "/papers/2510.10003"
ORCID = "0000-0002-1825-0097"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(autouse=True)
def filled() -> None:
    take_and_index(*many(8, length=500))


def signed_in(visitor: Visitor, account: Account) -> Visitor:
    client = Client()
    client.force_login(account)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = visitor.page.context
    context.clear_cookies()
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visitor.site, "httpOnly": True}]
    )
    return visitor


@pytest.mark.parametrize(("size", "javascript"), [(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone-plain"])
def test_a_claim_is_made_and_verified(size: tuple[int, int], javascript: bool, visit: Visit) -> None:
    visitor = signed_in(visit(size, javascript), person("alice", display_name="Alice A."))
    page = visitor.open(PAPER)
    page.get_by_role("link", name="Ben Writer3: this is me").click()
    expect(page.get_by_label("I am")).to_have_value("1")
    page.get_by_label("How can this be seen?").fill("It is on my page.")
    page.get_by_role("button", name="This is me").click()
    expect(page.get_by_text("waits for a moderator")).to_be_visible()
    signed_in(visitor, moderator())
    page = visitor.open("/moderation/claims")
    expect(page.get_by_text("It is on my page.")).to_be_visible()
    page.get_by_label("Reason").first.fill("Seen there.")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("No claim waits.")).to_be_visible()
    page = visitor.open(PAPER)
    page.get_by_role("link", name="@alice").click()
    expect(page.get_by_role("heading", name="Alice A.")).to_be_visible()


def test_an_orcid_claims_all_at_once_by_keyboard(visit: Visit) -> None:
    Authorship.objects.filter(position=0).update(orcid=ORCID)
    visitor = signed_in(visit(), person("alice", orcid=ORCID, is_orcid_verified=True))
    page = visitor.open("/claims")
    _tab_to(page, "Claim all 8")
    page.keyboard.press("Enter")
    expect(page.get_by_text("verified by ORCID")).to_have_count(8)
    _tab_to(page, "Leave off my profile")
    page.keyboard.press("Enter")
    expect(page.get_by_text("not on your profile")).to_have_count(1)


@SIZES
def test_following_by_keyboard_alone(size: tuple[int, int], visit: Visit) -> None:
    visitor = signed_in(visit(size), person("alice"))
    for path in ("/authors/ben-writer3", "/organisations/institute%202", "/search?cat=cs.LG"):
        page = visitor.open(path)
        _tab_to(page, "Follow")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Stop following")).to_be_visible()
    assert Follow.objects.count() == 3
    page = visitor.open("/following")
    papers = page.locator("article.paper").count()
    page.get_by_role("button", name="Stop following cs.LG").click()
    expect(page.get_by_role("button", name="Stop following")).to_have_count(2)
    assert 0 < page.locator("article.paper").count() < papers


@SIZES
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    alice, mo = person("alice", display_name="Alice A.", orcid=ORCID, is_orcid_verified=True), moderator()
    Authorship.objects.filter(paper__arxiv_id__in=("2510.10003", "2510.10007"), position=0).update(orcid=ORCID)
    place = Authorship.objects.get(paper__arxiv_id="2510.10003", position=0)
    claims.claim(alice, place.paper, 0)
    claims.claim(person("bob"), place.paper, 1, "See my page.")
    there = Organisation.objects.get(slug="institute 3")
    Affiliation.objects.create(account=alice, organisation=there, is_verified=True, stated_at=LONG_AGO)
    Follow.objects.create(follower=alice, author="ben-writer3", followed_at=LONG_AGO)
    visitor = visit(size)
    faults = _faults(
        visitor, "/authors/chi-editor", f"/authors/{ORCID}", "/organisations", "/organisations/institute%203"
    )
    signed_in(visitor, alice)
    faults |= _faults(visitor, "/authors/ben-writer3", "/claims", "/following", "/papers/2510.10007/claim", PAPER)
    signed_in(visitor, mo)
    faults |= _faults(visitor, "/moderation/claims", PAPER)
    assert not any(faults.values()), faults
    assert Claim.objects.count() == 2


def _faults(visitor: Visitor, *paths: str) -> dict[str, list[str]]:
    told = {}
    for path in paths:
        page = visitor.open(path)
        told[path] = faults_in_both_schemes(page)
        page.wait_for_load_state("load")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        told[path] += [f"{wide} pixels too wide"] if wide > 0 else []
    return told


def _tab_to(page: Page, text: str) -> None:
    """Press Tab until something with this text has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip() == text:
            return
    pytest.fail(f"{text!r} is not reached with the keyboard")
