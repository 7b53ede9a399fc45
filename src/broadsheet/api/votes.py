"""Votes by the API: ``PUT`` and ``DELETE /api/v1/papers/NAME/vote``, ``GET /api/v1/papers/NAME/voters``.

And as the pages of Hugging Face do it: ``POST`` and ``DELETE /api/papers/NAME/upvote``. All are idempotent.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.api.access import needs_scope, refused
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Vote
from broadsheet.community.networks import address_of
from broadsheet.community.votes import cast_vote, voters_seen_by, withdraw_vote
from broadsheet.ranking.exploring import impressions

MOST_VOTERS = 100


@require_http_methods(["PUT", "DELETE"])
@needs_scope("write")
def vote(request: HttpRequest, name: str) -> HttpResponse:
    """Vote for a paper, or take the vote back; answers with the paper's votes and whether the own one counts."""
    paper = _paper(name)
    if paper is None:
        return refused(f"No paper is known as {name!r}.", 404)
    own = _act(request, paper, is_cast=request.method == "PUT")
    return JsonResponse(
        {"paper": paper.name, "votes_count": paper.votes_count, "vote": own and {"state": own.state, "at": _at(own)}}
    )


@require_http_methods(["POST", "DELETE"])
@needs_scope("write")
def upvote(request: HttpRequest, name: str) -> HttpResponse:
    """The same at the address, and with the figure, that programs for Hugging Face know."""
    paper = _paper(name)
    if paper is None:
        return refused("Paper not found", 404)
    own = _act(request, paper, is_cast=request.method == "POST")
    return JsonResponse({"id": paper.name, "upvotes": paper.votes_count, "upvoted": own is not None})


@require_safe
def voters(request: HttpRequest, name: str) -> HttpResponse:
    """Who voted for a paper, oldest first, as far as the instance and each of them show it (``offset``, ``limit``)."""
    paper = _paper(name)
    seen = voters_seen_by(request.user, paper) if paper is not None else None
    if paper is None or seen is None:
        return refused(f"No voters of {name!r} are shown.", 404)
    given = {"offset": request.GET.get("offset", "") or "0", "limit": request.GET.get("limit", "") or str(MOST_VOTERS)}
    for key, text in given.items():
        if not (text.isascii() and text.isdigit() and len(text) < 8):
            return refused(f"{key}={text!r}: expected a whole number", 400)
    offset, limit = int(given["offset"]), min(int(given["limit"]), MOST_VOTERS)
    rows = list(seen[offset : offset + limit + 1])
    more = urlencode({"offset": offset + limit, "limit": limit})
    address = f"{settings.BASE_URL}{reverse('api:voters', args=[paper.name])}?{more}"
    response = JsonResponse(
        {
            "paper": paper.name,
            "votes_count": paper.votes_count,
            "votes_here_count": paper.votes_here_count,
            "voters": [
                {"name": row.account.username, "display_name": row.account.shown_name, "at": _at(row)}
                for row in rows[:limit]
                if row.account is not None
            ],
            "next": address if len(rows) > limit > 0 else None,
        }
    )
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


def _paper(name: str) -> Paper | None:
    """The paper of a name, if everybody may see it."""
    paper = paper_named(name)
    return paper if paper is not None and not paper.is_hidden else None


def _act(request: HttpRequest, paper: Paper, *, is_cast: bool) -> Vote | None:
    """Cast a vote or take it back, and read the paper's count anew."""
    account, own = request.user, None
    assert isinstance(account, Account)
    if is_cast:
        own = cast_vote(account, paper, address=address_of(request))
        impressions.note_voted(account, paper.pk, timezone.now())
    else:
        withdraw_vote(account, paper)
        impressions.note_unvoted(account, paper.pk)
    paper.refresh_from_db(fields=["votes_count"])
    return own


def _at(vote: Vote) -> str:
    return vote.cast_at.isoformat()
