"""What the forms of libraries, collections and groups have in common: who acts, on what, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.search.find import papers_in_order
from broadsheet.web import errors
from broadsheet.web.access import page_before
from broadsheet.web.mine import mine


def paper_or_404(name: str) -> Paper:
    """The paper of a name; hidden ones are not there."""
    paper = shown_paper_named(name) if name else None
    if paper is None:
        raise Http404
    return paper


def done(request: HttpRequest, act: Callable[[], object], back: str) -> HttpResponse:
    """Do something and lead on to a page; a refusal or a used-up limit becomes a page that says so."""
    try:
        act()
    except RefusedError as error:
        return errors.refused(request, str(error))
    except TooManyError as error:
        return errors.too_many(request, error)
    return HttpResponseRedirect(back)


def told(request: HttpRequest, act: Callable[[], object], answer: Callable[[], dict[str, Any]]) -> HttpResponse:
    """As ``done``, for our own script, which puts the answer in its place."""
    try:
        act()
    except RefusedError as error:
        return JsonResponse({"error": str(error)}, status=403)
    except TooManyError as error:
        return JsonResponse({"error": str(error)}, status=429, headers={"Retry-After": str(error.wait_seconds)})
    return JsonResponse(answer())


def is_script(request: HttpRequest) -> bool:
    """Whether our own script asks."""
    return request.headers.get("Accept", "") == "application/json"


def back_to(request: HttpRequest, fallback: str, paper: Paper | None = None) -> str:
    """The page of this site that a form stood on, at its paper; ``fallback`` where it does not say."""
    page = page_before(request, fallback)
    return f"{page.partition('#')[0]}#p-{paper.key}" if paper is not None else page


def cards(request: HttpRequest, numbers: Iterable[int]) -> dict[int, Paper]:
    """Papers with what their cards show, by row id, and what they are to the reader looked up at once."""
    papers = {paper.pk: paper for paper in papers_in_order(list(numbers))}
    mine(request).about(papers.values())
    return papers
