"""Ending by the link of a letter: RFC 8058's request to the letter, whatever became of account and keys; GET changes
nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from broadsheet.community.erasing import erase
from broadsheet.community.models import Deed, Subscription, Suppression
from broadsheet.delivery import subscribing
from broadsheet.delivery.suppressing import is_suppressed
from broadsheet.delivery.values import Section
from tests.people import admin, person
from tests.web.reading import parse_html

pytestmark = pytest.mark.django_db
WISH = subscribing.Wish(name="The morning paper", sections=(Section(query="last=day&sort=trending"),))
FORMS_FROM_ELSEWHERE = {
    # Mail clients that unsubscribe somebody (RFC 8058) have no cookie and no form of ours: the secret is the proof.
    "web:unsubscribe",
    # What a mail provider reports is no form of a browser, and has the provider's own proof.
    "web:mail_events",
}


@pytest.fixture(autouse=True)
def an_instance_with_mail(settings: Any) -> None:
    settings.MODE, settings.SENDS_MAIL = "open", True


def hers(name: str = "alice") -> Subscription:
    return subscribing.subscribe(person(name), WISH)


def of_dora() -> Subscription:
    now = timezone.now()
    section = Section(query="last=day&sort=trending").to_json()
    told = {"name": "One", "sections": [section], "made_at": now, "changed_at": now, "confirmed_at": now}
    return Subscription.objects.create(address="dora@example.org", **told)


def one_click(secret: str, body: str = "List-Unsubscribe=One-Click", **told: Any) -> Any:
    """The request of RFC 8058, section 8.1 (and 8.2 with another type), from a client that keeps nothing."""
    told.setdefault("content_type", "application/x-www-form-urlencoded")
    return Client(enforce_csrf_checks=True).generic("POST", f"/unsubscribe/{secret}", body, **told)


def is_plain(answer: Any) -> bool:
    """Answered, led nowhere, and nothing left with the client."""
    return answer.status_code == 200 and "Location" not in answer and not answer.cookies


def test_the_request_of_the_rfc_ends_it() -> None:
    row = hers()
    assert is_plain(one_click(row.secret))
    row.refresh_from_db()
    assert row.ended_at is not None
    assert Deed.objects.get(verb="subscription.end").reason == "one click"


def test_so_does_its_request_with_several_parts() -> None:
    row = hers()
    body = (
        "---FormBoundaryjWmhtjORrn\r\n"
        'Content-Disposition: form-data; name="List-Unsubscribe"\r\n'
        "\r\n"
        "One-Click\r\n"
        "---FormBoundaryjWmhtjORrn--\r\n"
    )
    assert is_plain(one_click(row.secret, body, content_type="multipart/form-data; boundary=-FormBoundaryjWmhtjORrn"))
    row.refresh_from_db()
    assert row.ended_at is not None


def test_it_may_be_said_again_and_for_what_is_nobodys() -> None:
    row = hers()
    answers = [one_click(secret) for secret in (row.secret, row.secret, row.secret.upper(), "0" * 40)]
    assert all(is_plain(answer) for answer in answers)
    assert len({answer.content for answer in answers}) == 1
    assert Deed.objects.filter(verb="subscription.end").count() == 1
    assert one_click("0" * 39).status_code == one_click("z" * 40).status_code == 404


def test_another_key_and_a_deleted_account_make_no_difference(settings: Any) -> None:
    admin()
    row, other = hers(), hers("bob")
    settings.SECRET_KEY = "another key " * 6
    erase(row.account, votes_are="withdraw")
    assert not Subscription.objects.filter(pk=row.pk).exists()
    assert is_plain(one_click(row.secret))
    assert is_plain(one_click(other.secret))
    other.refresh_from_db()
    assert other.ended_at is not None


def test_it_asks_little_of_the_database(django_assert_max_num_queries: Any) -> None:
    row = hers()
    with django_assert_max_num_queries(15):
        one_click(row.secret)
    with django_assert_max_num_queries(4):
        one_click(row.secret)


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("query", ["", "?List-Unsubscribe=One-Click", "?do=all"])
def test_opening_the_link_changes_nothing(method: str, query: str) -> None:
    row = hers()
    answer = getattr(Client(), method)(f"/unsubscribe/{row.secret}{query}")
    assert answer.status_code in (200, 405)
    row.refresh_from_db()
    assert row.ended_at is None
    assert not Deed.objects.filter(verb__startswith="subscription").exists()


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=", "List-Unsubscribe=no", "do=explode"])
def test_other_posts_change_nothing_and_show_the_page(body: str) -> None:
    row = hers()
    answer = one_click(row.secret, body)
    assert answer.status_code == 400
    assert parse_html(answer.content.decode()).one("button", value="end")
    row.refresh_from_db()
    assert row.ended_at is None


def test_the_page_ends_one_without_a_cookie() -> None:
    row, other = hers(), of_dora()
    page = Client().get(f"/unsubscribe/{row.secret}")
    assert "The morning paper" in page.content.decode()
    assert not page.cookies
    assert "no-store" in page["Cache-Control"]
    assert is_plain(one_click(row.secret, "do=end"))
    assert list(Subscription.objects.filter(ended_at=None)) == [other]
    assert not Suppression.objects.exists()


def test_all_mail_to_an_address_is_ended_at_once() -> None:
    row, other, bobs = of_dora(), of_dora(), hers("bob")
    assert "1 other letter goes to the same address." in Client().get(f"/unsubscribe/{row.secret}").content.decode()
    assert is_plain(one_click(row.secret, "do=all"))
    assert list(Subscription.objects.filter(ended_at=None)) == [bobs]
    assert is_suppressed(other.address)
    assert Suppression.objects.get().reason == "asked"


def test_all_mail_of_a_person_is_ended_at_once_even_from_an_old_letter() -> None:
    first = hers()
    later = subscribing.subscribe(first.account, WISH)
    one_click(first.secret)
    assert is_plain(one_click(first.secret, "do=all"))
    later.refresh_from_db()
    assert later.ended_at is not None
    assert is_suppressed("alice@example.org")


def test_the_page_of_what_is_gone_says_so() -> None:
    answer = Client().get(f"/unsubscribe/{'0' * 40}")
    assert answer.status_code == 200
    assert "not there any more" in answer.content.decode()
    assert is_plain(one_click("0" * 40, "do=all"))


def test_no_other_address_takes_forms_from_elsewhere() -> None:
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, f"{before}{pattern.namespace}:" if pattern.namespace else before)
            elif getattr(pattern.callback, "csrf_exempt", False):
                found.add(f"{before}{pattern.name}")

    walk(get_resolver().url_patterns, "")
    assert {name for name in found if name.startswith("web:")} == FORMS_FROM_ELSEWHERE
