"""Submissions by the API: ``POST`` and ``GET /api/v1/submissions``, ``GET``, ``POST`` and ``DELETE`` of one of them.

And as clients of Hugging Face do it: ``POST /api/papers/submit``. A program looks at nothing before it is listed,
unless it asks to (``"confirm": false``): then it confirms by ``POST /api/v1/submissions/KEY``.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.api.access import account_of, needs_scope, refused
from broadsheet.api.comments import AskedError, body_of
from broadsheet.community import submissions as bringing
from broadsheet.community.models import Submission
from broadsheet.community.submission_fetching import have_it_fetched

MOST_SHOWN = 100
State = Submission.State


@require_http_methods(["GET", "HEAD", "POST"])
def submissions(request: HttpRequest) -> HttpResponse:
    """What this person has brought, the newest first (GET), or one more: ``paper``, ``comment``, ``confirm`` (POST)."""
    return _bring(request) if request.method == "POST" else _mine(request)


@needs_scope("read")
def _mine(request: HttpRequest) -> HttpResponse:
    rows = Submission.objects.filter(account=account_of(request)).select_related("paper")
    return JsonResponse({"submissions": [plain(row) for row in rows.order_by("-submitted_at", "-pk")[:MOST_SHOWN]]})


@needs_scope("write")
def _bring(request: HttpRequest) -> HttpResponse:
    try:
        body = body_of(request)
        named, words = _text(body, "paper"), _text(body, "comment", usual="")
        is_confirmed = body.get("confirm", True)
        if not isinstance(is_confirmed, bool):
            raise AskedError("confirm: expected true or false")
    except AskedError as error:
        return refused(str(error), 400)
    return _brought(request, named, words, is_confirmed=is_confirmed)


@require_POST
@needs_scope("write")
def submit_as_hub(request: HttpRequest) -> HttpResponse:
    """``POST /api/papers/submit`` with ``paper_id`` (or ``paperId``) and ``comment``, as on Hugging Face."""
    try:
        body = body_of(request)
        named = _text(body, "paper_id" if "paper_id" in body else "paperId")
        words = _text(body, "comment", usual="")
    except AskedError as error:
        return refused(str(error), 400)
    return _brought(request, named, words, is_confirmed=True)


def _brought(request: HttpRequest, named: str, words: str, *, is_confirmed: bool) -> HttpResponse:
    try:
        row = bringing.submit(account_of(request), named, words=words, is_confirmed=is_confirmed)
    except bringing.UnreadableError as error:
        return refused(str(error), 400)
    except bringing.AlreadyHereError as error:
        return _already_here(error)
    if row.state == State.FETCHING:
        row = have_it_fetched(row)
    return JsonResponse(plain(row), status=201 if row.state == State.LISTED else 202)


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def submission(request: HttpRequest, key: str) -> HttpResponse:
    """How a submission of one's own stands (GET); confirm what was found, with a ``comment`` (POST); take it back."""
    return _one(request, key) if request.method in ("GET", "HEAD") else _act(request, key)


@needs_scope("read")
def _one(request: HttpRequest, key: str) -> HttpResponse:
    row = _own(request, key)
    return JsonResponse(plain(row)) if row is not None else _unknown(key)


@needs_scope("write")
def _act(request: HttpRequest, key: str) -> HttpResponse:
    row, account = _own(request, key), account_of(request)
    if row is None:
        return _unknown(key)
    if request.method == "DELETE":
        return JsonResponse(plain(bringing.take_back(account, row)))
    try:
        words = _text(body_of(request), "comment", usual=row.words)
        return JsonResponse(plain(bringing.confirm(account, row, words=words)))
    except AskedError as error:
        return refused(str(error), 400)
    except bringing.AlreadyHereError as error:
        return _already_here(error)


def plain(row: Submission) -> dict[str, Any]:
    """A submission for whoever brought it. ``reason`` is why it is not listed (yet), or its comment not written."""
    paper = row.paper if row.paper is not None and not row.paper.is_hidden else None
    return {
        "key": row.key,
        "named": row.named,
        "state": row.state,
        "reason": row.refusal or None,
        "paper": paper.name if paper else None,
        "title": paper.title if paper else None,
        "paper_url": settings.BASE_URL + reverse("web:paper", args=[paper.name]) if paper else None,
        "listed_on": row.listed_on.isoformat() if row.listed_on else None,
        "submitted_at": row.submitted_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "url": settings.BASE_URL + reverse("web:submission", args=[row.key]),
    }


def _already_here(error: bringing.AlreadyHereError) -> HttpResponse:
    address = settings.BASE_URL + reverse("web:paper", args=[error.paper.name])
    return JsonResponse({"error": str(error), "paper": error.paper.name, "paper_url": address}, status=409)


def _own(request: HttpRequest, key: str) -> Submission | None:
    return Submission.objects.filter(account=account_of(request), key=key).select_related("paper").first()


def _unknown(key: str) -> HttpResponse:
    return refused(f"No submission of yours is known as {key!r}.", 404)


def _text(body: Any, name: str, usual: str | None = None) -> str:
    text = body.get(name, usual)
    if not isinstance(text, str):
        raise AskedError(f"{name}: expected a text")
    return text
