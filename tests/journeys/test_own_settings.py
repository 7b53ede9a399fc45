"""A person sets its page, makes a token, takes all along and leaves; and the one person of an instance just begins."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from broadsheet.community.models import Account, ApiToken
from tests.journeys.conftest import DESKTOP, PHONE, Visit, signed_in
from tests.journeys.test_access import faults_in_both_schemes
from tests.people import PASSWORD, admin, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_person_tells_of_itself_by_keyboard_and_without_scripts(visit: Visit) -> None:
    page = signed_in(visit(PHONE, javascript=False), person()).open("/settings")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("Alice of the Herons")
    page.keyboard.press("Tab")
    page.keyboard.type("Heron Institute")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_have_text("Your settings were saved.")
    page.get_by_role("link", name="Your page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alice of the Herons")


def test_a_token_is_made_and_ended(visit: Visit) -> None:
    page = signed_in(visit(), person()).open("/settings/tokens")
    page.get_by_label("Name").fill("Script")
    page.get_by_label("read, vote, write and collect for you").check()
    page.get_by_role("button", name="Make it").click()
    assert page.locator("#made").input_value().startswith("bsh_")
    page.get_by_role("button", name="Revoke Script").click()
    expect(page.get_by_text("You have no tokens.")).to_be_visible()
    assert ApiToken.objects.get().revoked_at is not None


def test_a_person_takes_all_along_and_leaves(visit: Visit, tmp_path: Path) -> None:
    admin()
    page = signed_in(visit(PHONE), person()).open("/settings/data")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert b'"username": "alice"' in archive.read("data.json")
    page.get_by_label("To confirm, type your user name").fill("alice")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erased")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert not Account.objects.filter(username="alice").exists()


def test_the_one_person_of_an_instance_needs_not_sign_in(visit: Visit, settings: Any) -> None:
    settings.MODE = "single"
    page = visit().open("/settings")
    page.get_by_label("Affiliation").fill("Heron Institute")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Your settings were saved.")
    assert Account.objects.get().affiliation == "Heron Institute"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(size: tuple[int, int], visit: Visit, settings: Any) -> None:
    settings.MODE = "invite"
    person("willa", is_waiting=True, is_active=False, reason_to_join="I read.")
    about = {"about": "I *read*.", "orcid": "0000-0002-1825-0097", "affiliation": "Heron Institute"}
    ada = person("ada", role=Account.Role.ADMIN, links=[{"label": "Home", "url": "https://example.org"}], **about)
    visitor = signed_in(visit(size), ada)
    for path in (
        "/people/ada",
        "/people/ada/votes",
        "/settings",
        "/settings/tokens",
        "/settings/data",
        "/invitations",
        "/moderation/waiting",
    ):
        assert faults_in_both_schemes(visitor.open(path)) == [], path
