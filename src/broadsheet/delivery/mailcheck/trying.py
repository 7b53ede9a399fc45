"""A test letter, sent as digests are, and how this instance sends, as its settings say."""

from __future__ import annotations

import secrets
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from broadsheet.delivery.addresses import AddressError, domain_of, normalised
from broadsheet.delivery.bounces.returning import sender
from broadsheet.delivery.mailcheck.findings import Sending


class TryingError(Exception):
    """A test letter cannot be sent, or there is nothing to look at; the text says why."""


def sending_of(selector: str = "") -> Sending:
    """How this instance sends. Raises ``TryingError`` where it sends no mail."""
    if not settings.SENDS_MAIL:
        raise TryingError("this instance sends no mail: set BROADSHEET_EMAIL_URL")
    from_domain = domain_of(sender())
    if not from_domain:
        raise TryingError("the sender has no domain of its own: set BROADSHEET_EMAIL_FROM")
    server = settings.EMAIL_HOST if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else ""
    return Sending(
        from_domain=from_domain,
        return_domain=domain_of(settings.BOUNCE_ADDRESS) or from_domain,
        server=server,
        selector=selector,
        is_signed=bool(settings.BOUNCE_ADDRESS),
    )


def try_one(to: str) -> None:
    """Send a test letter with the headers of a digest.

    Raises ``TryingError`` where this instance sends no mail, for what is no address, and where it was not taken.
    """
    sending_of()
    try:
        address = normalised(to)
    except AddressError as error:
        raise TryingError(f"{to}: {error}") from error
    # Nobody's subscription: the address works as all do, and ends nothing.
    end = settings.BASE_URL + reverse("web:unsubscribe", args=[secrets.token_hex(20)])
    letter = EmailMessage(
        subject=f"{settings.NAME}: a test letter",
        body=f"This is a test of how letters of {settings.NAME} arrive. Save it as its source, with all headers.\n",
        from_email=settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "List-Unsubscribe": f"<{end}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        raise TryingError(f"the mail server did not take it: {error}") from error
