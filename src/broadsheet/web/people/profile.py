"""A person's page: what it says of itself, and what it did here as far as it is for others to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.community import profiles
from broadsheet.community.access import Person, is_member, is_suspended
from broadsheet.community.models import Account
from broadsheet.search.query import QueryError
from broadsheet.web.access import private
from broadsheet.web.lists import page_number

ON_PAGE, ON_PROFILE = 30, 5

Lister = Callable[[Account, Person], "QuerySet[Any] | None"]
SECTIONS: dict[str, Lister] = {
    "papers": lambda account, reader: profiles.papers_shown(account),
    "submissions": lambda account, reader: profiles.submissions_shown(account),
    "votes": profiles.votes_shown,
    "comments": profiles.comments_shown,
    "collections": profiles.collections_shown,
}


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """The page of one person, with the newest of each kind."""
    account = _account(request, username)
    if account.username != username:
        return redirect("web:person", account.username, permanent=False)
    sections = []
    for name, rows in _sections(account, request.user):
        newest = list(rows[: ON_PROFILE + 1])
        if newest:
            sections.append((name, _titles()[name], newest[:ON_PROFILE], len(newest) > ON_PROFILE))
    told = {"heading": account.shown_name, "person": account, "sections": sections} | _standing(account, request.user)
    return _kept(request, render(request, "web/people/person.html", told))


@require_safe
def section(request: HttpRequest, username: str, name: str) -> HttpResponse:
    """All of one kind, in pages."""
    account = _account(request, username)
    rows = dict(_sections(account, request.user)).get(name)
    if rows is None:
        raise Http404
    try:
        page = Paginator(rows, ON_PAGE).get_page(page_number(request))
    except QueryError as error:
        raise Http404 from error
    told = {"heading": _titles()[name], "person": account, "name": name, "page": page}
    return _kept(request, render(request, "web/people/section.html", told))


def _account(request: HttpRequest, username: str) -> Account:
    account = profiles.person_named(username, request.user)
    if account is None:
        raise Http404
    return account


def _sections(account: Account, reader: Person) -> list[tuple[str, QuerySet[Any]]]:
    listed = ((name, rows(account, reader)) for name, rows in SECTIONS.items())
    return [(name, found) for name, found in listed if found is not None]


def _standing(account: Account, reader: Person) -> dict[str, object]:
    return {"is_self": account == reader, "is_suspended": is_suspended(account)}


def _titles() -> dict[str, str]:
    return {
        "papers": _("Papers"),
        "submissions": _("Submitted"),
        "votes": _("Voted for"),
        "comments": _("Said"),
        "collections": _("Collections"),
    }


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What members see is not for caches between them and us."""
    return private(response) if is_member(request.user) else response
