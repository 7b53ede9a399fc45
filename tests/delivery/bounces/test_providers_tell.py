"""A provider's webhook: real requests of anymail's providers, forged ones, and what events count as."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.community.models import Delivery, MailEvent, Subscription, Suppression
from broadsheet.delivery.bounces.providers import kind_of
from broadsheet.delivery.suppressing import is_suppressed
from broadsheet.site import config, mailing
from broadsheet.site.config import ConfigError
from tests.delivery.bounces.letters import ADDRESS, letter, subscription
from tests.people import person

pytestmark = pytest.mark.django_db
SECRET = "hook:a long and secret word".replace(" ", "-")
READ = {
    "BROADSHEET_EMAIL_URL": mailing.mail,
    "BROADSHEET_EMAIL_EVENTS_SECRET": mailing.events_secret,
    "BROADSHEET_BOUNCE_ADDRESS": mailing.bounce_address,
    "BROADSHEET_BOUNCES": mailing.bounces,
}
AT = "/mail/events/postmark"


@pytest.fixture(autouse=True)
def postmark(settings: Any) -> None:
    settings.EMAIL_PROVIDER, settings.EMAIL_EVENTS_SECRET = "postmark", SECRET
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "WEBHOOK_SECRET": SECRET}


def post(told: Any, *, secret: str = SECRET, at: str = AT) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    word = base64.b64encode(secret.encode()).decode()
    headers = {"authorization": f"Basic {word}"} if secret else {}
    return Client(enforce_csrf_checks=True).post(at, body, content_type="application/json", headers=headers)


def bounce(delivery: Delivery | None, **more: Any) -> dict[str, Any]:
    metadata = {"letter": f"<{delivery.key}@example.org>"} if delivery else {}
    return {
        "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "Email": ADDRESS, "BouncedAt": "2026-03-03T06:00:00Z",
        "Details": "smtp;550 5.1.1 no such user alice@reader.example", "MessageID": "1-2-3", "Metadata": metadata,
    } | more  # fmt: skip


def test_a_bounce_counts_once_and_keeps_no_address() -> None:
    delivery = letter(left_at=timezone.now())
    answer = post(bounce(delivery))
    assert (answer.status_code, answer.content) == (200, b"1 events counted.\n")
    assert post(bounce(delivery)).content == b"0 events counted.\n"
    delivery.refresh_from_db()
    assert (delivery.state, is_suppressed(ADDRESS)) == ("bounced", True)
    assert "@" not in MailEvent.objects.get().answer


def test_a_letter_is_found_by_its_address_where_the_provider_keeps_nothing() -> None:
    account = person("alice")
    row = subscription(account=account)
    first = letter(row, left_at=timezone.now() - timedelta(days=1))
    last = letter(row, left_at=timezone.now())
    post(bounce(None, Email="Alice@example.org"))
    assert [Delivery.objects.get(pk=one.pk).state for one in (first, last)] == ["sent", "bounced"]
    assert is_suppressed("alice@example.org")


def test_a_letter_that_is_none_of_the_ledger_suppresses_its_address_alone() -> None:
    post(bounce(None, Email="signing.in@reader.example"))
    assert is_suppressed("signing.in@reader.example")
    assert MailEvent.objects.get().delivery is None


def test_a_passing_bounce_is_soft_and_a_complaint_ends_all() -> None:
    delivery = letter(left_at=timezone.now())
    post(bounce(delivery, Type="SoftBounce", Details="mailbox full"))
    assert not is_suppressed(ADDRESS)
    post(bounce(delivery, RecordType="SpamComplaint", Type="SpamComplaint", ID=43))
    assert Suppression.objects.get().reason == "complained"
    assert Subscription.objects.get().ended_at is not None


@pytest.mark.parametrize("secret", ["", "hook:wrong", "hook:", SECRET + "x", "Hook" + SECRET[4:]])
def test_a_forged_request_is_refused(secret: str) -> None:
    assert post(bounce(letter()), secret=secret).status_code == 403
    assert not MailEvent.objects.exists()
    assert not is_suppressed(ADDRESS)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"null", b"[1]"])
def test_what_is_not_understood_is_refused(body: bytes) -> None:
    assert post(body).status_code == 400
    assert not MailEvent.objects.exists()


def test_only_the_provider_of_the_settings_is_listened_to(settings: Any) -> None:
    assert post(bounce(letter()), at="/mail/events/mailgun").status_code == 404
    assert post(bounce(letter()), at="/mail/events/smtp").status_code == 404
    assert Client().head(AT).status_code == 200
    assert Client().get(AT).status_code == 405
    settings.EMAIL_EVENTS_SECRET = ""
    assert post(bounce(letter())).status_code == 404


def test_a_signature_is_asked_for_where_a_provider_signs(settings: Any) -> None:
    settings.EMAIL_PROVIDER = "mailgun"
    settings.ANYMAIL = {"MAILGUN_API_KEY": "x", "MAILGUN_WEBHOOK_SIGNING_KEY": "y", "WEBHOOK_SECRET": SECRET}
    told = {"signature": {"token": "a", "timestamp": "1", "signature": "b"}, "event-data": {"event": "failed"}}
    assert post(told, at="/mail/events/mailgun").status_code == 403


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"event_type": "bounced", "reject_reason": "bounced"}, "hard bounce"),
        ({"event_type": "bounced", "reject_reason": "invalid"}, "hard bounce"),
        ({"event_type": "bounced", "reject_reason": "bounced", "mta_response": "552 5.2.2 full"}, "soft bounce"),
        ({"event_type": "bounced", "reject_reason": "blocked"}, "soft bounce"),
        ({"event_type": "bounced", "reject_reason": "bounced", "esp_event": {"hard_bounce": False}}, "soft bounce"),
        ({"event_type": "bounced", "reject_reason": "bounced", "esp_event": {"bounce": {"bounceType": "Transient"}}},
         "soft bounce"),
        ({"event_type": "rejected", "reject_reason": "spam"}, "complaint"),
        ({"event_type": "rejected", "reject_reason": "unsubscribed"}, "unsubscribed"),
        ({"event_type": "complained"}, "complaint"),
        ({"event_type": "unsubscribed"}, "unsubscribed"),
        ({"event_type": "deferred"}, ""),
        ({"event_type": "delivered"}, ""),
        ({"event_type": "opened"}, ""),
        ({"event_type": None}, ""),
    ],
)  # fmt: skip
def test_events_count_as_what_they_mean(event: dict[str, Any], expected: str) -> None:
    told = {"reject_reason": None, "mta_response": None, "description": None, "esp_event": {}} | event
    kind = kind_of(SimpleNamespace(**told))
    assert (kind.value if kind else "") == expected


def test_a_provider_is_set_by_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_EMAIL_URL", "anymail+mailgun:?api_key=k%2B1&sender_domain=papers.example.org")
    monkeypatch.setenv("BROADSHEET_EMAIL_EVENTS_SECRET", SECRET)
    made = mailing.mail()
    assert made["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert made["ANYMAIL"]["MAILGUN_API_KEY"] == "k+1"
    assert made["ANYMAIL"]["MAILGUN_SENDER_DOMAIN"] == "papers.example.org"
    assert made["ANYMAIL"]["WEBHOOK_SECRET"] == SECRET
    assert mailing.provider() == "mailgun"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BROADSHEET_EMAIL_URL", "anymail+nobody:?api_key=topsecret", "postmark"),
        ("BROADSHEET_EMAIL_URL", "anymail+mailjet:?api_key=topsecret", "secret_key"),
        ("BROADSHEET_EMAIL_URL", "anymail+postmark:?server_token=topsecret&X-Y=1", "server_token"),
        ("BROADSHEET_EMAIL_EVENTS_SECRET", "topsecret", "name:word"),
        ("BROADSHEET_EMAIL_EVENTS_SECRET", "a:topsecret", "16 characters"),
        ("BROADSHEET_BOUNCE_ADDRESS", "bounces", "bounces@papers"),
        ("BROADSHEET_BOUNCE_ADDRESS", f"{'b' * 35}@papers.example.org", "34 characters"),
        ("BROADSHEET_BOUNCE_ADDRESS", "a b@papers.example.org", "bounces@papers"),
        ("BROADSHEET_BOUNCES", "https://reader:topsecret@host", "imaps://"),
        ("BROADSHEET_BOUNCES", "imaps://host/topsecret", "imaps://"),
        ("BROADSHEET_BOUNCES", "maildir:topsecret", "maildir:/folder"),
        ("BROADSHEET_BOUNCES", "imaps://reader:topsecret@host:x/", "imaps://"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as refused:
        READ[name]()
    assert words in str(refused.value)
    assert "topsecret" not in str(refused.value)


def test_without_the_extra_a_provider_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.EMAIL_URL.name, "anymail+postmark:?server_token=topsecret")
    monkeypatch.setattr(mailing, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="providers"):
        mailing.mail()


def test_settings_of_what_comes_back_are_kept_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in (config.BOUNCE_ADDRESS, config.BOUNCES, config.EMAIL_EVENTS_SECRET):
        monkeypatch.delenv(setting.name, raising=False)
    assert (mailing.bounce_address(), mailing.bounces(), mailing.events_secret(), mailing.provider()) == ("",) * 4
    monkeypatch.setenv(config.BOUNCE_ADDRESS.name, "Bounces@Papers.Example.org")
    assert mailing.bounce_address() == "Bounces@papers.example.org"
    for word in ("imaps://reader:w%40rd@host/INBOX", "pops://reader:word@host", "maildir:/var/mail/bounces"):
        monkeypatch.setenv(config.BOUNCES.name, word)
        assert mailing.bounces() == word
