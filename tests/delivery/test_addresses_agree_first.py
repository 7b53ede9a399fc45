"""An address is written to after its reader agreed: one letter that asks, the same answer for everybody, no words of
strangers in it."""

from __future__ import annotations

import re
import smtplib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Deed, Subscription, Suppression
from broadsheet.delivery import confirming, subscribing
from broadsheet.delivery.suppressing import is_suppressed, suppress
from broadsheet.delivery.values import Section
from tests.people import person

pytestmark = pytest.mark.django_db
DORA, NETWORK = "dora@example.org", "192.0.2.0/24"
WISH = subscribing.Wish(name="BUY HERONS NOW", sections=(Section(query="last=day&sort=trending"),))


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE, settings.SENDS_MAIL = "open", True


def asked(address: str = DORA, **told: Any) -> str:
    """Ask, and give the token of the link in the letter."""
    confirming.ask_to_confirm(address, WISH, NETWORK, **told)
    return token_in(mail.outbox[-1])


def token_in(letter: Any) -> str:
    found = re.search(r"/(?:subscribe|subscriptions/write-again)/(\S+)", letter.body)
    assert found
    return found[1]


def test_nothing_is_sent_before_its_reader_agreed() -> None:
    token = asked("Dora@EXAMPLE.org")
    (letter,) = mail.outbox
    assert letter.to == ["Dora@example.org"]
    assert "HERONS" not in letter.subject + letter.body, "a stranger's words would be sent to others"
    row = confirming.waiting_for(token)
    assert (row.confirmed_at, row.due_at) == (None, None)
    now = timezone.now()
    assert confirming.confirm(token, now) == row
    row.refresh_from_db()
    assert row.confirmed_at == now
    assert row.due_at is not None
    assert subscribing.address_of(row) == "Dora@example.org"
    assert Deed.objects.filter(verb="subscription.confirm", subject=str(row.pk)).count() == 1
    assert "example.org" not in str(list(Deed.objects.values()))


def test_agreeing_twice_changes_nothing() -> None:
    token = asked()
    first = confirming.confirm(token).confirmed_at
    assert confirming.confirm(token).confirmed_at == first
    assert Deed.objects.filter(verb="subscription.confirm").count() == 1


def test_a_link_holds_for_two_days_and_for_this_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    token = asked()
    for wrong in (token[:-1], "x", token.replace(":", "."), ""):
        with pytest.raises(RefusedError, match="not valid"):
            confirming.confirm(wrong)
    with pytest.raises(RefusedError):
        confirming.write_again(token)
    monkeypatch.setattr(confirming, "HELD_FOR", timedelta(seconds=-1))
    with pytest.raises(RefusedError, match="not valid"):
        confirming.confirm(token)
    assert not Subscription.objects.filter(confirmed_at__isnull=False).exists()


def test_what_ended_meanwhile_is_not_begun_by_an_old_link() -> None:
    token = asked()
    subscribing.end(confirming.confirm(token).secret, "page")
    with pytest.raises(RefusedError, match="not there any more"):
        confirming.confirm(token)


def test_one_address_is_asked_at_most_three_times_a_day_and_nobody_learns_of_it() -> None:
    begin = timezone.now()
    for hour in range(24):
        confirming.ask_to_confirm(DORA.upper(), WISH, f"10.0.{hour}.0/24", begin + timedelta(hours=hour))
    assert len(mail.outbox) <= 3
    confirming.ask_to_confirm("emil@example.org", WISH, NETWORK, begin)
    assert mail.outbox[-1].to == ["emil@example.org"]


def test_one_network_asks_at_most_twenty_times_a_day() -> None:
    begin, count = timezone.now(), 0
    for hour in range(24):
        for n in range(3):
            try:
                at = begin + timedelta(hours=hour)
                confirming.ask_to_confirm(f"reader-{hour}-{n}@example.org", WISH, NETWORK, at)
                count += 1
            except TooManyError:
                continue
    assert count == len(mail.outbox) <= 20


