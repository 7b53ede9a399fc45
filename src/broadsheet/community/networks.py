"""Where a request comes from: an address, and the network that neighbouring addresses have in common."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address of the reader's machine; empty where there is none (a socket of the same machine).

    Each proxy adds the address that it saw to the end of ``X-Forwarded-For``. So with ``BROADSHEET_PROXIES`` proxies in
    front only that many entries from the right are theirs; whatever stands left of them was written by the reader and
    is not believed. With no proxy the header counts for nothing.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        seen = told[-settings.PROXIES] if len(told) >= settings.PROXIES else seen
    try:
        return str(ipaddress.ip_address(seen))
    except ValueError:
        return ""


def network_of(address: str) -> str:
    """The network that an address belongs to: /24 of IPv4, /48 of IPv6; empty for what is no address."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((told, 24 if told.version == 4 else 48), strict=False))
