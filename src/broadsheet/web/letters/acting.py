"""Voting for a paper and saving it from a letter, without signing in: the signed link speaks for the subscriber."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.community import library, votes
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Vote
from broadsheet.delivery.letters.links import opened
from broadsheet.ranking.exploring import impressions
from broadsheet.web import errors
from broadsheet.web.letters.keeping import by_address
from broadsheet.web.networks import address_of
from broadsheet.web.voting.words import note

ACTS = ("vote", "save")


@by_address("same-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def letter_paper(request: HttpRequest, key: str, paper: str, signature: str) -> HttpResponse:
    """``/letters/KEY/PAPER/SIGNATURE``: GET asks, POST with ``do`` (vote or save) does it in the subscriber's name.

    Nothing else can be done by this address. To an address without an account the page offers to sign in.
    """
    delivery = opened(key, paper, signature, timezone.now())
    found = paper_named(paper)
    if delivery is None or found is None or found.is_hidden:
        raise Http404
    account = delivery.subscription.account
    if request.method != "POST":
        return _page(request, found, account)
    if account is None or request.POST.get("do") not in ACTS:
        raise Http404
    try:
        if request.POST["do"] == "vote":
            votes.cast_vote(account, found, address=address_of(request))
            impressions.note_voted(account, found.pk, timezone.now())
        else:
            library.save(account, found)
            impressions.note_saved(account, found.pk, timezone.now())
    except RefusedError as error:
        return _page(request, found, account, refusal=str(error))
    except TooManyError as error:
        return errors.too_many(request, error)
    return redirect(request.path)


def _page(request: HttpRequest, paper: Paper, account: Account | None, refusal: str = "") -> HttpResponse:
    told: dict[str, Any] = {"heading": _("Vote or save"), "paper": paper, "account": account, "refusal": refusal}
    if account is not None:
        vote = Vote.objects.filter(account=account, paper=paper, group=None).exclude(state=Vote.State.WITHDRAWN).first()
        shelved = library.shelved(account, paper)
        told["is_saved"] = shelved is not None and shelved.saved_at is not None
        told["is_voted"] = vote is not None
        told["vote_note"] = note(account, vote.state) if vote is not None else ""
    return render(request, "web/letters/paper.html", told, status=403 if refusal else 200)
