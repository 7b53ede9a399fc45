"""Votes and dismissals by form, and the list of who voted."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.community import votes
from broadsheet.community.access import RefusedError, is_member, is_moderator
from broadsheet.community.library import mark_seen
from broadsheet.community.limits import TooManyError
from broadsheet.ranking.exploring import impressions
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members, page_before, private
from broadsheet.web.mine import mine
from broadsheet.web.networks import address_of
from broadsheet.web.voting.words import dismissal_words, note, spoken

VOTERS_ON_A_PAGE = 200


@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest) -> HttpResponse:
    """``POST /vote`` with ``vote=NAME`` or ``unvote=NAME``; GET leads to the paper, over signing in where needed."""
    if request.method == "POST":
        return _vote(request)
    back = reverse("web:paper", args=[_named(request.GET.get("for", "")).name])
    return redirect(back) if is_member(request.user) else private(redirect_to_login(back))


@for_members
def _vote(request: HttpRequest) -> HttpResponse:
    is_cast = "vote" in request.POST
    paper, account = _named(request.POST.get("vote" if is_cast else "unvote", ""), request), account_of(request)
    try:
        if is_cast:
            votes.cast_vote(account, paper, address=address_of(request))
            impressions.note_voted(account, paper.pk, timezone.now())
        else:
            votes.withdraw_vote(account, paper)
            impressions.note_unvoted(account, paper.pk)
    except RefusedError as error:
        return _told(request, str(error), 403) or errors.refused(request, str(error))
    except TooManyError as error:
        return _told(request, str(error), 429, error.wait_seconds) or errors.too_many(request, error)
    if _is_script(request):
        paper.refresh_from_db(fields=["votes_count"])
        state = mine(request).about([paper]).state_of(paper.pk)
        told = {"name": paper.name, "count": paper.votes_count, "is_mine": bool(state), "note": note(account, state)}
        return JsonResponse(told | spoken(paper, is_mine=bool(state)))
    # A paper's page tells by a script that it was opened; without one, that somebody voted tells as much.
    with suppress(RefusedError, TooManyError):
        mark_seen(account, paper)
    return _back(request, paper)


@require_POST
@for_active_members
def dismiss(request: HttpRequest) -> HttpResponse:
    """``POST /dismiss`` with ``dismiss=NAME``, or ``undismiss=NAME`` to undo it."""
    is_dismissed = "dismiss" in request.POST
    paper = _named(request.POST.get("dismiss" if is_dismissed else "undismiss", ""), request)
    account = account_of(request)
    if is_dismissed:
        votes.dismiss(account, paper)
        impressions.note_dismissed(account, paper.pk, timezone.now())
    else:
        votes.take_dismissal_back(account, paper)
        impressions.note_undismissed(account, paper.pk)
    if _is_script(request):
        return JsonResponse({"name": paper.name, "is_dismissed": is_dismissed, "words": dismissal_words(is_dismissed)})
    return _back(request, paper)


@require_safe
def voters(request: HttpRequest, name: str) -> HttpResponse:
    """``GET /papers/NAME/voters``: who voted, as far as the instance and each of them show it."""
    paper = _named(name, request)
    seen = votes.voters_seen_by(request.user, paper)
    if seen is None:
        raise Http404
    page = Paginator(seen, VOTERS_ON_A_PAGE).get_page(request.GET.get("p"))
    context = {"heading": _("Who voted"), "paper": paper, "page": page}
    return private(render(request, "web/voting/voters.html", context))


def _named(name: str, request: HttpRequest | None = None) -> Paper:
    """The paper with a name; a hidden one is there for moderators alone."""
    paper = paper_named(name) if name else None
    if paper is None or (paper.is_hidden and not (request is not None and is_moderator(request.user))):
        raise Http404
    return paper


def _is_script(request: HttpRequest) -> bool:
    """Whether our own script asks, which puts the answer in its place."""
    return request.headers.get("Accept", "") == "application/json"


def _told(request: HttpRequest, why: str, status: int, wait_seconds: int = 0) -> HttpResponse | None:
    if not _is_script(request):
        return None
    headers = {"Retry-After": str(wait_seconds)} if wait_seconds else {}
    return JsonResponse({"error": why}, status=status, headers=headers)


def _back(request: HttpRequest, paper: Paper) -> HttpResponse:
    """To the paper on the page where the form stood."""
    back = page_before(request, reverse("web:paper", args=[paper.name]))
    return HttpResponseRedirect(f"{back.partition('#')[0]}#p-{paper.key}")
