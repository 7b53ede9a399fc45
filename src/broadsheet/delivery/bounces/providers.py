"""What a mail provider tells by its webhooks, read by django-anymail (the extra ``providers``).

An event counts only when the request carries the name and word of ``BROADSHEET_EMAIL_EVENTS_SECRET`` and, where the
provider signs its requests, its signature; anymail checks both.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db.models import Q
from django.http import HttpRequest

from broadsheet.community.models import Delivery, MailEvent
from broadsheet.delivery.addresses import AddressError, normalised
from broadsheet.delivery.bounces.returning import keys_in_message_ids
from broadsheet.delivery.bounces.statuses import ENHANCED, Severity, severity
from broadsheet.delivery.bounces.taking import take_event, take_event_about

logger = logging.getLogger(__name__)

METADATA = "letter"
"""The name under which a letter's Message-ID goes along in what the provider keeps of it."""
MOST_EVENTS = 1_000
Kind = MailEvent.Kind
VIEWS = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mailtrap": "MailtrapTrackingWebhookView",
    "postal": "PostalTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
    "unisender_go": "UnisenderGoTrackingWebhookView",
}
# In the fields in which providers name a kind of bounce.
_SOFT_WORDS = ("soft", "transient", "temporary", "undetermined", "blocked")
_KIND_FIELDS = ("Type", "type", "event", "bounceType", "severity", "status")


class ForgedError(Exception):
    """A request is not the provider's."""


class UnreadableError(Exception):
    """A request is the provider's, and not understood."""


def is_listening(provider: str) -> bool:
    """Whether this instance sends by that provider and takes its events."""
    return bool(provider == settings.EMAIL_PROVIDER and provider in VIEWS and settings.EMAIL_EVENTS_SECRET)


def take_request(provider: str, request: HttpRequest, now: datetime | None = None) -> int:
    """Take the events of a webhook's request into account; returns how many counted.

    Raises ``ForgedError`` where it is not the provider's, and ``UnreadableError`` for what is not understood.
    """
    module = import_module(f"anymail.webhooks.{provider}")
    view = getattr(module, VIEWS[provider])()
    try:
        view.run_validators(request)
    except SuspiciousOperation as error:
        raise ForgedError(str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        # A signature is looked for in fields that are not there.
        raise ForgedError(type(error).__name__) from error
    try:
        events = list(view.parse_events(request))[:MOST_EVENTS]
    except SuspiciousOperation as error:
        raise ForgedError(str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableError(f"{provider}: {type(error).__name__}: {error}") from error
    return sum(_take(provider, event, now) for event in events)


def kind_of(event: Any) -> MailEvent.Kind | None:
    """What an event of anymail's counts as; None for what tells nothing about an address."""
    what, why = str(event.event_type or ""), str(event.reject_reason or "")
    if what == "complained" or (what == "rejected" and why == "spam"):
        return Kind.COMPLAINT
    if what == "unsubscribed" or (what == "rejected" and why == "unsubscribed"):
        return Kind.UNSUBSCRIBED
    if what not in {"bounced", "rejected"}:
        return None
    words = str(event.mta_response or event.description or "")
    if why not in {"bounced", "invalid"} or _is_soft(event.esp_event):
        return Kind.SOFT
    if ENHANCED.search(words) is not None:
        return Kind.HARD if severity("", words) is Severity.HARD else Kind.SOFT
    return Kind.HARD


def _take(provider: str, event: Any, now: datetime | None) -> bool:
    kind = kind_of(event)
    if kind is None:
        return False
    answer = " ".join(str(event.mta_response or event.description or f"told by {provider}").split())
    recipient = str(event.recipient or "")
    answer = answer.replace(recipient, "(address)") if recipient else answer
    named = f"{provider}\0{event.message_id}\0{recipient}\0{event.timestamp}"
    once = str(event.event_id or "") or sha256(named.encode()).hexdigest()
    delivery = _delivery_of(event, recipient)
    if delivery is not None:
        return take_event(delivery, kind, answer, once, named=(recipient,) if recipient else (), now=now)
    try:
        return take_event_about(recipient, kind, answer, once, now)
    except AddressError:
        return False


def _delivery_of(event: Any, recipient: str) -> Delivery | None:
    """The letter that an event is about: by what the provider kept of it, else the last one to that address."""
    rows = Delivery.objects.select_related("subscription__account")
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    keys = keys_in_message_ids([str(metadata.get(METADATA) or ""), str(event.message_id or "")])
    found = rows.filter(key__in=keys).order_by("pk").first() if keys else None
    if found is not None or not recipient:
        return found
    try:
        address = normalised(recipient)
    except AddressError:
        return None
    people = EmailAddress.objects.filter(email__iexact=address).values("user")
    theirs = Q(subscription__account__in=people) | Q(subscription__address__iexact=address)
    left = rows.filter(theirs, subscription__outlet="mail", handed_over_at__isnull=False)
    return left.order_by("-handed_over_at", "-pk").first()


def _is_soft(told: Any) -> bool:
    """Whether a provider calls a bounce a passing one, in a field of its own: anymail knows only one kind."""
    fields = told if isinstance(told, Mapping) else {}
    bounce = fields.get("bounce")
    inner = bounce if isinstance(bounce, Mapping) else {}
    words = " ".join(str(one.get(name, "")) for one in (fields, inner) for name in _KIND_FIELDS).lower()
    return fields.get("hard_bounce") is False or any(word in words for word in _SOFT_WORDS)
