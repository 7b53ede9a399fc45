"""How templates show what people wrote and the talk about a paper."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import safe_url
from broadsheet.community.access import may_act
from broadsheet.community.comments import may_comment
from broadsheet.community.models import Account, Group
from broadsheet.community.rules import LONGEST_COMMENT, REACTIONS
from broadsheet.community.talk_text import PROFILE, Known, html_of, plain_of
from broadsheet.community.threads import thread_of

register = template.Library()

DEEPEST_INDENT = 4
# What each sign is called for those who hear pages.
NAMES = {
    "🔥": _("fire"),
    "🚀": _("rocket"),
    "👀": _("eyes"),
    "❤️": _("heart"),
    "🤗": _("hug"),
    "😎": _("cool"),
    "➕": _("plus"),
    "🧠": _("brain"),
    "👍": _("thumbs up"),
    "🤝": _("handshake"),
    "😔": _("sad"),
    "🤯": _("mind blown"),
}

register.filter("as_plain_words", plain_of)


@register.filter
def said(text: str) -> SafeString:
    """A person's text as safe HTML, by itself: whom it names is looked up for it alone."""
    return html_of(text)


@register.simple_tag
def said_among(text: str, known: Known) -> SafeString:
    """A person's text as safe HTML, with what was looked up for all texts of the page."""
    return html_of(text, known)


@register.filter
def outward(url: str) -> str:
    """An address that a person gave, if it may be linked, else ''. Forms refuse others; an imported file may not."""
    return safe_url(str(url))


@register.filter
def indent(depth: int) -> int:
    """How far an answer stands to the right; those deeper say whom they answer."""
    return min(depth, DEEPEST_INDENT)


@register.filter
def sign_name(sign: str) -> str:
    """What a sign is called."""
    return str(NAMES.get(sign, sign))


@register.simple_tag
def all_signs() -> list[tuple[str, str]]:
    """Every sign with its name."""
    return [(sign, sign_name(sign)) for sign in REACTIONS]


@register.filter
def profile(account: Account | None) -> str:
    """The address of a person's page, '' for somebody who has none."""
    try:
        return reverse(PROFILE, args=[account.username]) if account is not None else ""
    except NoReverseMatch:
        return ""


@register.inclusion_tag("web/talk/head.html", takes_context=True)
def talk_head(context: RequestContext) -> dict[str, Any]:
    """The style and the script of comments, for the head of a page that shows some."""
    return {"version": context["version"]}


@register.inclusion_tag("web/talk/talk.html", takes_context=True)
def talk_of(context: RequestContext, paper: Paper, group: Group | None = None) -> dict[str, Any]:
    """Everything that is said of a paper, in public or in a group, with the form below it."""
    request = context["request"]
    given = request.GET.get("c", "")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    thread = thread_of(paper, request.user, group, number=number)
    told: dict[str, Any] = {
        "paper": paper,
        "group": group,
        "thread": thread,
        "known": thread.known,
        "may_comment": may_comment(request.user, paper, group),
        "may_react": may_act(request.user) and not paper.is_locked,
        "may_moderate": thread.is_moderated_by_reader,
        "most": LONGEST_COMMENT,
        "numbers": range(1, thread.pages + 1),
    }
    return {str(name): value for name, value in context.flatten().items()} | told
