"""The pages. Each reads its address, asks one ``PaperQuery``, and renders one template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.merging import SAMPLE_SOURCE
from broadsheet.catalogue.models import Authorship, PaperCategory, SavedPage, Source
from broadsheet.community.access import is_member, is_moderator
from broadsheet.ranking.daily import month_calendar, nearest_day, neighbours, today
from broadsheet.search import embedder
from broadsheet.search.find import paper_asked_for, papers_like, papers_probably_same
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.maintenance import index_state
from broadsheet.search.query import (
    PaperQuery,
    day_query,
    month_of,
    month_span,
    parse,
    parse_day,
    week_of,
    week_span,
)
from broadsheet.web.access import for_everybody, private
from broadsheet.web.citation import citation
from broadsheet.web.lists import PAPERS_ON_A_SAVED_PAGE, list_page
from broadsheet.web.searching import search_context

SIMILAR_SHOWN = 6
TWINS_SHOWN = 5


@for_everybody
def home(request: HttpRequest) -> HttpResponse:
    """Today's page."""
    return _day(request, today(), is_newest_day=not parse(request.GET).params())


@for_everybody
def day(request: HttpRequest, text: str) -> HttpResponse:
    """The page of one day."""
    return _day(request, parse_day(text))


def _day(request: HttpRequest, asked: date, *, is_newest_day: bool = False) -> HttpResponse:
    on = nearest_day(asked)
    if on is None:
        return _nothing_yet(request)
    return list_page(
        request,
        _narrowed(request, day_query(on)),
        template="web/day.html",
        heading=date_format(on, "l, j F Y"),
        context={
            "day": on,
            "asked": asked if asked != on else None,
            "neighbours": neighbours(on, on),
            "calendar": month_calendar(on),
            "is_sample": _is_sample(),
        },
        is_newest_day=is_newest_day,
    )


@for_everybody
def week(request: HttpRequest, text: str) -> HttpResponse:
    """The page of one ISO week."""
    return _span(request, Span("week", week_span, week_of, _week_heading), text)


@for_everybody
def month(request: HttpRequest, text: str) -> HttpResponse:
    """The page of one month."""
    return _span(request, Span("month", month_span, month_of, _month_heading), text)


@dataclass(frozen=True, slots=True)
class Span:
    """A kind of span of days: how its address is read and written, and its heading."""

    kind: str
    parse: Callable[[str], tuple[date, date]]
    write: Callable[[date], str]
    heading: Callable[[date, date], str]


def _week_heading(first: date, last: date) -> str:
    return _("Week %(n)d: %(first)s to %(last)s") % {
        "n": first.isocalendar().week,
        "first": date_format(first, "j F"),
        "last": date_format(last, "j F Y"),
    }


def _month_heading(first: date, last: date) -> str:
    return date_format(first, "F Y")


def _span(request: HttpRequest, span: Span, text: str) -> HttpResponse:
    """The page of a span of days, or of the nearest one of its kind that has papers."""
    asked = span.parse(text)
    nearest = nearest_day(*asked)
    if nearest is None:
        return _nothing_yet(request)
    first, last = asked if asked[0] <= nearest <= asked[1] else span.parse(span.write(nearest))
    return list_page(
        request,
        _narrowed(request, PaperQuery(day_from=first, day_to=last)),
        template="web/span.html",
        heading=span.heading(first, last),
        context={
            "kind": span.kind,
            "first": first,
            "path": reverse(f"web:{span.kind}", args=[span.write(first)]),
            "asked": span.heading(*asked) if asked != (first, last) else "",
            "neighbours": neighbours(first, last),
            "calendar": month_calendar(first),
        },
    )


def _nothing_yet(request: HttpRequest) -> HttpResponse:
    return render(request, "web/empty.html", {"heading": _("No papers yet"), "query": PaperQuery(), "followed": None})


def _narrowed(request: HttpRequest, query: PaperQuery) -> PaperQuery:
    """The query of a page with the filters and the order that its address adds."""
    asked = parse(request.GET)
    return replace(query, categories=asked.categories, has_code=asked.has_code, sort=asked.sort, upto=asked.upto)


@for_everybody
def search(request: HttpRequest) -> HttpResponse:
    """The search page; words that name one paper lead straight to it."""
    asked = parse(request.GET)
    if asked.inside and not is_member(request.user):
        return private(redirect_to_login(request.get_full_path()))
    query = resolved(asked, request.user)
    named = paper_asked_for(query)
    if named is not None:
        return redirect("web:paper", name=named.name)
    response = list_page(
        request,
        query,
        template="web/search.html",
        heading=query.words or _("Search"),
        context={},
        more=lambda found: search_context(request, query, found),
    )
    return private(response) if is_personal(query) else response


@for_everybody
def saved_pages(request: HttpRequest) -> HttpResponse:
    """All saved pages."""
    pages = SavedPage.objects.order_by("-printed_on", "slug")
    return render(request, "web/saved_pages.html", {"heading": _("Saved pages"), "pages": pages})


@for_everybody
def saved_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One saved page, whole and in its own order."""
    saved = get_object_or_404(SavedPage, slug=slug)
    return list_page(
        request,
        _narrowed(request, PaperQuery(saved=slug)),
        template="web/saved_page.html",
        heading=saved.title,
        context={"saved": saved},
        size=PAPERS_ON_A_SAVED_PAGE,
        density="brief",
    )


@for_everybody
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """One paper, by any of its names; a name that is not the current one leads there."""
    found = paper_named(name)
    if found is None or (found.is_hidden and not is_moderator(request.user)):
        raise Http404
    if found.name != name:
        return redirect("web:paper", name=found.name, permanent=False)
    prefetch_related_objects(
        [found],
        Prefetch("authorships", Authorship.objects.select_related("account")),
        Prefetch("paper_categories", PaperCategory.objects.select_related("category")),
        "organisations",
        "identifiers",
        "links",
        "versions",
    )
    context: dict[str, Any] = {
        "paper": found,
        "citation": citation(found),
        "authorships": list(found.authorships.all()),
        "listings": list(found.listings.select_related("source").order_by("listed_on")),
        "saved_entries": list(found.saved_page_entries.select_related("page")),
        "similar": papers_like(found, SIMILAR_SHOWN),
        "twins": papers_probably_same(found)[:TWINS_SHOWN],
        "canonical": settings.BASE_URL + reverse("web:paper", args=[found.name]),
    }
    response = render(request, "web/paper.html", context)
    return private(response) if found.is_hidden else response


@for_everybody
def about(request: HttpRequest) -> HttpResponse:
    """What this instance is, how it orders papers, and what is in it."""
    context: dict[str, Any] = {
        "heading": _("About"),
        "state": index_state(),
        "model": embedder.encoder(),
        "sources": Source.objects.annotate(papers_count=Count("records__paper", distinct=True)).order_by("slug"),
        "contact": settings.CONTACT,
    }
    return render(request, "web/about.html", context)


def _is_sample() -> bool:
    return Source.objects.filter(slug=SAMPLE_SOURCE).exists()