@pytest.mark.parametrize(
    "address", ["dora", "dora@", "@example.org", "a b@example.org", "x@y@z", "dora@example.org\nBcc: x@y.org"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(RefusedError, match="not an address"):
        confirming.ask_to_confirm(address, WISH, NETWORK)
    assert not mail.outbox


def test_refused_domains_and_personal_questions_are_refused(settings: Any) -> None:
    settings.EMAIL_REFUSED = ["Throwaway.example"]
    with pytest.raises(RefusedError, match=r"throwaway\.example"):
        confirming.ask_to_confirm("x@throwaway.EXAMPLE", WISH, NETWORK)
    with pytest.raises(RefusedError):
        confirming.ask_to_confirm(DORA, replace(WISH, sections=(Section(kind="for you"),)), NETWORK)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("reason", ["complained", "admin"])
def test_who_complained_is_never_asked_again_and_is_answered_like_anybody(reason: str) -> None:
    suppress(DORA, reason)
    confirming.ask_to_confirm(DORA, WISH, NETWORK)
    assert not mail.outbox
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("reason", ["asked", "bounced"])
def test_agreeing_anew_lets_letters_go_there_again(reason: str) -> None:
    suppress(DORA, reason)
    token = asked()
    assert is_suppressed(DORA), "asking alone lifts nothing"
    confirming.confirm(token)
    assert not is_suppressed(DORA)


def test_a_complaint_after_asking_stands() -> None:
    token = asked()
    suppress(DORA, "complained")
    confirming.confirm(token)
    assert is_suppressed(DORA)


def test_an_address_has_no_more_than_a_person() -> None:
    token, now = asked(), timezone.now()
    told = {"address": DORA, "name": "One", "made_at": now, "changed_at": now, "confirmed_at": now}
    for _ in range(rules.MOST_SUBSCRIPTIONS):
        Subscription.objects.create(**told)
    with pytest.raises(RefusedError, match="end one first"):
        confirming.confirm(token)


def test_what_was_never_confirmed_is_forgotten_and_so_is_what_ended_long_ago() -> None:
    now = timezone.now()
    ended = confirming.confirm(asked("emil@example.org"))
    kept = confirming.confirm(asked("fred@example.org"))
    subscribing.end(ended.secret, "page", now - timedelta(days=31))
    confirming.ask_to_confirm(DORA, WISH, "198.51.100.0/24", now - timedelta(hours=49))
    assert confirming.forget_old(now) == 2
    assert list(Subscription.objects.all()) == [kept]


class Broken(EmailBackend):
    """A mail server that is not there."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError


class Refusing(EmailBackend):
    """A mail server that knows nobody."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({DORA: (550, b"no such user")})


def test_a_mail_server_that_is_gone_is_told_and_nothing_is_kept(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with pytest.raises(confirming.MailServerError):
        confirming.ask_to_confirm(DORA, WISH, NETWORK)
    assert not Subscription.objects.exists()


def test_whether_a_mailbox_exists_is_not_told(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    confirming.ask_to_confirm(DORA, WISH, NETWORK)


@pytest.mark.parametrize(
    ("mode", "subscribers", "sends", "takes"),
    [
        ("open", "", True, True),
        ("approval", "", True, True),
        ("invite", "", True, False),
        ("single", "", True, False),
        ("single", "everybody", True, True),
        ("open", "members", True, False),
        ("open", "everybody", False, False),
    ],
)
def test_who_may_subscribe_is_a_setting(mode: str, subscribers: str, sends: bool, takes: bool, settings: Any) -> None:
    settings.MODE, settings.SUBSCRIBERS, settings.SENDS_MAIL = mode, subscribers, sends
    assert confirming.takes_addresses() is takes


def test_a_person_agrees_anew_by_the_main_address() -> None:
    alice = person()
    with pytest.raises(RefusedError, match="nothing to confirm"):
        confirming.ask_to_write_again(alice)
    suppress("alice@example.org", "bounced")
    confirming.ask_to_write_again(alice)
    token = token_in(mail.outbox[-1])
    assert confirming.written_to_again(token) == "alice@example.org"
    assert is_suppressed("alice@example.org")
    confirming.write_again(token)
    assert not is_suppressed("alice@example.org")


def test_a_person_cannot_undo_a_complaint_nor_use_the_link_of_a_former_address() -> None:
    alice = person()
    suppress("alice@example.org", "bounced")
    confirming.ask_to_write_again(alice)
    token = token_in(mail.outbox[-1])
    Suppression.objects.update(reason="complained")
    with pytest.raises(RefusedError):
        confirming.ask_to_write_again(alice)
    confirming.write_again(token)
    assert is_suppressed("alice@example.org")
    alice.emailaddress_set.all().delete()
    with pytest.raises(RefusedError):
        confirming.write_again(token)
