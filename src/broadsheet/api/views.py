"""The first operations of our own API: papers by any ``PaperQuery``, and one paper."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from broadsheet.api.serialise import brief, full
from broadsheet.catalogue.lookup import paper_named
from broadsheet.search.find import find
from broadsheet.search.query import QueryError, parse

MOST_PAPERS = 100


@require_safe
def papers(request: HttpRequest) -> JsonResponse:
    """``GET /api/v1/papers?<PaperQuery>&offset=0&limit=25``: the same papers in the same order as the page."""
    try:
        query = parse(request.GET)
        offset, limit = _number(request, "offset", 0, 1_000_000), _number(request, "limit", 25, MOST_PAPERS)
    except QueryError as error:
        return JsonResponse({"error": str(error)}, status=400)
    found = find(query, offset=offset, limit=limit)
    listed = [brief(paper, found.scores.get(paper.pk)) for paper in found.papers]
    return JsonResponse({"total": found.total, "papers": listed})


@require_safe
def paper(request: HttpRequest, name: str) -> JsonResponse:
    """``GET /api/v1/papers/NAME``: one paper by key, arXiv id, DOI or other identifier."""
    found = paper_named(name)
    if found is None:
        return JsonResponse({"error": f"No paper is known as {name!r}."}, status=404)
    return JsonResponse(full(found))


def _number(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))) or int(text) > most:
        raise QueryError(name, text, f"a whole number from 0 to {most:,}")
    return int(text)
