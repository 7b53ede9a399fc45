"""The reader's place in the masthead, and what pages of signing in say of the ways there are."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from broadsheet.community.accounts.provider_adapter import has_providers as are_there_providers
from broadsheet.community.people import may_sign_up

register = template.Library()


@register.filter
def is_sign_up_open(request: HttpRequest) -> bool:
    """Whether the reader may make an account now."""
    return may_sign_up(request)


@register.filter
def has_providers(request: HttpRequest) -> bool:
    """Whether the settings name anybody by whom people can sign in."""
    return are_there_providers()


@register.simple_tag(takes_context=True)
def ways_to_sign_in(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages on which somebody chooses how to sign in, as ``url``, ``label`` and ``is_here``."""
    path = context["request"].path
    found = [
        ("account_change_password", _("Password")),
        ("mfa_index", _("Passkeys and second step")),
        ("account_email", _("Addresses")),
        ("usersessions_list", _("Sessions")),
    ]
    if are_there_providers():
        found.insert(2, ("socialaccount_connections", _("Accounts elsewhere")))
    return [
        {"url": (url := reverse(name)), "label": label, "is_here": path == url or _is_below(path, url)}
        for name, label in found
    ]


@register.simple_tag
def mode() -> str:
    """Who may have an account here."""
    return str(settings.MODE)


def _is_below(path: str, url: str) -> bool:
    return url == reverse("mfa_index") and path.startswith(url)
