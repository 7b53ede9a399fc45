"""The maps of days, weeks, months, and of any list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from broadsheet.community.access import is_member
from broadsheet.ranking.daily import nearest_day, neighbours
from broadsheet.ranking.topics.topic_map import MOST_ON_A_MAP, TopicMap, phrase_query, region_query, topic_map
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import (
    PaperQuery,
    month_of,
    month_span,
    parse,
    parse_day,
    week_of,
    week_span,
)
from broadsheet.web.access import for_everybody, private
from broadsheet.web.topics.drawing import DrawnRegion, draw


@dataclass(frozen=True, slots=True)
class Span:
    """A kind of span of days that has maps: how its address is read and written, and what it is called."""

    name: str
    read: Callable[[str], tuple[date, date]]
    write: Callable[[date], str]
    called: Callable[[date, date], str]
    briefly: Callable[[date], str]

    def link(self, day: date | None) -> tuple[str, str] | None:
        """Address and short name of the map of the span around a day; None without one."""
        return (reverse(f"web:map_{self.name}", args=[self.write(day)]), self.briefly(day)) if day else None


def _week_called(first: date, last: date) -> str:
    return _("week %(n)d, %(first)s to %(last)s") % {
        "n": first.isocalendar().week,
        "first": date_format(first, "j F"),
        "last": date_format(last, "j F Y"),
    }


def _one_day(text: str) -> tuple[date, date]:
    day = parse_day(text)
    return day, day


DAY = Span(
    "day",
    _one_day,
    date.isoformat,
    lambda first, _last: date_format(first, "l, j F Y"),
    lambda day: date_format(day, "j M"),
)
WEEK = Span("week", week_span, week_of, _week_called, week_of)
MONTH = Span(
    "month", month_span, month_of, lambda first, _last: date_format(first, "F Y"), lambda day: date_format(day, "F Y")
)


@for_everybody
def map_day(request: HttpRequest, text: str) -> HttpResponse:
    """The map of a day's papers."""
    return _span_map(request, DAY, text)


@for_everybody
def map_week(request: HttpRequest, text: str) -> HttpResponse:
    """The map of an ISO week's papers."""
    return _span_map(request, WEEK, text)


@for_everybody
def map_month(request: HttpRequest, text: str) -> HttpResponse:
    """The map of a month's papers."""
    return _span_map(request, MONTH, text)


@for_everybody
def map_of_list(request: HttpRequest) -> HttpResponse:
    """The map of the answer to any question."""
    asked = parse(request.GET)
    if asked.inside and not is_member(request.user):
        return private(redirect_to_login(request.get_full_path()))
    query = resolved(asked, request.user)
    found = topic_map(query, is_kept=not is_personal(query))
    back = reverse("web:search") + (f"?{query.urlencode()}" if query.params() else "")
    response = _map_page(request, found, {"called": query.words or _("a list"), "back": back})
    return private(response) if is_personal(query) else response


def _span_map(request: HttpRequest, span: Span, text: str) -> HttpResponse:
    """The map of a span, or of the nearest one of its kind that has papers."""
    asked = span.read(text)
    nearest = nearest_day(*asked)
    if nearest is None:
        return render(
            request, "web/empty.html", {"heading": _("No papers yet"), "query": PaperQuery(), "followed": None}
        )
    first, last = asked if asked[0] <= nearest <= asked[1] else span.read(span.write(nearest))
    query = PaperQuery(day_from=first, day_to=last)
    around = neighbours(first, last)
    context = {
        "called": span.called(first, last),
        "asked": span.called(*asked) if asked != (first, last) else "",
        "back": reverse(f"web:{span.name}", args=[span.write(first)]),
        "week": WEEK.link(first) if span is DAY else None,
        "before": span.link(around.before),
        "after": span.link(around.after),
    }
    return _map_page(request, topic_map(query), context)


def _map_page(request: HttpRequest, found: TopicMap, context: Mapping[str, object]) -> HttpResponse:
    drawing = draw(found)
    return render(
        request,
        "web/topics/map.html",
        dict(context)
        | {
            "heading": _("Map of %(called)s") % context,
            "found": found,
            "drawing": drawing,
            "regions": [_listed(found.query, region) for region in drawing.regions],
            "most": MOST_ON_A_MAP,
        },
    )


def _listed(query: PaperQuery, drawn: DrawnRegion) -> dict[str, object]:
    """A region as the list under the map has it, with the addresses of what it leads to."""
    search = reverse("web:search")
    exact = region_query(query, drawn.region)
    return {
        "drawn": drawn,
        "names": [
            (name, f"{search}?{phrase_query(query, name).urlencode()}", not place)
            for place, name in enumerate(drawn.region.names)
        ],
        "address": f"{search}?{exact.urlencode()}" if exact else "",
    }
