"""Somebody makes an account and comes back: by password and code, by passkey, by a provider; wide or narrow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from broadsheet.community import rules
from broadsheet.community.models import Account, Deed
from tests.community.accounts.visitors import code_of_last_letter
from tests.fakes.oidc import FakeIssuer
from tests.journeys.conftest import DESKTOP, PHONE, Visit, Visitor
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def open_instance(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everybody may come, mail is kept, and a quick hand is a person's."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}
    settings.MODE = "open"
    settings.SENDS_MAIL = settings.ACCOUNT_PREVENT_ENUMERATION = settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    monkeypatch.setattr(rules, "SIGNING_UP_TAKES", timedelta(seconds=-1))
    yield
    cache.clear()


def with_authenticator(visitor: Visitor) -> None:
    """A device that keeps passkeys and whose owner always agrees (W3C WebAuthn, 11)."""
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def enter_code(page: Page) -> None:
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(code_of_last_letter())
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: Page, name: str) -> None:
    page.locator("details.reader, .reader details").get_by_text(name).click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def choose(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")


@SIZES
def test_by_password_and_code(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    page = visitor.open("/about")
    page.get_by_role("link", name="Sign in").click()
    faults = faults_in_both_schemes(page)
    page.get_by_role("link", name="Make an account").click()
    faults += faults_in_both_schemes(page)
    choose(page, "nora")
    page.get_by_label("Password").fill("a lantern in the harbour")
    page.get_by_role("button", name="Make an account").click()
    faults += faults_in_both_schemes(page)
    enter_code(page)
    expect(page.locator(".reader")).to_contain_text("nora")
    for path in ("/accounts/email/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/"):
        faults += faults_in_both_schemes(visitor.open(path))
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sign_out(page, "nora")
    assert faults == []


def test_without_javascript_and_with_keys_alone(visit: Visit) -> None:
    person()
    page = visit(javascript=False).open("/accounts/login/")
    page.get_by_label("Login").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".reader")).to_contain_text("alice")
    page.locator(".reader summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="My page")).to_be_focused()


@SIZES
def test_by_passkey(size: tuple[int, int], visit: Visit) -> None:
    visitor = visit(size)
    with_authenticator(visitor)
    page = visitor.open("/accounts/signup/")
    page.get_by_role("link", name="Use a passkey").click()
    choose(page, "pia")
    faults = faults_in_both_schemes(page)
    page.get_by_role("button", name="Go on").click()
    enter_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Create Passkey")
    faults += faults_in_both_schemes(page)
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".reader")).to_contain_text("pia")
    assert not Account.objects.get().has_usable_password()
    faults += faults_in_both_schemes(visitor.open("/accounts/2fa/webauthn/"))
    sign_out(page, "pia")
    visitor.open("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".reader")).to_contain_text("pia")
    assert faults == []


def test_a_passkey_is_added_to_an_account(visit: Visit) -> None:
    person()
    visitor = visit()
    with_authenticator(visitor)
    page = visitor.open("/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.get_by_label("Login").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery Codes")
    assert faults_in_both_schemes(page) == []
    page.get_by_label("I have saved my recovery codes").check()
    assert {"account.webauthn-added", "account.sign-in"} <= set(Deed.objects.values_list("verb", flat=True))
    sign_out(page, "alice")
    visitor.open("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".reader")).to_contain_text("alice")


@SIZES
def test_by_a_provider(size: tuple[int, int], visit: Visit, settings: Any) -> None:
    with FakeIssuer() as issuer:
        settings.SOCIALACCOUNT_PROVIDERS = issuer.providers
        visitor = visit(size)
        page = visitor.page
        page.route(f"{issuer.url}/**", lambda route: route.continue_())
        visitor.open("/accounts/login/")
        page.get_by_role("link", name="House").click()
        faults = faults_in_both_schemes(page)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_label("Email")).to_have_value("vera@example.org")
        faults += faults_in_both_schemes(page)
        page.get_by_label("Username").fill("vera")
        page.get_by_role("button", name="Make an account").click()
        expect(page.locator(".reader")).to_contain_text("vera")
        faults += faults_in_both_schemes(visitor.open("/accounts/3rdparty/"))
        assert faults == []
        assert issuer.faults == []
