"""The line below a card that says why its paper is recommended."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from broadsheet.catalogue.models import Paper

register = template.Library()


@register.simple_tag(takes_context=True)
def because(context: RequestContext, paper: Paper) -> SafeString:
    """Why a paper is in a list of recommendations; nothing in other lists."""
    why = (context.get("because") or {}).get(paper.pk)
    return format_html('<p class="because">{}</p>', why) if why else SafeString("")
