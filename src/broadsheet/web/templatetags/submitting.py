"""Slots of submissions on other pages."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from broadsheet.community.access import is_curator, is_member
from broadsheet.community.models import Account
from broadsheet.community.submission_rules import in_words
from broadsheet.community.submissions import waiting

register = template.Library()


@register.inclusion_tag("web/submitting/link.html", takes_context=True)
def submit_link(context: dict[str, Any]) -> dict[str, Any]:
    """A link to the form, for people who may bring papers; asks nothing of the database."""
    user = context.get("user")
    is_shown = user is not None and is_member(user) and settings.SUBMITTERS != "nobody"
    if is_shown and settings.SUBMITTERS == "curators":
        is_shown = is_curator(cast("Account", user))
    return {"is_shown": is_shown, "section": context.get("section", "")}


@register.simple_tag(takes_context=True)
def queue_link(context: dict[str, Any]) -> str:
    """A link to the curators' queue with how many wait, for curators of an instance that looks at submissions first."""
    if not settings.SUBMIT_APPROVAL or not is_curator(context["user"]):
        return ""
    words = _("Queue (%(n)d)") % {"n": waiting().order_by().count()}
    return format_html('<a href="{}">{}</a> ', reverse("web:submission_queue"), words)


@register.inclusion_tag("web/submitting/rules.html")
def submission_rules() -> dict[str, Any]:
    """Who may bring which papers when, for everybody."""
    return {"rules": in_words()}
