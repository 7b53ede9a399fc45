"""Saved searches by the API: what a person follows, what a question would bring, and the papers of a search.

``GET`` and ``POST /api/v1/searches``; ``GET /api/v1/searches/preview?<PaperQuery>``; ``GET``, ``PATCH`` and ``DELETE
/api/v1/searches/KEY``; ``POST /api/v1/searches/KEY/feeds``; ``GET /api/v1/searches/KEY/papers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.api.access import account_of, needs_scope, refused, token_of
from broadsheet.api.comments import AskedError, body_of, text_in
from broadsheet.api.numbers import number_in
from broadsheet.api.serialise import brief, reading
from broadsheet.community.access import RefusedError
from broadsheet.community.models import SavedSearch
from broadsheet.delivery import searches
from broadsheet.delivery.lookback import lookback
from broadsheet.delivery.naming import path_of, title_of
from broadsheet.search.find import find
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, parse

MOST_PAPERS, USUAL_PAPERS, MOST_FIRST = 1_000, 25, 25
FEED_KINDS = ("rss", "atom", "json")


@require_http_methods(["GET", "HEAD", "POST"])
def all_searches(request: HttpRequest) -> HttpResponse:
    """The saved searches of whoever asks (GET), or one more (POST: ``query``, perhaps ``name``)."""
    return _make(request) if request.method == "POST" else _list(request)


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """What a question would have brought in the last 14 days: how many papers on each day, and the first of them."""
    token = token_of(request)
    reader = request.user if token is None or "read" in token.scopes else AnonymousUser()
    try:
        query = resolved(replace(parse(request.GET), upto=None), reader)
    except QueryError as error:
        return refused(str(error), 400)
    seen = lookback(query, first=MOST_FIRST)
    told: dict[str, Any] = {"query": query.urlencode(), "title": title_of(query), "total": seen.found.total}
    if seen.found.reading is not None:
        told["reading"] = reading(seen.found.reading)
    told["days"] = [{"date": day.isoformat(), "count": count} for day, count in seen.counts]
    told["papers"] = [brief(paper) for paper in seen.found.papers]
    response = JsonResponse(told)
    if is_personal(query):
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One saved search; PATCH sets ``name`` and ``query``, DELETE deletes it and ends what hangs on it."""
    if request.method == "PATCH":
        return _change(request, key)
    return _delete(request, key) if request.method == "DELETE" else _look(request, key)


@require_POST
@needs_scope("write")
def feeds(request: HttpRequest, key: str) -> HttpResponse:
    """Give the feeds of a search new addresses."""
    search = _own(request, key)
    if search is None:
        return unknown(key)
    searches.renew_feeds(search)
    return JsonResponse(told_search(search))


@require_safe
@needs_scope("read")
def papers(request: HttpRequest, key: str) -> HttpResponse:
    """The papers of a saved search, in the order of its page (``offset``, ``limit``); ``next`` leads on."""
    search = _own(request, key)
    if search is None:
        return unknown(key)
    try:
        query = replace(searches.question_of(search), upto=parse({"upto": request.GET.get("upto", "")}).upto)
        offset = number_in(request.GET, "offset", 0, 1_000_000)
        limit = number_in(request.GET, "limit", USUAL_PAPERS, MOST_PAPERS)
    except QueryError as error:
        return refused(str(error), 400)
    found = find(query, offset=offset, limit=limit)
    told: dict[str, Any] = {"total": found.total, "papers": [brief(paper) for paper in found.papers], "next": None}
    if limit and offset + limit < found.total:
        pairs = [("upto", found.upto), ("offset", offset + limit), ("limit", limit)]
        path = reverse("api:saved_search_papers", args=[key])
        told["next"] = f"{settings.BASE_URL}{path}?{urlencode([pair for pair in pairs if pair[1]])}"
    return JsonResponse(told)


@needs_scope("read")
def _list(request: HttpRequest) -> HttpResponse:
    rows = searches.searches_of(account_of(request))
    return JsonResponse({"searches": [told_search(row) for row in rows]})


@needs_scope("write")
def _make(request: HttpRequest) -> HttpResponse:
    account = account_of(request)

    def make(given: Mapping[str, Any]) -> HttpResponse:
        query = asked_in(text_in(given, "query"))
        known = SavedSearch.objects.filter(account=account, query=query.urlencode()).exists()
        made = searches.save_search(account, query, text_in(given, "name", is_needed=False))
        return JsonResponse(told_search(made), status=200 if known else 201)

    return asked(request, make)


@needs_scope("read")
def _look(request: HttpRequest, key: str) -> HttpResponse:
    search = _own(request, key)
    return JsonResponse(told_search(search)) if search is not None else unknown(key)


@needs_scope("write")
def _change(request: HttpRequest, key: str) -> HttpResponse:
    search = _own(request, key)
    if search is None:
        return unknown(key)

    def change(given: Mapping[str, Any]) -> HttpResponse:
        query = asked_in(text_in(given, "query") if "query" in given else search.query)
        searches.change_search(search, name=text_in(given, "name") if "name" in given else search.name, query=query)
        return JsonResponse(told_search(search))

    return asked(request, change)


@needs_scope("write")
def _delete(request: HttpRequest, key: str) -> HttpResponse:
    search = _own(request, key)
    if search is None:
        return unknown(key)
    searches.forget_search(search)
    return HttpResponse(status=204)


def asked(request: HttpRequest, act: Callable[[Mapping[str, Any]], HttpResponse]) -> HttpResponse:
    """Do all of what a body asks for, or nothing; 400 where it cannot be understood or cannot be done."""
    try:
        with transaction.atomic():
            return act(body_of(request))
    except (AskedError, RefusedError) as error:
        return refused(str(error), 400)


def asked_in(text: str) -> PaperQuery:
    """The question of a query string.

    Raises ``AskedError`` for one that cannot be understood.
    """
    try:
        return parse(QueryDict(text.removeprefix("?")))
    except QueryError as error:
        raise AskedError(str(error)) from error


def unknown(key: str) -> HttpResponse:
    """There is nothing of this key, or it is somebody else's."""
    return refused(f"There is nothing {key!r} of yours.", 404)


def told_search(row: SavedSearch) -> dict[str, Any]:
    """A saved search as plain data, with the addresses of its private feeds."""
    told: dict[str, Any] = {
        "key": row.key,
        "name": row.name,
        "query": row.query,
        "made_at": row.made_at.isoformat(),
        "url": settings.BASE_URL + reverse("web:saved_search", args=[row.key]),
        "page_url": None,
        "problem": None,
        "feeds": {kind: settings.BASE_URL + reverse("web:search_feed", args=[row.secret, kind]) for kind in FEED_KINDS},
    }
    try:
        query = parse(QueryDict(row.query))
        query = searches.question_of(row) if query.collection else query
    except QueryError as error:
        return told | {"problem": str(error)}
    return told | {"page_url": settings.BASE_URL + path_of(query)}


def _own(request: HttpRequest, key: str) -> SavedSearch | None:
    account = account_of(request)
    found = SavedSearch.objects.filter(account=account, key=key).first()
    if found is not None:
        found.account = account
    return found
