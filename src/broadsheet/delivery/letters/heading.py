"""The headers of a letter: what mail servers and programs go by.

RFC 5322 (From, Date, Message-ID), RFC 2919 and 2369 (lists), RFC 8058 (ending by one click), RFC 3834 (no answers by
machines). Whatever comes from outside is one line of printable characters before it becomes a header.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

from django.conf import settings

from broadsheet.community.models import Delivery
from broadsheet.delivery.bounces.returning import return_path
from broadsheet.delivery.letters.encoding import Whole
from broadsheet.delivery.letters.lines import one_line
from broadsheet.delivery.letters.links import archive_url
from broadsheet.delivery.subscribing import unsubscribe_url

LONGEST_SUBJECT = 140


class AddressError(ValueError):
    """Nothing can be written to this address; the text says which and why."""


def shortened(text: str, longest: int) -> str:
    """A text of at most ``longest`` characters, cut at a blank where there is one."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def host() -> str:
    """The host that names the letters of this instance."""
    name = urlsplit(settings.BASE_URL).hostname or ""
    return name if name and ":" not in name else "localhost"


def message_id_of(delivery: Delivery) -> str:
    """The Message-ID, the same for every try to send a delivery."""
    return f"<{delivery.key}@{host()}>"


def address_of(text: str, name: str = "") -> Address:
    """A mail address as headers have it, its domain in ASCII (RFC 5890).

    Raises ``AddressError`` for one that is none, or that would end the line.
    """
    local, _, domain = text.rpartition("@")
    try:
        if not local or not domain or not text.isprintable() or " " in text:
            raise ValueError("it is not of the form name@host")
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        return Address(display_name=name, username=local, domain=ascii_domain)
    except (ValueError, IndexError) as error:
        raise AddressError(f"{text!r} is no mail address: {error}") from error


def sender() -> Address:
    """The sender of all letters, under the instance's name unless the settings give another."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address_of(address, one_line(name or settings.NAME))


class Headings:
    """Writes the headers of many letters; those that are the same in all of them are made once."""

    def __init__(self, now: datetime) -> None:
        make = SMTP.header_factory
        self._same = (
            make("From", sender()),
            make("Date", format_datetime(now)),
            make("List-Id", f"{_phrase(settings.NAME)} <letters.{host()}>"),
            make("Auto-Submitted", "auto-generated"),
            make("Precedence", "bulk"),
        )
        # RFC 8058, 3.1: one click needs an address by https.
        self._one_click = make("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")

    def write(self, message: EmailMessage, delivery: Delivery, *, to: Address, subject: str) -> None:
        """Give a letter its headers."""
        subscription = delivery.subscription
        message["To"] = to
        message["Subject"] = shortened(one_line(subject), LONGEST_SUBJECT)
        message["Message-ID"] = message_id_of(delivery)
        for header in self._same:
            message[header.name] = header
        unsubscribe = unsubscribe_url(subscription)
        ways = [f"<{unsubscribe}>"]
        if settings.BOUNCE_ADDRESS:
            ways.append(f"<mailto:{quote(return_path(delivery), safe='@+.')}?subject=unsubscribe>")
        message["List-Unsubscribe"] = Whole("List-Unsubscribe", *ways)
        if unsubscribe.startswith("https:"):
            message["List-Unsubscribe-Post"] = self._one_click
        message["List-Archive"] = Whole("List-Archive", f"<{archive_url(subscription)}>")
        # Campaign, kind and sender, for the complaint reports of those who give any; it tells of no person.
        kind = subscription.rhythm.replace(" ", "-")
        message["Feedback-ID"] = f"{delivery.issue[:10]}:{kind}:letter:{host()}"


def _phrase(name: str) -> str:
    """A name in quotes (RFC 5322, 3.2.4), so that no sign in it ends the phrase."""
    line = one_line(name).replace("\\", "").replace('"', "'")
    return f'"{line}"'
