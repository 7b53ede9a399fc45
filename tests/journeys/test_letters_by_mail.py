"""A person has a letter put together, looks at it, changes it, lets it wait and ends it; an address does so by mail."""

from __future__ import annotations

import re
import urllib.request
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from broadsheet.community import rules
from broadsheet.community.models import Subscription
from broadsheet.delivery.subscribing import unsubscribe_url
from tests.builders import many, take_and_index
from tests.journeys.conftest import DESKTOP, PHONE, Visit, signed_in
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def an_instance_with_mail(settings: Any, site: str) -> None:
    settings.SENDS_MAIL = True


def test_a_person_has_a_letter_put_together_and_ends_it_without_scripts(visit: Visit) -> None:
    take_and_index(*many(3, on=timezone.localdate(), length=300))
    page = signed_in(visit(PHONE, javascript=False), person(zone="Europe/Berlin")).open("/settings/notifications")
    page.locator("main .standfirst").get_by_role("link", name="Papers by mail").click()
    page.get_by_role("link", name="Put a letter together").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_role("checkbox", name=re.compile("^Rising")).check()
    page.get_by_label("Monday to Friday").check()
    page.get_by_label("Time of day").fill("06:30")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("This letter would bring 3 papers now.")).to_be_visible()
    expect(page.get_by_label("Time of day")).to_have_value("06:30")
    page.get_by_role("button", name="Send me this").click()
    letter = page.locator("article.letter")
    expect(letter).to_contain_text("Monday to Friday at 06:30 (Europe/Berlin)")

    letter.get_by_role("link", name="Change").click()
    page.get_by_label("Once a week, on").check()
    page.get_by_label("Day of the week").select_option("Sunday")
    page.get_by_role("button", name="Keep").click()
    expect(letter).to_contain_text("Every Sunday at 06:30")
    letter.get_by_role("button", name="Pause").click()
    expect(letter).to_contain_text("Paused by you")
    letter.get_by_role("button", name="Go on").click()
    expect(letter).to_contain_text("Next: Sunday")
    letter.get_by_role("link", name="End").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Nothing is sent to you yet.")).to_be_visible()
    assert Subscription.objects.get().ended_at is not None


def test_an_address_agrees_by_mail_and_ends_by_one_click(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SIGNING_UP_TAKES", rules.SIGNING_UP_TAKES * 0)
    page = visit(PHONE).open("/subscribe")
    page.get_by_label("Your e-mail address").fill("dora@example.org")
    page.get_by_role("button", name="Ask me by mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    (letter,) = mail.outbox
    found = re.search(r"http\S+", letter.body)
    assert found
    page.goto(found[0])
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")
    row = Subscription.objects.get()
    assert row.confirmed_at is not None
    page.get_by_role("link", name="Change what it brings, and when").click()
    page.get_by_label("Time of day").fill("05:15")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".standfirst")).to_contain_text("every day at 05:15")

    # What a mail client sends for its reader (RFC 8058, 8.1).
    body = b"List-Unsubscribe=One-Click"
    with urllib.request.urlopen(urllib.request.Request(unsubscribe_url(row), data=body), timeout=20) as answer:
        assert answer.status == 200
        assert answer.url == unsubscribe_url(row)
        assert answer.headers["Set-Cookie"] is None
    row.refresh_from_db()
    assert row.ended_at is not None


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    assert faults_in_both_schemes(visitor.open("/subscribe")) == []
    signed_in(visitor, person())
    page = visitor.open("/subscriptions/new")
    assert faults_in_both_schemes(page) == []
    page.get_by_role("button", name="Send me this").click()
    expect(page.locator("article.letter")).to_be_visible()
    row = Subscription.objects.get()
    for path in ("/subscriptions", f"/subscriptions/{row.key}/end", f"/unsubscribe/{row.secret}"):
        assert faults_in_both_schemes(visitor.open(path)) == [], path
