"""Letters by mail: rendered, handed to the mail server, and what its refusals say of an address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from broadsheet.community.models import Delivery
from broadsheet.delivery.bounces import return_path
from broadsheet.delivery.bounces.taking import take_refusal
from broadsheet.delivery.letters import AddressError, Letters, NothingLeftError
from broadsheet.delivery.sending.backends import BackendLine
from broadsheet.delivery.sending.smtp import Line
from broadsheet.delivery.values import Fate, Outcome

Mark = Callable[[], bool]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
KEPT = timedelta(minutes=15)
"""After so long what was kept of papers is let go of: they change, and letters bear the time at which it began."""


class Carrier(Protocol):
    """Hands over what is claimed, one after the other."""

    def open(self) -> None:
        """Be ready; raises ``UnreachableError`` where nothing can be handed over."""

    def carry(self, delivery: Delivery, to: str, mark: Mark, /) -> Outcome | None:
        """Hand one over; ``mark`` is called once, when it may be taken from then on; None where that said no."""

    def close(self) -> None:
        """Let go of what is open."""


class MailCarrier:
    """Letters by Django's mail settings."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now
        self._letters = Letters(now or timezone.now())
        self._line = Line() if settings.EMAIL_BACKEND == SMTP else BackendLine()

    def open(self) -> None:
        """Be connected."""
        self._line.open()

    def carry(self, delivery: Delivery, to: str, mark: Mark, /) -> Outcome | None:
        """Render a letter and hand it over."""
        if self._now is None and timezone.now() - self._letters.now > KEPT:
            self._letters = Letters(timezone.now())
        try:
            raw = raw_of(self._letters.message(delivery, to))
        except (NothingLeftError, AddressError) as error:
            return Outcome(Fate.FAILED, str(error))
        outcome = self._line.hand_over(raw, return_path(delivery), envelope(to), mark)
        if outcome is not None and outcome.fate is Fate.BOUNCED:
            take_refusal(delivery, to, outcome.answer)
        return outcome

    def close(self) -> None:
        """Say goodbye to the server."""
        self._line.close()


def raw_of(message: EmailMessage) -> bytes:
    """A letter as it travels: lines ending in CR LF, and nothing but ASCII, so that every server takes it."""
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n", cte_type="7bit"))


def envelope(address: str) -> str:
    """An address as the mail server is told it: the domain in ASCII (RFC 5890) where it is not."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def domain_of(address: str) -> str:
    """The domain of an address, in small letters."""
    return envelope(address).rpartition("@")[2].lower()
