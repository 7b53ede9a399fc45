"""The reader's place in the masthead, and what pages of signing in say of the ways there are."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.http import HttpRequest

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


@register.simple_tag
def mode() -> str:
    """Who may have an account here."""
    return str(settings.MODE)
