"""Votes in templates: the figure that is also the button, and what a card is to its reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Paper
from broadsheet.community.votes import are_addresses_confirmed
from broadsheet.web.mine import Mine, mine
from broadsheet.web.voting.figures import figures
from broadsheet.web.voting.words import dismissal_words, label, note, votes_words

register = template.Library()
_NOTHING = SafeString("")


@register.simple_tag(takes_context=True)
def vote_figure(context: RequestContext, paper: Paper) -> SafeString:
    """The number of votes beside a title: for a member the button that votes, for others a figure."""
    mine_here = _mine(context).about([paper])
    count = paper.votes_count
    told = votes_words(count)
    if mine_here.account is None or paper.pk in mine_here.own:
        if not count:
            return _NOTHING
        if mine_here.account is not None:
            return format_html('<span title="{}">{}</span>', told, localize(count))
        where = f"{reverse('web:vote')}?for={paper.name}"
        return format_html('<a class="vote" href="{}" rel="nofollow" title="{}">{}</a>', where, told, localize(count))
    return _button(mine_here, paper, localize(count) if count else "")


@register.simple_tag(takes_context=True)
def vote_words(context: RequestContext, paper: Paper) -> SafeString:
    """The number of votes with the word, as a line of facts has it; for a member the button that votes."""
    mine_here = _mine(context).about([paper])
    told = votes_words(paper.votes_count)
    if mine_here.account is not None and paper.pk not in mine_here.own:
        return _button(mine_here, paper, told if paper.votes_count else _("vote"))
    return format_html("{}", told) if paper.votes_count else _NOTHING


@register.simple_tag(takes_context=True)
def of_reader(context: RequestContext, paper: Paper) -> SafeString:
    """Attributes of a card for a member: a name to come back to, and whether the paper is folded away."""
    mine_here = _mine(context)
    if mine_here.account is None:
        return _NOTHING
    folded = mark_safe(" data-dismissed") if paper.pk in mine_here.about([paper]).dismissed else _NOTHING
    return format_html(' id="p-{}"{}', paper.key, folded)


@register.simple_tag(takes_context=True)
def dismissal(context: RequestContext, paper: Paper) -> SafeString:
    """A member's button to fold a paper away, or to undo that."""
    mine_here = _mine(context)
    if mine_here.account is None:
        return _NOTHING
    is_dismissed = paper.pk in mine_here.about([paper]).dismissed
    return format_html(
        '<button form="voting" class="plain dismiss" formaction="{}" name="{}" value="{}">{}</button>',
        reverse("web:dismiss"),
        "undismiss" if is_dismissed else "dismiss",
        paper.name,
        dismissal_words(is_dismissed),
    )


@register.inclusion_tag("web/voting/form.html", takes_context=True)
def voting_form(context: RequestContext) -> Mapping[str, Any]:
    """The one form that all buttons of a page belong to; nothing for somebody who is not signed in."""
    request = context.get("request")
    return {
        "request": request,
        "is_shown": _mine(context).account is not None,
        "csrf_token": context.get("csrf_token"),
        "version": context.get("version"),
    }


@register.inclusion_tag("web/voting/line.html", takes_context=True)
def vote_line(context: RequestContext, paper: Paper) -> Mapping[str, Any]:
    """Votes on a paper's own page: the button, why a vote does not count yet, and who voted."""
    mine_here = _mine(context).about([paper])
    account, count = mine_here.account, paper.votes_count
    state = mine_here.state_of(paper.pk)
    is_own = paper.pk in mine_here.own
    return {
        "paper": paper,
        "button": vote_words(context, paper) if account is not None and not is_own else "",
        "is_anonymous": account is None,
        "is_own": is_own,
        "count": count,
        "note": note(account, state) if account is not None else "",
        "are_voters_shown": bool(paper.votes_here_count)
        and (settings.VOTERS == "everybody" or (settings.VOTERS == "members" and account is not None)),
    }


@register.inclusion_tag("web/voting/rules.html")
def house_rules() -> Mapping[str, Any]:
    """The rules of votes, comments and limits, with the figures that the code goes by."""
    return {
        "figures": figures(),
        "voters": settings.VOTERS,
        "is_single": settings.MODE == "single",
        "is_confirmed": are_addresses_confirmed(),
    }


def _mine(context: RequestContext) -> Mine:
    request = context.get("request")
    return mine(request) if isinstance(request, HttpRequest) else Mine(None)


def _button(mine_here: Mine, paper: Paper, told: str) -> SafeString:
    state = mine_here.state_of(paper.pk)
    why = note(mine_here.account, state) if mine_here.account is not None and state else ""
    spoken = label(paper, is_mine=bool(state))
    return format_html(
        '<button form="voting" class="plain vote" name="{}" value="{}" aria-pressed="{}" aria-label="{}" title="{}">'
        '<span class="count">{}</span>{}</button>',
        "unvote" if state else "vote",
        paper.name,
        "true" if state else "false",
        spoken,
        why or spoken,
        told,
        format_html(' <span class="waits">{}</span>', _("waits")) if why else "",
    )
