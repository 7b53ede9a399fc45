"""Comments by the API: what everybody reads, and what a person, or a program with a person's token, writes.

``GET`` and ``POST /api/v1/papers/NAME/comments``, ``GET /api/v1/comments``, ``GET``, ``PATCH`` and ``DELETE
/api/v1/comments/KEY``, its ``/history`` and ``/reactions``. Lists go on with the address in ``next``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.api.access import account_of, needs_scope, refused
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import Person, RefusedError, groups_of, is_member
from broadsheet.community.comments import GONE, delete_comment, edit_comment, may_delete, may_see, write_comment
from broadsheet.community.models import Account, Comment, Group
from broadsheet.community.reactions import react
from broadsheet.community.talk_text import Known, html_of
from broadsheet.community.threads import Said, newest, thread_of, with_signs

MOST_COMMENTS = 100
USUAL_COMMENTS = 50
LATEST = datetime(1970, 1, 1, tzinfo=UTC)


class AskedError(Exception):
    """A request that cannot be understood; the text says why (400)."""


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _kept_by_nobody(view: View[P]) -> View[P]:
    """What somebody who is signed in reads differs from what others do, and is in no cache (RFC 9111, 5.2.2.5)."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        if is_member(request.user):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return cast("View[P]", answer)


@require_http_methods(["GET", "HEAD", "POST"])
@_kept_by_nobody
def of_paper(request: HttpRequest, name: str) -> HttpResponse:
    """The comments of a paper in the order of reading (GET), with how deep each stands; or one more (POST).

    GET takes ``limit``, ``cursor`` and ``group`` (a name; for its people); POST takes ``text``, and a key in ``parent``
    and a name in ``group`` where they are meant.
    """
    paper = paper_of(name)
    if paper is None:
        return refused(f"No paper is known as {name!r}.", 404)
    return _write(request, paper) if request.method == "POST" else _thread(request, paper)


