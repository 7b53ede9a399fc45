"""Recommendations by the API: a person's own with the reasons, what was learnt of them, and those from any set.

``GET /api/v1/for-you``; ``GET`` and ``PATCH /api/v1/for-you/profile``; ``DELETE /api/v1/for-you/interests/KEY``;
``PUT`` and ``DELETE /api/v1/papers/NAME/dismissal``; ``GET`` and ``POST /api/v1/recommendations``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.api.access import account_of, needs_scope, refused, token_of
from broadsheet.api.comments import AskedError, body_of, paper_of
from broadsheet.api.serialise import brief
from broadsheet.catalogue.lookup import numbers_named
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community import tastes, votes
from broadsheet.community.models import Taste
from broadsheet.ranking.exploring.impressions import note_dismissed, note_shown, note_undismissed
from broadsheet.ranking.personal.cold_start import stand_in
from broadsheet.ranking.personal.kinds import Interest, Reason, Recommendation
from broadsheet.ranking.personal.profile import Profile
from broadsheet.ranking.personal.serving import ForYou, for_papers, for_you, profile_of
from broadsheet.ranking.personal.unlearning import delete_interest
from broadsheet.search.find import numbers_found, papers_in_order
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.pasted import pasted_names
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.sources.bibliography import BibliographyError

USUAL, MOST, LAST_PAGE = 30, 100, 100
MOST_GIVEN: Final = 100
"""So many papers of a set are learnt from: the first of its order."""
_SWITCHES = ("is_on", "is_logged")


@require_safe
@needs_scope("read")
def recommended(request: HttpRequest) -> HttpResponse:
    """Papers of the last days for whoever asks, with the reasons (``page``, ``limit``): those of the page "For you"."""
    try:
        page, limit = _page(request)
    except QueryError as error:
        return refused(str(error), 400)
    account, now = account_of(request), timezone.now()
    found = for_you(account, now=now, limit=limit, page=page)
    note_shown(account, "api", found.recommendations, now, is_allowed=found.is_logged)
    told = {"is_on": found.is_on, "is_cold": found.is_cold} | _listed(found)
    return JsonResponse(told | {"next": _next("api:for_you", [], found, page, limit)})


@require_http_methods(["GET", "HEAD", "PATCH"])
def profile(request: HttpRequest) -> HttpResponse:
    """What was learnt of whoever asks and how they want to be served; PATCH sets shares and switches."""
    return _change(request) if request.method == "PATCH" else _look(request)


@require_http_methods(["DELETE"])
@needs_scope("write")
def interest(request: HttpRequest, key: str) -> HttpResponse:
    """Delete an interest: nothing is learnt from its papers any more."""
    if not delete_interest(account_of(request), key, timezone.now()):
        return refused(f"There is no interest {key!r}; its key changes with its papers.", 404)
    return HttpResponse(status=204)


@require_http_methods(["PUT", "DELETE"])
@needs_scope("write")
def dismissal(request: HttpRequest, name: str) -> HttpResponse:
    """Not interested (PUT), or not any more (DELETE): counts at once, and nobody else ever learns of it."""
    account, paper = account_of(request), paper_of(name)
    if paper is None:
        return refused(f"No paper is known as {name!r}.", 404)
    if request.method == "PUT":
        votes.dismiss(account, paper)
        note_dismissed(account, paper.pk, timezone.now())
    else:
        votes.take_dismissal_back(account, paper)
        note_undismissed(account, paper.pk)
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def from_papers(request: HttpRequest) -> HttpResponse:
    """Papers of the last days for whoever likes others: those that a query finds, or that are named (POST)."""
    return _from_body(request) if request.method == "POST" else _from_query(request)


@needs_scope("read")
def _look(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    return JsonResponse(_told(tastes.taste_of(account), profile_of(account)))


@needs_scope("write")
def _change(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    try:
        given = body_of(request)
        shares = {name: _share(given, name) for name in tastes.SLIDERS if name in given}
        switches = {name: _switch(given, name) for name in _SWITCHES if name in given}
    except AskedError as error:
        return refused(str(error), 400)
    taste = tastes.change_taste(account, shares=shares, **switches)
    return JsonResponse(_told(taste, profile_of(account)))


def _from_query(request: HttpRequest) -> HttpResponse:
    """The papers of ``like``, where nothing else is asked for; else the first that the query finds."""
    token = token_of(request)
    may_read = token is None or "read" in token.scopes
    try:
        query = resolved(parse(request.GET), request.user if may_read else AnonymousUser())
        page, limit = _page(request)
    except QueryError as error:
        return refused(str(error), 400)
    if query == PaperQuery(like=query.like):
        given = list(dict.fromkeys(numbers_named(query.like).values()))
    else:
        given = numbers_found(query, limit=MOST_GIVEN)
    response = _from(given, page, limit, query.params())
    if is_personal(query):
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


@needs_scope("read")
def _from_body(request: HttpRequest) -> HttpResponse:
    """Names in ``papers``, or a bibliography in ``text``."""
    try:
        given = body_of(request)
        named = given.get("papers", [])
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise AskedError("'papers' is not a list of names.")
        if isinstance(text := given.get("text", ""), str) and text:
            named = [*named, *pasted_names(text).names]
        page, limit = _page(request)
    except (AskedError, BibliographyError, QueryError) as error:
        return refused(str(error), 400)
    numbers = list(dict.fromkeys(numbers_named(named[:MOST_GIVEN]).values()))
    return _from(numbers, page, limit, None)


def _from(given: Sequence[int], page: int, limit: int, params: Sequence[tuple[str, str]] | None) -> JsonResponse:
    if not given:
        told = "None of these papers is known here: name some with 'like', or by a query."
        return JsonResponse({"error": told}, status=400)
    found = for_papers(given, now=timezone.now(), limit=limit, page=page)
    listed = {"given": len(given)} | _listed(found)
    if params is not None:
        listed["next"] = _next("api:recommendations", params, found, page, limit)
    return JsonResponse(listed)


def _listed(found: ForYou) -> dict[str, Any]:
    """A list with everything that its papers and reasons are made of, in a few questions to the database."""
    numbers = [one.paper_id for one in found.recommendations]
    papers = {paper.pk: paper for paper in papers_in_order(numbers)}
    spoken_of = {reason.paper_id for one in found.recommendations for reason in one.reasons if reason.paper_id}
    others = Paper.shown.only("pk", "key", "arxiv_id", "title").in_bulk(spoken_of)
    listed = [
        brief(papers[one.paper_id], one.score) | _recommended(one, others)
        for one in found.recommendations
        if one.paper_id in papers
    ]
    return {"total": found.total, "papers": listed}


def _recommended(one: Recommendation, others: Mapping[int, Paper]) -> dict[str, Any]:
    return {
        "interest": None if one.interest is None else round(one.interest, 4),
        "is_exploring": one.is_exploring,
        "reasons": [_reason(reason, others) for reason in one.reasons],
    }


def _reason(reason: Reason, others: Mapping[int, Paper]) -> dict[str, Any]:
    other = others.get(reason.paper_id or 0)
    return {
        "kind": reason.kind.value,
        "share": round(reason.share, 4),
        "paper": _named(other) if other else None,
        "signal": reason.signal.value if reason.signal else None,
        "words": list(reason.words),
        "name": reason.name or None,
    }


def _told(taste: Taste, learnt: Profile | None) -> dict[str, Any]:
    interests = learnt.interests() if learnt else []
    wanted = {number for one in interests for number in one.paper_ids if number > 0}
    papers = Paper.shown.only("pk", "key", "arxiv_id", "title").in_bulk(wanted)
    said = {stand_in(str(sentence)): str(sentence) for sentence in taste.interests}
    return {
        **{name: getattr(taste, name) for name in (*_SWITCHES, *tastes.SLIDERS)},
        "sentences": list(said.values()),
        "signals_count": len(learnt.signals) if learnt else 0,
        "interests": [_interest(one, papers, said) for one in interests],
    }


def _interest(one: Interest, papers: Mapping[int, Paper], said: Mapping[int, str]) -> dict[str, Any]:
    return {
        "key": one.key,
        "weight": round(one.weight, 4),
        "words": list(one.words),
        "papers": [_named(papers[number]) for number in one.paper_ids if number in papers],
        "sentences": [said[number] for number in one.paper_ids if number in said],
    }


def _named(paper: Paper) -> dict[str, str]:
    return {"id": paper.name, "title": to_plain(paper.title)}


def _page(request: HttpRequest) -> tuple[int, int]:
    """``page`` (from 1) and ``limit``. Raises ``QueryError``."""
    return _number(request, "page", 1, LAST_PAGE), _number(request, "limit", USUAL, MOST)


def _number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    text = request.GET.get(name, "") or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise QueryError(name, text, f"a whole number from 1 to {most}")
    return int(text)


def _next(view: str, params: Sequence[tuple[str, str]], found: ForYou, page: int, limit: int) -> str | None:
    if page * limit >= found.total or page >= LAST_PAGE:
        return None
    more = urlencode([*params, ("page", str(page + 1)), ("limit", str(limit))])
    return f"{settings.BASE_URL}{reverse(view)}?{more}"


def _share(given: Mapping[str, Any], name: str) -> float:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AskedError(f"{name!r} is not a number.")
    return float(value)


def _switch(given: Mapping[str, Any], name: str) -> bool:
    value = given[name]
    if not isinstance(value, bool):
        raise AskedError(f"{name!r} is neither true nor false.")
    return value
