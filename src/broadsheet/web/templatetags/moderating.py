"""What moderators and curators find, and what they leave, on everybody's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import is_curator, is_moderator, is_suspended, may_act
from broadsheet.community.models import Account
from broadsheet.community.suspensions import reason_of

register = template.Library()


@register.inclusion_tag("web/moderation/paper.html", takes_context=True)
def curation_of(context: RequestContext, paper: Paper) -> dict[str, Any]:
    """On a paper's page: that it is hidden or locked, and for whoever may, where to report, pin and change it."""
    person = context.request.user if context.request else None
    return {
        "paper": paper,
        "may_report": person is not None and may_act(person),
        "may_moderate": person is not None and is_moderator(person),
        "may_curate": person is not None and is_curator(person),
    }


@register.inclusion_tag("web/moderation/pinned.html")
def pinned(paper: Paper) -> dict[str, Any]:
    """On a card of a day's list: that the paper is pinned there, and with which words (``find.papers_in_order``)."""
    words = getattr(paper, "pinned_words", None)
    return {"is_pinned": words is not None, "words": words}


@register.simple_tag(takes_context=True)
def moderation_link(context: RequestContext) -> SafeString | str:
    """At the foot of every page, for moderators: the way to their queue."""
    person = context.request.user if context.request else None
    if person is None or not is_moderator(person):
        return ""
    return format_html(' · <a href="{}">{}</a>', reverse("web:moderation"), _("Moderation"))


@register.inclusion_tag("web/moderation/suspended.html", takes_context=True)
def suspension(context: RequestContext) -> dict[str, Any]:
    """Above every page of somebody who is suspended: until when, and why."""
    person = context.request.user if context.request else None
    if not isinstance(person, Account) or not is_suspended(person):
        return {"is_suspended": False}
    return {"is_suspended": True, "until": person.suspended_until, "why": reason_of(person)}
