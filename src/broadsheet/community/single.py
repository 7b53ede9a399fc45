"""The one person of an instance of mode ``single``, who needs not sign in on the machine itself."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from broadsheet.community import audit
from broadsheet.community.access import is_admin
from broadsheet.community.models import Account

OWNER = "owner"
_FORWARDED = ("x-forwarded", "x-real-ip", "forwarded", "via", "cf-connecting-ip", "true-client-ip")
"""How headers begin that proxies add (RFC 7239; RFC 9110, 7.6.3): the request began on another machine."""


def owner() -> Account | None:
    """Whose the instance is: its first admin; made where nobody has been here yet.

    However many requests ask at once, there is one. Raises nothing: None where the name is somebody's who is no admin.
    """
    found = Account.objects.filter(role=Account.Role.ADMIN, is_active=True, is_waiting=False).order_by("pk").first()
    return found or _made()


def is_at_home(request: HttpRequest) -> bool:
    """Whether a request is the owner's, by where it comes from alone.

    That is: mode ``single``; a connection from this machine, which no proxy handed on; a host that names this machine,
    so that a name that others let point here (DNS rebinding) does not count; and of a browser, only what our own pages
    ask for or the reader opens, never what another site's page sends or embeds (W3C Fetch Metadata). Where the
    instance's own address names another machine, somebody else may well be in front of it.
    """
    if settings.MODE != "single" or settings.PROXIES or not _names_loopback(urlsplit(settings.BASE_URL).netloc):
        return False
    if _is_handed_on(request):
        return False
    if not _is_loopback(request.META.get("REMOTE_ADDR", "")) or not _names_loopback(request.META.get("HTTP_HOST", "")):
        return False
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return _is_own_origin(request)
    is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method in ("GET", "HEAD")
    return is_opened and request.headers.get("Sec-Fetch-Dest") == "document"


def _made() -> Account | None:
    with transaction.atomic():
        account = Account(username=OWNER, role=Account.Role.ADMIN, is_staff=True, is_superuser=True)
        account.set_unusable_password()
        # Of several that come first only one makes the row; the others find it.
        Account.objects.bulk_create([account], ignore_conflicts=True)
        held = Account.objects.select_for_update().filter(username=OWNER).first()
        if held is None or not is_admin(held):
            return None
        if not held.deeds.filter(verb="account.owner").exists():
            audit.note("account.owner", actor=held, subject_kind="account", subject=str(held.pk))
        return held


def _is_handed_on(request: HttpRequest) -> bool:
    """Whether a proxy sent a request, which tells so by a header or, as nginx's default has it, speaks HTTP/1.0."""
    is_old = request.META.get("SERVER_PROTOCOL", "") in ("HTTP/1.0", "HTTP/0.9")
    return is_old or any(name.lower().startswith(_FORWARDED) for name in request.headers)


def _is_own_origin(request: HttpRequest) -> bool:
    """Whether the page that sent a request, where a browser tells it, is one of this very host and port."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.META.get('HTTP_HOST', '')}"


def _is_loopback(address: str) -> bool:
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = told.ipv4_mapped if isinstance(told, ipaddress.IPv6Address) else None
    return (mapped or told).is_loopback


def _names_loopback(host: str) -> bool:
    """Whether a Host header names this machine: ``localhost`` or an address of it, with or without a port."""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
        port = port.removeprefix(":")
    else:
        name, _, port = host.partition(":")
    if port and not port.isdecimal():
        return False
    return name.lower() == "localhost" or _is_loopback(name)
