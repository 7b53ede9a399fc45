"""A person's library in templates: the buttons that keep a paper, on cards and on its own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from broadsheet.catalogue.models import Paper
from broadsheet.community.library import shelved
from broadsheet.community.talk_text import html_of
from broadsheet.web.library.words import button_words, saving_words, spoken
from broadsheet.web.mine import Mine, mine

register = template.Library()


@register.simple_tag(takes_context=True)
def save_button(context: RequestContext, paper: Paper) -> SafeString:
    """A member's button to save a paper for later, or to take it from what is saved."""
    here = _mine(context)
    if here.account is None:
        return SafeString("")
    is_saved = paper.pk in here.about([paper]).saved
    words = saving_words(is_saved)
    return format_html(
        '<button form="shelving" class="plain saving" name="{}" value="{}" aria-pressed="{}" aria-label="{}">'
        "{}</button>",
        "unsave" if is_saved else "save",
        paper.name,
        "true" if is_saved else "false",
        spoken(paper, words),
        words,
    )


@register.inclusion_tag("web/library/buttons.html", takes_context=True)
def shelf_of(context: RequestContext, paper: Paper) -> Mapping[str, Any]:
    """On a paper's page: whether it is saved and read, and one's note."""
    account = _mine(context).account
    row = shelved(account, paper) if account is not None else None
    return {
        "account": account,
        "paper": paper,
        "is_seen": row is not None and row.seen_at is not None,
        "note": html_of(row.note) if row is not None and row.note else "",
        **button_words(row),
    }


@register.inclusion_tag("web/library/form.html", takes_context=True)
def shelving_form(context: RequestContext) -> Mapping[str, Any]:
    """The one form that all these buttons of a page belong to; nothing for somebody who is not signed in."""
    return {
        "request": context.get("request"),
        "is_shown": _mine(context).account is not None,
        "csrf_token": context.get("csrf_token"),
        "version": context.get("version"),
    }


def _mine(context: RequestContext) -> Mine:
    request = context.get("request")
    return mine(request) if isinstance(request, HttpRequest) else Mine(None)
