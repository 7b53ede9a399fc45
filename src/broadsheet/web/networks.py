"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from broadsheet.community.networks import network_of

__all__ = ["address_of", "network_of"]


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
