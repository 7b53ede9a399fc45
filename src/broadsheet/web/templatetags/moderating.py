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
from broadsheet.community.curation import pins_of
from broadsheet.community.models import Account
from broadsheet.community.suspensions import reason_of
from broadsheet.search.query import PaperQuery

register = template.Library()
_PINS = "pins of the day"


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


@register.inclusion_tag("web/moderation/pinned.html", takes_context=True)
def pinned(context: RequestContext, paper: Paper) -> dict[str, Any]:
    """On a card of a day's list: that the paper is pinned there, and with which words; one question for all cards."""
    query = context.get("query")
    on = query.own_day if isinstance(query, PaperQuery) else None
    if on is None:
        return {"is_pinned": False}
    # Not in the template's own context: each card has one of its own.
    kept = vars(context.request)
    if _PINS not in kept:
        kept[_PINS] = {pin.paper_id: pin.words for pin in pins_of(on)}
    words = kept[_PINS].get(paper.pk)
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
