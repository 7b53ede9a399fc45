"""Names of authors as links, and the button that follows something."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.template import Context

from broadsheet.catalogue.models import Authorship, Category, Paper
from broadsheet.community import follows
from broadsheet.community.access import is_member, may_act
from broadsheet.search.query import PaperQuery

register = template.Library()

# Beside more names than these the words would drown them; one link behind the last says it then.
NAMES_WITH_CLAIMS = 12


@register.inclusion_tag("web/authors/names.html", takes_context=True)
def author_names(context: Context, paper: Paper, authorships: list[Authorship]) -> dict[str, Any]:
    """The printed names as links to their pages; who is signed in may say which of them is their own."""
    person = context["request"].user
    may_claim = may_act(person) and not any(one.account_id == person.pk for one in authorships)
    return {
        "paper": paper,
        "authorships": authorships,
        "may_claim": may_claim and any(one.account_id is None for one in authorships),
        "offers_claims": may_claim and len(authorships) <= NAMES_WITH_CLAIMS,
    }


@register.inclusion_tag("web/authors/follow.html", takes_context=True)
def follow_button(context: Context, kind: follows.Kind, name: str, label: str) -> dict[str, Any]:
    """A button that follows a person, an organisation, a category or an author, or lets it go."""
    return _button(context["request"], follows.Target(kind, name), label)


@register.inclusion_tag("web/authors/follow.html", takes_context=True)
def follow_of(context: Context, query: PaperQuery) -> dict[str, Any]:
    """The same for what a list is narrowed to, where that is one category, organisation or author and nothing else."""
    target = _only(query)
    if target is None:
        return {"is_shown": False}
    return _button(context["request"], target, target.name)


def _button(request: HttpRequest, target: follows.Target, label: str) -> dict[str, Any]:
    account, back = request.user, request.get_full_path()
    is_shown = target.kind != "person" or not is_member(account) or account.username != target.name
    return {
        "is_shown": is_shown,
        "account": account if is_member(account) else None,
        "kind": target.kind,
        "name": target.name,
        "label": label,
        "next": back,
        "is_followed": is_member(account) and is_shown and follows.is_followed(account, target),
        "sign_in_url": redirect_to_login(back).url,
    }


def _only(query: PaperQuery) -> follows.Target | None:
    pairs = [(name, value) for name, value in query.params() if name != "sort"]
    if len(pairs) != 1:
        return None
    (name, value) = pairs[0]
    if name == "cat":
        is_there = "*" not in value and Category.objects.filter(code=value).exists()
        return follows.Target("category", value) if is_there else None
    kinds: dict[str, follows.Kind] = {"org": "organisation", "author": "author"}
    return follows.Target(kinds[name], value) if name in kinds else None
