"""Pages of whoever brings papers: the form, what became of each, and the bookmarklet."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.community import submission_fetching, submission_rules
from broadsheet.community import submissions as bringing
from broadsheet.community.access import RefusedError, is_curator, is_moderator
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Submission
from broadsheet.community.rules import LONGEST_COMMENT
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members

SHOWN_BESIDE_THE_FORM = 5
SHOWN_ON_A_PAGE = 50
State = Submission.State
CHILDREN = ("authorships", "paper_categories__category")


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """``/submit?url=``: the form, with the rules; POST with ``named`` and ``words`` brings the paper."""
    return _bring(request) if request.method == "POST" else _form(request)


@for_members
def _form(request: HttpRequest) -> HttpResponse:
    named = request.GET.get("url", "") or request.GET.get("named", "")
    return _shown_form(request, {"named": named[: bringing.LONGEST_NAME]})


@for_active_members
def _bring(request: HttpRequest) -> HttpResponse:
    named, words = request.POST.get("named", ""), request.POST.get("words", "")
    try:
        mine = bringing.submit(account_of(request), named, words=words)
    except bringing.AlreadyHereError as error:
        messages.info(request, str(error))
        return redirect("web:paper", name=error.paper.name)
    except TooManyError as error:
        response = _shown_form(request, {"named": named, "words": words, "problem": str(error)}, status=429)
        response["Retry-After"] = str(error.wait_seconds)
        return response
    except RefusedError as error:
        status = 400 if isinstance(error, bringing.UnreadableError) else 403
        return _shown_form(request, {"named": named, "words": words, "problem": str(error)}, status=status)
    if mine.state == State.FETCHING:
        submission_fetching.have_it_fetched(mine)
    return redirect("web:submission", key=mine.key)


def _shown_form(request: HttpRequest, told: dict[str, Any], status: int = 200) -> HttpResponse:
    account = account_of(request)
    refusal = submission_rules.refusal_of_person(account)
    context = {
        "heading": _("Submit a paper"),
        "refusal": refusal or submission_rules.refusal_of_moment(account, timezone.now()),
        "rules": submission_rules.in_words(),
        "mine": _of(account)[:SHOWN_BESIDE_THE_FORM],
        "longest_name": bringing.LONGEST_NAME,
        "longest_comment": LONGEST_COMMENT,
    }
    return render(request, "web/submitting/submit.html", context | told, status=status)


def _of(account: Account) -> Any:
    return Submission.objects.filter(account=account).select_related("paper").order_by("-submitted_at", "-pk")


@require_safe
@for_members
def submissions(request: HttpRequest) -> HttpResponse:
    """``/submissions``: everything that this person has brought, and what became of it."""
    page = Paginator(_of(account_of(request)), SHOWN_ON_A_PAGE).get_page(request.GET.get("p"))
    return render(request, "web/submitting/mine.html", {"heading": _("My submissions"), "page": page})


@require_safe
def bookmarklet(request: HttpRequest) -> HttpResponse:
    """``/submit/bookmarklet``: a bookmark that brings the page which is open."""
    start = json.dumps(settings.BASE_URL + reverse("web:submit") + "?url=").replace("</", "<\\/")
    code = f"javascript:location.href={start}+encodeURIComponent(location.href)"
    return render(request, "web/submitting/bookmarklet.html", {"heading": _("Submit from any page"), "code": code})


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def submission(request: HttpRequest, key: str) -> HttpResponse:
    """``/submissions/KEY``: how a submission stands, for whoever brought it and for curators.

    POST with ``do``: ``confirm`` (with ``words``), ``back`` (take it back), or ``fetch`` (look again now).
    """
    row = Submission.objects.filter(key=key).select_related("account", "paper", "decided_by").first()
    account = account_of(request)
    if row is None or (row.account_id != account.pk and not is_curator(account)):
        raise Http404
    if request.method != "POST":
        return _shown(request, row)
    if row.account_id != account.pk:
        raise Http404
    return _act(request, row)


@for_active_members
def _act(request: HttpRequest, row: Submission) -> HttpResponse:
    account, do = account_of(request), request.POST.get("do", "")
    try:
        if do == "confirm":
            bringing.confirm(account, row, words=request.POST.get("words", ""))
        elif do == "back":
            bringing.take_back(account, row)
        elif do == "fetch" and row.state == State.FETCHING:
            submission_fetching.have_it_fetched(row)
    except bringing.AlreadyHereError as error:
        messages.info(request, str(error))
        return redirect("web:paper", name=error.paper.name)
    except TooManyError as error:
        return errors.too_many(request, error)
    except RefusedError as error:
        row.refresh_from_db()
        row.words = request.POST.get("words", row.words)
        return _shown(request, row, problem=str(error), status=403)
    return redirect("web:submission", key=row.key)


def _shown(request: HttpRequest, row: Submission, *, problem: str = "", status: int = 200) -> HttpResponse:
    account, now = account_of(request), timezone.now()
    paper = row.paper if row.paper and (not row.paper.is_hidden or is_moderator(account)) else None
    context = {
        "heading": _("Submission"),
        "submission": row,
        "paper": paper,
        "problem": problem,
        "is_mine": row.account_id == account.pk,
        "may_decide": row.state == State.WAITING and is_curator(account),
        "needs_approval": submission_rules.needs_approval(account),
        "is_worker_about": row.state == State.FETCHING and submission_fetching.is_worker_about(now),
        "is_due": row.due_at is not None and row.due_at <= now,
        "longest_comment": LONGEST_COMMENT,
    }
    return render(request, "web/submitting/submission.html", context, status=status)
