"""What moderators and curators find on everybody's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import is_curator, is_moderator

register = template.Library()


@register.inclusion_tag("web/moderation/paper.html", takes_context=True)
def curation_of(context: RequestContext, paper: Paper) -> dict[str, Any]:
    """On a paper's page: that it is hidden or locked, and for whoever may, the forms to change that and to pin it."""
    person = context.request.user if context.request else None
    may_moderate = person is not None and is_moderator(person)
    return {
        "paper": paper,
        "may_moderate": may_moderate,
        "may_curate": person is not None and is_curator(person),
    }
