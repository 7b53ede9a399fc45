"""Pages of comments that are only read: the newest of all papers, the way to one, and what one said before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Authorship
from broadsheet.community import threads
from broadsheet.community.access import Person, is_member
from broadsheet.community.comments import GONE, may_moderate
from broadsheet.community.models import Account, Comment
from broadsheet.search.query import QueryError
from broadsheet.web import errors
from broadsheet.web.access import private
from broadsheet.web.lists import Paging, page_number
from broadsheet.web.talk.finding import address_of, comment_for

COMMENTS_ON_A_PAGE = 50


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The newest comments of all papers; ``person`` narrows them to one person's."""
    try:
        number = page_number(request)
    except QueryError as error:
        return errors.refused_query(request, str(error))
    name = request.GET.get("person", "")
    account = Account.objects.filter(username=name, is_active=True).first() if name else None
    if name and account is None:
        return errors.not_found(request, Exception())
    said = threads.newest(account)
    count = max(1, -(-said.count() // COMMENTS_ON_A_PAGE))
    if number > count:
        return errors.refused_query(request, _("There is no such page of comments."))
    paging = Paging(number=number, count=count, size=COMMENTS_ON_A_PAGE)
    part = list(said[paging.offset : paging.offset + COMMENTS_ON_A_PAGE])
    listed, known = threads.with_signs(part, request.user, _authors(part))
    context: dict[str, Any] = {
        "heading": _("Comments by %(name)s") % {"name": account.shown_name} if account else _("Newest comments"),
        "person": account,
        "listed": listed,
        "known": known,
        "paging": paging,
        "params": [("person", name)] if name else [],
        "upto": [],
        "followed_comments": f"?person={account.username}" if account else "",
    }
    response = render(request, "web/talk/newest.html", context)
    return private(response) if is_member(request.user) else response


@require_safe
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """The lasting address of a comment; leads to its place in its thread."""
    return _as_it_is_for(request.user, redirect(address_of(comment_for(request.user, key), request.user)))


@require_safe
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Everything that a comment has said, the newest first; of a deleted one nothing is left."""
    found = comment_for(request.user, key)
    if found.state in GONE:
        return errors.not_found(request, Exception())
    edits = list(found.edits.order_by("-edited_at", "-pk"))
    # What stood there from one edit to the next was written at the one before.
    moments = [edit.edited_at for edit in edits]
    texts = [found.text, *(edit.text for edit in edits)]
    context = {
        "heading": _("What a comment said"),
        "comment": found,
        "versions": list(zip([*moments, found.written_at], texts, strict=True)),
        "may_moderate": may_moderate(request.user, found),
    }
    return _as_it_is_for(request.user, render(request, "web/talk/history.html", context))


def _as_it_is_for(person: Person, response: HttpResponse) -> HttpResponse:
    """What depends on who reads is not kept for others."""
    return private(response) if is_member(person) else response


def _authors(comments: list[Comment]) -> set[tuple[int, int]]:
    """Which of those who wrote some comments are authors of the papers: (paper, account) row ids; one query."""
    rows = Authorship.objects.filter(
        paper__in={one.paper_id for one in comments}, account__in={one.account_id for one in comments if one.account_id}
    )
    return {(paper, account) for paper, account in rows.values_list("paper_id", "account_id") if account is not None}
