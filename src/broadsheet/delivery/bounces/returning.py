"""The signed return address of each letter, so that whatever comes back names its letter and cannot be made up.

After VERP (variable envelope return path): ``bounces@papers.example.org`` of the settings becomes
``bounces+KEY.SIGNATURE@papers.example.org``. Servers may change the case of such an address; it holds in any.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings

from broadsheet.community.models import Delivery
from broadsheet.delivery.addresses import AddressError, normalised, signature

PURPOSE = "return path"
SIGNATURE_LENGTH = 12
"""48 bits: a guess costs a letter to our own server, which does nothing for a wrong one."""
VALID = timedelta(days=7)
GRACE = timedelta(days=7)
"""Servers try for up to five days (RFC 5321, 4.5.4.1), and some reports come late: fourteen days in all."""
COMPLAINTS_VALID = timedelta(days=90)
"""People complain of what they find in their inbox, weeks later too."""
_TOLD = re.compile(rf"\+([0-9a-f]{{16}})\.([0-9a-f]{{{SIGNATURE_LENGTH}}})$", re.IGNORECASE)
_KEY = re.compile(r"(?<![0-9a-z])([0-9a-f]{16})(?![0-9a-z])", re.IGNORECASE)


def return_path(delivery: Delivery) -> str:
    """The envelope sender of a letter: signed for this letter, or the plain sender where no such address is set."""
    if not settings.BOUNCE_ADDRESS:
        return sender()
    local, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{delivery.key}.{_signed(delivery.key)}@{domain}"


def sender() -> str:
    """The bare address of the sender of mail, as the settings have it."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def key_in(addresses: Iterable[str]) -> str:
    """The key of the letter that one of the addresses is the return address of; empty where none is signed by us."""
    for address in addresses:
        try:
            local, _, domain = normalised(address).rpartition("@")
        except AddressError:
            continue
        told = _TOLD.search(local)
        if told is None or not settings.BOUNCE_ADDRESS:
            continue
        ours, _, our_domain = settings.BOUNCE_ADDRESS.rpartition("@")
        key, given = told[1].lower(), told[2].lower()
        is_here = local[: told.start()].lower() == ours.lower() and domain == our_domain.lower()
        if is_here and hmac.compare_digest(given, _signed(key)):
            return key
    return ""


def keys_in_message_ids(message_ids: Iterable[str]) -> list[str]:
    """What may be keys of letters in the ``Message-ID`` of a letter that came back."""
    return [key.lower() for given in message_ids for key in _KEY.findall(given)]


def is_in_time(delivery: Delivery, now: datetime, *, is_complaint: bool = False) -> bool:
    """Whether what is told of a letter is heard: fourteen days after it left, ninety for a complaint."""
    left_at = delivery.handed_over_at or delivery.ended_at or delivery.planned_at
    return now - left_at <= (COMPLAINTS_VALID if is_complaint else VALID + GRACE)


def _signed(key: str) -> str:
    return signature(PURPOSE, key)[:SIGNATURE_LENGTH]
