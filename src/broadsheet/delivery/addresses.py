"""Addresses of mail: how they are compared, and how one is remembered without being kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

import idna
from django.utils import timezone

from broadsheet.community.models import AddressKey

LONGEST = 254
LONGEST_LOCAL = 64
THE_ROW = 1
PREFIX_SHOWN = 8
"""How much of a digest is shown to admins: enough to tell two addresses apart, too little to try addresses on."""


class AddressError(ValueError):
    """A text is not an address that mail can be sent to; the text says why."""


def normalised(address: str) -> str:
    """An address as mail is sent to it: the local part as given, the domain in small letters and in ASCII.

    The domain follows IDNA 2008 with the mapping of UTS 46. Raises ``AddressError`` for what is no address (RFC 5321,
    4.5.3.1): no local part or domain, too long, or with characters that could end a command.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        raise AddressError("an address is written as name@example.org")
    if any(sign.isspace() or not sign.isprintable() or sign in '<>,;:"\\()[]@' for sign in local):
        raise AddressError("the part before the @ has characters that cannot stand there")
    ascii_domain = _ascii(domain)
    if len(local.encode()) > LONGEST_LOCAL or len(local.encode()) + 1 + len(ascii_domain) > LONGEST:
        raise AddressError(f"an address has at most {LONGEST_LOCAL} characters before the @ and {LONGEST} in all")
    return f"{local}@{ascii_domain}"


def domain_of(address: str) -> str:
    """The domain of an address in small letters and in ASCII; empty for what is no address."""
    try:
        return normalised(address).rpartition("@")[2]
    except AddressError:
        return ""


def digest_of(address: str) -> str:
    """A keyed hash (HMAC-SHA-256, RFC 2104, in hex) that stands for an address without telling it.

    Addresses that differ in letter case alone have the same: hardly any server tells them apart, and one that asked not
    to be written to must not be written to under another spelling. The key is a row of the database, so that digests
    outlive a new ``SECRET_KEY`` and move with the data. Raises ``AddressError`` as ``normalised`` does.
    """
    return _hashed(_key(), address)


def digests_of(addresses: Iterable[str]) -> dict[str, str]:
    """The digest of each address, by the address as it was given; what is no address is left out."""
    key = _key()
    found: dict[str, str] = {}
    for address in addresses:
        try:
            found[address] = _hashed(key, address)
        except AddressError:
            continue
    return found


def signature(purpose: str, text: str) -> str:
    """A keyed hash (in hex) of a text for one purpose, with the key of the digests and apart from them."""
    return hmac.new(_key(), f"{purpose}\0{text}".encode(), sha256).hexdigest()


def _hashed(key: bytes, address: str) -> str:
    return hmac.new(key, normalised(address).lower().encode(), sha256).hexdigest()


def _key() -> bytes:
    """The key, made on first use; of two that make it at once, one's stands."""
    row = AddressKey.objects.filter(pk=THE_ROW).first()
    if row is None:
        made = AddressKey(pk=THE_ROW, secret=secrets.token_hex(32), made_at=timezone.now())
        AddressKey.objects.bulk_create([made], ignore_conflicts=True)
        row = AddressKey.objects.get(pk=THE_ROW)
    return row.secret.encode()


def _ascii(domain: str) -> str:
    try:
        written = idna.encode(domain.rstrip("."), uts46=True).decode().lower()
    except idna.IDNAError as error:
        raise AddressError(f"{domain} is not a domain that mail can be sent to") from error
    if "." not in written and written != "localhost":
        raise AddressError(f"{domain} is not a domain that mail can be sent to")
    return written
