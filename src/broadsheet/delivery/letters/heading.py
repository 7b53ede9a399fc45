"""The headers of a letter: what mail servers and programs go by.

RFC 5322 (From, Date, Message-ID), RFC 2919 and 2369 (lists), RFC 8058 (ending by one click), RFC 3834 (no answers by
machines). Whatever comes from outside is one line of printable characters before it becomes a header.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

from django.conf import settings

from broadsheet.community.models import Delivery
from broadsheet.delivery.bounces.returning import return_path
from broadsheet.delivery.letters.links import archive_url
from broadsheet.delivery.subscribing import unsubscribe_url

LONGEST_SUBJECT = 140


class AddressError(ValueError):
    """Nothing can be written to this address; the text says which and why."""


def one_line(text: str) -> str:
    """A text without line breaks and what else cannot be seen, so that it cannot begin another header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


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


def write_headers(message: EmailMessage, delivery: Delivery, *, to: Address, subject: str, now: datetime) -> None:
    """Give a letter its headers."""
    message["From"] = sender()
    message["To"] = to
    message["Subject"] = shortened(one_line(subject), LONGEST_SUBJECT)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id_of(delivery)
    for name, value in _of_lists(delivery):
        message[name] = value


def _of_lists(delivery: Delivery) -> Iterator[tuple[str, str]]:
    subscription = delivery.subscription
    unsubscribe = unsubscribe_url(subscription)
    ways = [f"<{unsubscribe}>"]
    if settings.BOUNCE_ADDRESS:
        ways.append(f"<mailto:{quote(return_path(delivery), safe='@+.')}?subject=unsubscribe>")
    yield "List-Id", f"{_phrase(settings.NAME)} <letters.{host()}>"
    yield "List-Unsubscribe", ", ".join(ways)
    if unsubscribe.startswith("https:"):
        # RFC 8058, 3.1: one click needs an address by https.
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    yield "List-Archive", f"<{archive_url(subscription)}>"
    # Campaign, kind and sender, for the complaint reports of those who give any; it tells of no person.
    yield "Feedback-ID", f"{delivery.issue[:10]}:{subscription.rhythm.replace(' ', '-')}:letter:{host()}"
    yield "Auto-Submitted", "auto-generated"
    yield "Precedence", "bulk"


def _phrase(name: str) -> str:
    """A name in quotes (RFC 5322, 3.2.4), so that no sign in it ends the phrase."""
    line = one_line(name).replace("\\", "").replace('"', "'")
    return f'"{line}"'
