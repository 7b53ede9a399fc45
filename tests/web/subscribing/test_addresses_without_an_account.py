"""An address without an account asks, agrees and manages what it gets, by pages alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from broadsheet.community import rules
from broadsheet.community.accounts import joining
from broadsheet.community.models import Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.suppressing import is_suppressed, suppress
from broadsheet.delivery.values import Section
from tests.people import person
from tests.web.reading import Reader, parse_html
from tests.web.subscribing.forms import fields_of

pytestmark = pytest.mark.django_db
ASK = "/subscribe"


@pytest.fixture(autouse=True)
def an_open_instance_with_mail(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MODE, settings.SENDS_MAIL = "open", True
    monkeypatch.setattr(rules, "SIGNING_UP_TAKES", rules.SIGNING_UP_TAKES * 0)


def filled(reader: Reader, address: str = "dora@example.org") -> dict[str, Any]:
    return fields_of(reader.open(ASK).one("form", class_="digest")) | {"address": address}


def link() -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def confirmed(reader: Reader) -> Subscription:
    reader.client.post(ASK, filled(reader))
    reader.client.post(link())
    return Subscription.objects.get()


def test_it_asks_agrees_and_gets_letters(reader: Reader) -> None:
    assert reader.client.post(ASK, filled(reader)).status_code == 200
    path = link()
    assert "Do you want these letters?" in reader.open(path).text
    row = Subscription.objects.get()
    assert row.confirmed_at is None, "opening the link changes nothing"
    assert "You are on the list" in reader.client.post(path).content.decode()
    row.refresh_from_db()
    assert row.confirmed_at is not None
    assert "You are on the list" in reader.open(path).text


def test_every_address_is_answered_alike(reader: Reader) -> None:
    person("known")
    confirmed(reader)
    suppress("complained@example.org", "complained")
    answers = []
    for name in ("known", "dora", "complained", "nobody"):
        answer = reader.client.post(ASK, filled(reader, f"{name}@example.org"))
        page = parse_html(answer.content.decode())
        answers.append((answer.status_code, page.one("main").text))
    assert len(set(answers)) == 1
    assert answers[0][0] == 200


def test_only_what_everybody_may_ask_is_offered(reader: Reader) -> None:
    labels = [found.text for found in reader.open(ASK).one("form", class_="digest").all("b")]
    assert labels[0] == "The morning paper"
    assert "For you" not in labels
    assert "What you follow" not in labels
    sent = filled(reader) | {"kind-1": "for you"}
    assert reader.client.post(ASK, sent).status_code == 400
    assert not mail.outbox


@pytest.mark.parametrize(
    "sent", [{"address": "dora"}, {"address": ""}, {"homepage": "https://example.org"}, {"made": "x"}, {"zone": "Mars"}]
)
def test_wrong_forms_are_shown_again(sent: dict[str, str], reader: Reader) -> None:
    answer = reader.client.post(ASK, filled(reader) | sent)
    assert answer.status_code == 400
    assert parse_html(answer.content.decode()).one("form", class_="digest")
    assert not mail.outbox
    assert not Subscription.objects.exists()


def test_a_form_that_no_person_can_fill_in_so_fast_is_refused(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining.rules, "SIGNING_UP_TAKES", timedelta(seconds=3))
    answer = reader.client.post(ASK, filled(reader))
    assert "very fast" in answer.content.decode()
    assert not mail.outbox


def test_a_network_that_asks_too_often_waits(reader: Reader) -> None:
    statuses = [reader.client.post(ASK, filled(reader, f"reader-{n}@example.org")).status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]


def test_it_is_not_there_where_members_alone_get_letters(reader: Reader, settings: Any) -> None:
    settings.SUBSCRIBERS = "members"
    assert reader.client.get(ASK).status_code == 404
    reader.client.force_login(person())
    assert reader.client.get(f"{ASK}?brings=q%3Dherons")["Location"] == "/subscriptions/new?brings=q%3Dherons"


def test_it_is_managed_by_the_secret_of_its_letters(reader: Reader) -> None:
    row = confirmed(reader)
    path = f"/subscriptions/by/{row.secret}"
    page = reader.open(path)
    assert "d…@example.org" in page.text
    assert "dora@example.org" not in page.text
    sent = fields_of(page.one("form", class_="digest")) | {"do": "keep", "name": "Mine", "time": "06:00"}
    assert reader.client.post(path, sent).status_code == 302
    reader.client.post(path, {"do": "pause"})
    row.refresh_from_db()
    assert (row.name, row.minute, row.is_on) == ("Mine", 360, False)
    assert "Paused by you" in reader.open(path).text
    reader.client.post(path, {"do": "resume"})
    assert reader.client.post(path, sent | {"zone": "Mars"}).status_code == 400
    assert reader.client.post(path, sent | {"kind-1": "for you"}).status_code == 400
    assert reader.client.post(path, {"do": "explode"}).status_code == 403
    row.refresh_from_db()
    assert row.is_on
    assert reader.client.post(path, {"do": "end"}).status_code == 200
    assert reader.client.get(path).status_code == 404


def test_the_secret_of_a_persons_letter_changes_nothing_of_the_persons(reader: Reader) -> None:
    wish = subscribing.Wish(name="Hers", sections=(Section(query="inside=saved"),))
    row = subscribing.subscribe(person(), wish)
    for method in (reader.client.get, reader.client.post):
        assert method(f"/subscriptions/by/{row.secret}")["Location"] == f"/subscriptions/{row.key}"
    assert reader.client.get(f"/subscriptions/{row.key}").status_code == 302, "signing in"


def test_before_it_agreed_nothing_can_be_managed(reader: Reader) -> None:
    reader.client.post(ASK, filled(reader))
    row = Subscription.objects.get()
    assert reader.client.get(f"/subscriptions/by/{row.secret}").status_code == 404


def test_forms_of_other_sites_are_refused(reader: Reader) -> None:
    row = confirmed(reader)
    strict = Client(enforce_csrf_checks=True)
    for path in (ASK, link(), f"/subscriptions/by/{row.secret}"):
        assert strict.post(path, {"do": "end"}).status_code == 403
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_person_lets_letters_come_again(reader: Reader) -> None:
    alice = person()
    suppress("alice@example.org", "asked")
    reader.client.force_login(alice)
    reader.client.post("/subscriptions/write-again")
    path = link()
    assert "alice@example.org" in reader.open(path).text
    assert is_suppressed("alice@example.org")
    reader.client.logout()
    assert "Letters reach you again" in reader.client.post(path).content.decode()
    assert not is_suppressed("alice@example.org")
    assert reader.client.post("/subscriptions/write-again/x").status_code == 403
