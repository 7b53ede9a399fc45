"""System checks that refuse an unsafe setting of a public instance, each with a hint.

An instance counts as public when it answers under a name that is not a loopback name.
"""

from __future__ import annotations

import ipaddress
import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from broadsheet.catalogue.chosen_sources import named
from broadsheet.catalogue.outside import door
from broadsheet.search.engines.qdrant import AddressError, parse
from broadsheet.sources.record import SourceError

SHORTEST_KEY = 50
# The write-ahead log of older versions can corrupt a database that several processes write (fixed in 3.51.3, with
# fixes carried back to 3.50.7 and 3.44.6).
FIRST_SOUND_SQLITE = (3, 51, 3)
SOUND_SQLITE_BRANCHES = ((3, 50, 7), (3, 44, 6))


def is_loopback(host: str) -> bool:
    """Whether a host name can only be reached from the machine itself."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost") or name == "testserver":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_public() -> bool:
    """Whether the instance answers under any name that others may reach."""
    return any(not is_loopback(host) for host in settings.ALLOWED_HOSTS)


@register(Tags.compatibility)
def check_search_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an address of a search cluster that is not one."""
    try:
        if settings.SEARCH_URL:
            parse(settings.SEARCH_URL)
    except AddressError as error:
        return [Error(str(error), hint="Correct BROADSHEET_SEARCH_URL, or leave it empty.", id="broadsheet.E005")]
    return []


@register(Tags.compatibility)
def check_collecting(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse sources that there are not, and addresses that could never be fetched."""
    found: list[CheckMessage] = []
    for word in settings.SOURCES:
        try:
            named(word)
        except SourceError as error:
            found.append(
                Error(f"BROADSHEET_SOURCES: {error}", hint="docs/sources.md names them.", id="broadsheet.E006")
            )
    try:
        door()
    except ImproperlyConfigured as error:
        found.append(
            Error(str(error), hint="Give hosts, addresses or networks such as 10.0.0.0/8.", id="broadsheet.E007")
        )
    if settings.ALERT_URL and urlsplit(settings.ALERT_URL).scheme not in ("http", "https"):
        # Without the value: what is in such an address is often a secret.
        found.append(
            Error(
                "BROADSHEET_ALERT_URL is not the address of a site.",
                hint="It starts with https:// or http://.",
                id="broadsheet.E008",
            )
        )
    if settings.WEBSUB and urlsplit(settings.WEBSUB).scheme not in ("http", "https"):
        found.append(
            Error(
                f"BROADSHEET_WEBSUB={settings.WEBSUB!r} is not the address of a hub.",
                hint="It starts with https:// or http://.",
                id="broadsheet.E009",
            )
        )
    return found


@register(Tags.security)
def check_public_instance(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what is harmless on a private machine and dangerous on a public one."""
    if not is_public():
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error(
                "BROADSHEET_DEBUG is on while the instance is public.",
                hint="Tracebacks show secrets to strangers: unset BROADSHEET_DEBUG.",
                id="broadsheet.E001",
            )
        )
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        found.append(
            Error(
                f"BROADSHEET_SECRET_KEY has fewer than {SHORTEST_KEY} characters.",
                hint="Unset it, and a good one is made and kept in the home folder.",
                id="broadsheet.E002",
            )
        )
    if urlsplit(settings.BASE_URL).scheme != "https":
        found.append(
            Error(
                "BROADSHEET_BASE_URL does not start with https:// while the instance is public.",
                hint="Put a TLS proxy in front and give its address, e.g. https://papers.example.org.",
                id="broadsheet.E003",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "BROADSHEET_ALLOWED_HOSTS accepts any host name.",
                hint="Name the hosts: a forged Host header would otherwise end up in links and mails.",
                id="broadsheet.E004",
            )
        )
    return found


@register(Tags.security)
def check_accounts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of settings of a public instance with which signing up and in is less safe than it looks."""
    if not is_public():
        return []
    found: list[CheckMessage] = []
    if settings.MODE in ("open", "approval") and not settings.SENDS_MAIL:
        found.append(
            checks.Warning(
                "People may sign up, and no address is confirmed as there is no mail server.",
                hint="Set BROADSHEET_EMAIL_URL, or BROADSHEET_MODE=invite.",
                id="broadsheet.W002",
            )
        )
    if settings.IS_HTTPS and not settings.PROXIES:
        found.append(
            checks.Warning(
                "Readers come through a TLS proxy that BROADSHEET_PROXIES does not count.",
                hint="Set BROADSHEET_PROXIES=1: all readers share one address and its limits otherwise.",
                id="broadsheet.W003",
            )
        )
    return found


@register(Tags.database)
def check_sqlite_version(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where the SQLite library is too old to be written by several processes."""
    version = sqlite3.sqlite_version_info
    is_sound = version >= FIRST_SOUND_SQLITE or any(
        version[:2] == branch[:2] and version >= branch for branch in SOUND_SQLITE_BRANCHES
    )
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"] or is_sound:
        return []
    return [
        checks.Warning(
            f"SQLite {sqlite3.sqlite_version} has a rare fault when several processes write.",
            hint="Install the package pysqlite3 (0.6.1 or newer) where it exists, or use PostgreSQL.",
            id="broadsheet.W001",
        )
    ]
