"""The first operations of our own API: papers by any ``PaperQuery``, and one paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from broadsheet.api.access import token_of
from broadsheet.api.numbers import number_in
from broadsheet.api.serialise import brief, explanation, facets, full, reading
from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.search.find import Found, find
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.search.showing import explained

MOST_PAPERS = 100


@require_safe
def papers(request: HttpRequest) -> JsonResponse:
    """``GET /api/v1/papers?<PaperQuery>&offset=0&limit=25&facets=1``: the papers of the page in their order."""
    try:
        query = _resolved(request)
        offset, limit = (
            number_in(request.GET, "offset", 0, 1_000_000),
            number_in(request.GET, "limit", 25, MOST_PAPERS),
        )
        with_facets = number_in(request.GET, "facets", 0, 1) == 1
    except QueryError as error:
        return JsonResponse({"error": str(error)}, status=400)
    found = find(query, offset=offset, limit=limit)
    told: dict[str, Any] = {"total": found.total, "upto": found.upto}
    if found.reading is not None:
        told |= {"strict_total": found.strict_total, "reading": reading(found.reading)}
        told["suggestion"] = found.suggestion or None
    if found.is_engine_gone or found.is_by_words_alone:
        told["notice"] = "engine_gone" if found.is_engine_gone else "words_alone"
    if with_facets:
        told["facets"] = facets(found.facets())
    explanations = explained(found)
    told["papers"] = [
        brief(paper, found.scores.get(paper.pk)) | explanation(explanations.get(paper.pk)) for paper in found.papers
    ]
    told["next"] = _next(query, found, offset, limit) if offset + limit < found.total and limit else None
    response = JsonResponse(told)
    if is_personal(query):
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


def _resolved(request: HttpRequest) -> PaperQuery:
    """The query as this reader means it; a token that may not read has nothing of its person's inside it."""
    token = token_of(request)
    may_read = token is None or "read" in token.scopes
    return resolved(parse(request.GET), request.user if may_read else AnonymousUser())


def _next(query: PaperQuery, found: Found, offset: int, limit: int) -> str:
    """The address of the next part, which papers that arrive meanwhile do not shift."""
    pairs = [*query.params(), *([("upto", str(found.upto))] if found.upto else [])]
    pairs += [("offset", str(offset + limit)), ("limit", str(limit))]
    return f"{settings.BASE_URL}{reverse('api:papers')}?{urlencode(pairs)}"


@require_safe
def paper(request: HttpRequest, name: str) -> JsonResponse:
    """``GET /api/v1/papers/NAME``: one paper by key, arXiv id, DOI or other identifier."""
    found = shown_paper_named(name)
    if found is None:
        return JsonResponse({"error": f"No paper is known as {name!r}."}, status=404)
    return JsonResponse(full(found))