@require_safe
@_kept_by_nobody
def newest_comments(request: HttpRequest) -> HttpResponse:
    """The newest comments of all papers, of one ``person`` (a name) if that is given."""
    try:
        limit, before = _limit(request), _before(request.GET.get("cursor", ""))
    except AskedError as error:
        return refused(str(error), 400)
    account = None
    if name := request.GET.get("person", ""):
        account = Account.objects.filter(username=name, is_active=True).first()
        if account is None:
            return refused(f"Nobody is known as {name!r}.", 404)
    rows = newest(account)
    if before is not None:
        rows = rows.filter(Q(written_at__lt=before[0]) | Q(written_at=before[0], pk__lt=before[1]))
    found = list(rows[: limit + 1])
    part = found[:limit]
    listed, known = with_signs(part, request.user)
    cursor = f"{(part[-1].written_at - LATEST) // timedelta(microseconds=1)}-{part[-1].pk}" if part else ""
    more = [*([("person", name)] if name else []), ("cursor", cursor), ("limit", str(limit))]
    return JsonResponse(
        {
            "comments": [plain(one, known) for one in listed],
            "next": _address("api:comments", more) if len(found) > limit else None,
        }
    )


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@_kept_by_nobody
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One comment; PATCH says something else in it (``text``), DELETE takes it back."""
    comment = comment_of(request.user, key)
    if comment is None:
        return _unknown(key)
    if request.method == "PATCH":
        return _edit(request, comment)
    if request.method == "DELETE":
        return _delete(request, comment)
    return JsonResponse(told(comment, request.user))


@require_safe
@_kept_by_nobody
def history(request: HttpRequest, key: str) -> HttpResponse:
    """What a comment said before it was edited, the newest first."""
    comment = comment_of(request.user, key)
    if comment is None or comment.state in GONE:
        return _unknown(key)
    edits = comment.edits.order_by("-edited_at", "-pk")
    return JsonResponse(
        {
            "comment": told(comment, request.user),
            "before": [{"text": edit.text, "replaced_at": edit.edited_at.isoformat()} for edit in edits],
        }
    )


@require_POST
@needs_scope("write")
def reactions(request: HttpRequest, key: str) -> HttpResponse:
    """Set a sign (``sign``) under a comment, or take it away where it is set."""
    comment = comment_of(request.user, key)
    if comment is None:
        return _unknown(key)
    try:
        sign = text_in(body_of(request), "sign")
    except AskedError as error:
        return refused(str(error), 400)
    is_set = react(account_of(request), comment, sign)
    return JsonResponse({"is_set": is_set, "reactions": told(comment, request.user)["reactions"]})


def paper_of(name: str) -> Paper | None:
    """The paper of a name, if everybody may see it."""
    paper = paper_named(name)
    return paper if paper is not None and not paper.is_hidden else None


def comment_of(person: Person, key: str) -> Comment | None:
    """The comment of a key, if this reader may see it or its place."""
    rows = Comment.objects.select_related("account", "group", "paper", "parent")
    found = rows.filter(key=key, paper__is_hidden=False).first()
    return found if found is not None and may_see(person, found) else None


def told(comment: Comment, person: Person) -> dict[str, Any]:
    """A comment by itself as plain data."""
    authors = {(row.paper_id, row.account_id) for row in comment.paper.authorships.filter(account__isnull=False)}
    (said,), known = with_signs([comment], person, {(paper, who) for paper, who in authors if who is not None})
    return plain(said, known)


def plain(said: Said, known: Known) -> dict[str, Any]:
    """A comment as plain data; what is not there for this reader has neither words nor a name."""
    comment = said.comment
    is_open = said.is_open and comment.state not in GONE
    account = comment.account if is_open else None
    return {
        "key": comment.key,
        "url": settings.BASE_URL + reverse("web:comment", args=[comment.key]),
        "paper": comment.paper.name,
        "group": comment.group.slug if comment.group else None,
        "parent": comment.parent.key if comment.parent else None,
        "depth": said.depth,
        "state": comment.state,
        "person": {"name": account.username, "display_name": account.shown_name} if account else None,
        "is_author": said.is_author and is_open,
        "text": comment.text if is_open else None,
        "html": html_of(comment.text, known) if is_open else None,
        "written_at": comment.written_at.isoformat(),
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else None,
        "edits_count": comment.edits_count,
        "reactions": [{"sign": one.sign, "count": one.count, "is_mine": one.is_mine} for one in said.signs],
    }


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """The object that a request carries as JSON (RFC 8259).

    Raises ``AskedError`` for anything else.
    """
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise AskedError("The body is not JSON.") from error
    if not isinstance(given, dict):
        raise AskedError("The body is not a JSON object.")
    return given


def text_in(given: Mapping[str, Any], name: str, *, is_needed: bool = True) -> str:
    """A text in what was sent.

    Raises ``AskedError`` where it is missing or is no text.
    """
    value = given.get(name)
    if value is None and not is_needed:
        return ""
    if not isinstance(value, str):
        raise AskedError(f"{name!r} is missing or is not a text.")
    return value


def _thread(request: HttpRequest, paper: Paper) -> HttpResponse:
    try:
        limit, group = _limit(request), _group(request.user, request.GET.get("group", ""))
    except AskedError as error:
        return refused(str(error), 400)
    after = request.GET.get("cursor", "")
    if after and not Comment.objects.filter(key=after, paper=paper, group=group).exists():
        return refused(f"cursor={after!r}: not one of this list, or not there any more", 400)
    thread = thread_of(paper, request.user, group, after=after, size=limit)
    address = None
    if thread.has_more and thread.said:
        pairs = [("cursor", thread.said[-1].comment.key), ("limit", str(limit))]
        pairs += [("group", group.slug)] if group else []
        address = _address("api:paper_comments", pairs, paper.name)
    return JsonResponse(
        {
            "paper": paper.name,
            "total": thread.count,
            "elsewhere_count": paper.comments_elsewhere_count,
            "comments": [plain(one, thread.known) for one in thread.said],
            "next": address,
        }
    )


@needs_scope("write")
def _write(request: HttpRequest, paper: Paper) -> HttpResponse:
    try:
        given = body_of(request)
        text, key = text_in(given, "text"), text_in(given, "parent", is_needed=False)
        group = _group(request.user, text_in(given, "group", is_needed=False))
    except AskedError as error:
        return refused(str(error), 400)
    parent = comment_of(request.user, key) if key else None
    if key and parent is None:
        return _unknown(key)
    comment = write_comment(account_of(request), paper, text, parent=parent, group=group)
    return JsonResponse(told(comment, request.user), status=201)


@needs_scope("write")
def _edit(request: HttpRequest, comment: Comment) -> HttpResponse:
    try:
        text = text_in(body_of(request), "text")
    except AskedError as error:
        return refused(str(error), 400)
    return JsonResponse(told(edit_comment(account_of(request), comment, text), request.user))


@needs_scope("write")
def _delete(request: HttpRequest, comment: Comment) -> HttpResponse:
    if not may_delete(request.user, comment):
        raise RefusedError("Only who wrote a comment can delete it.")
    delete_comment(account_of(request), comment)
    return HttpResponse(status=204)


def _group(person: Person, slug: str) -> Group | None:
    if not slug:
        return None
    found = groups_of(person).filter(slug=slug).first()
    if found is None:
        raise AskedError(f"group={slug!r}: no group of yours")
    return found


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", "") or str(USUAL_COMMENTS)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 0 < int(text) <= MOST_COMMENTS):
        raise AskedError(f"limit={text!r}: expected a whole number from 1 to {MOST_COMMENTS}")
    return int(text)


def _before(cursor: str) -> tuple[datetime, int] | None:
    """The moment and row id that a cursor holds."""
    if not cursor:
        return None
    moment, _, number = cursor.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (moment, number)):
        raise AskedError(f"cursor={cursor!r}: expected the one of the last answer")
    try:
        return LATEST + timedelta(microseconds=int(moment)), int(number)
    except OverflowError as error:
        raise AskedError(f"cursor={cursor!r}: expected the one of the last answer") from error


def _address(name: str, pairs: list[tuple[str, str]], *args: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=args)}?{urlencode(pairs)}"


def _unknown(key: str) -> HttpResponse:
    return refused(f"No comment is known as {key!r}.", 404)
