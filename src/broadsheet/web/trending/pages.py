"""The trending list, and why a paper is where it is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import is_admin, is_moderator
from broadsheet.ranking.trending.computing import trend_of
from broadsheet.ranking.trending.weighing import weights_now
from broadsheet.ranking.trending.why import place_of, why_of
from broadsheet.search.find import Found
from broadsheet.search.query import Last, PaperQuery, Sort, parse
from broadsheet.web.access import for_everybody
from broadsheet.web.lists import list_page
from broadsheet.web.searching import Choice
from broadsheet.web.trending.words import lines_of

PAPERS_ON_THE_LIST = 25
"""Each has a line more than on other lists."""
_ORDERS: Mapping[Sort, str | Promise] = {
    "trending": gettext_lazy("Trending"),
    "rising": gettext_lazy("Rising"),
}
_LASTS: Mapping[Last | None, str | Promise] = {
    None: gettext_lazy("Any time"),
    "month": gettext_lazy("New this month"),
    "week": gettext_lazy("New this week"),
    "day": gettext_lazy("New today"),
}


@for_everybody
def trending(request: HttpRequest) -> HttpResponse:
    """``/trending?last=&cat=&code=&sort=``: what gets attention now, or unusually much of it so early."""
    asked = parse(request.GET)
    query = PaperQuery(
        categories=asked.categories,
        last=asked.last,
        has_code=asked.has_code,
        sort="rising" if asked.sort == "rising" else "trending",
        upto=asked.upto,
    )
    return list_page(
        request,
        query,
        template="web/trending/list.html",
        size=PAPERS_ON_THE_LIST,
        heading=str(_ORDERS[query.order]),
        context={
            "orders": [
                Choice(str(word), _address(query, sort=sort), query.order == sort) for sort, word in _ORDERS.items()
            ],
            "spans": [
                Choice(str(word), _address(query, last=last), query.last == last) for last, word in _LASTS.items()
            ],
            "may_weigh": is_admin(request.user),
            "unfiltered_url": _address(query, categories=(), has_code=False),
        },
        more=lambda found: _more(query, found),
    )


def _more(query: PaperQuery, found: Found) -> dict[str, Any]:
    whys = why_of(paper.pk for paper in found.papers)
    fields = found.facets().get("category", []) if not query.categories else []
    return {
        "whys": whys,
        "fields": [Choice(code, _address(query, categories=(code,)), count=count) for code, count in fields],
        "is_quiet": not any(why.rising > 0 for why in whys.values()),
    }


def _address(query: PaperQuery, **changes: Any) -> str:
    """The address of the page of a query that differs in something."""
    other = replace(query, upto=None, **changes)
    pairs = [pair for pair in other.params() if pair != ("sort", "trending")]
    return reverse("web:trending") + (f"?{urlencode(pairs)}" if pairs else "")


@for_everybody
def why(request: HttpRequest, name: str) -> HttpResponse:
    """``/papers/NAME/why``: what a paper's attention is made of, in figures and words."""
    paper = paper_named(name)
    if paper is None or (paper.is_hidden and not is_moderator(request.user)):
        raise Http404
    if paper.name != name:
        return redirect("web:why", name=paper.name, permanent=False)
    trend = trend_of(paper)
    told = why_of([paper.pk]).get(paper.pk)
    weights = weights_now()
    context: dict[str, Any] = {
        "heading": _("Why here? %(title)s") % {"title": to_plain(paper.title)},
        "paper": paper,
        "why": told,
        "place": place_of(trend) if trend else None,
        "lines": lines_of(told, weights) if told else (),
        "weights": weights,
    }
    return render(request, "web/trending/why.html", context)
