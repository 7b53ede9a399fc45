"""The page of topics: which rise, which fall, and how large the categories are, each with a small chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from broadsheet.ranking.topics.topic_map import phrase_query
from broadsheet.ranking.topics.trends import RECENT_WEEKS, Topic, Topics, topics
from broadsheet.search.query import PaperQuery, week_of
from broadsheet.web.access import for_everybody
from broadsheet.web.topics.sparkline import Chart, chart


@dataclass(frozen=True, slots=True)
class Row:
    """A topic as the page has it: figures in words, a chart, and where it leads."""

    name: str
    address: str
    before: str
    now: str
    papers: int
    is_sure: bool
    chart: Chart
    described: str


@for_everybody
def topics_page(request: HttpRequest) -> HttpResponse:
    """What rises and what falls."""
    found = topics()
    context: dict[str, Any] = {"heading": _("Topics"), "found": found}
    if found is not None:
        context |= {
            "rising": [_row(found, topic, phrase_query(_days(found), topic.name)) for topic in found.rising],
            "falling": [_row(found, topic, phrase_query(_days(found), topic.name)) for topic in found.falling],
            "categories": [_row(found, topic, _category_query(found, topic.name)) for topic in found.categories],
            "recent_weeks": RECENT_WEEKS,
            "weeks": len(found.mondays),
            "newest_map": reverse("web:map_week", args=[week_of(found.mondays[-1])]),
        }
    return render(request, "web/topics/topics.html", context)


def _days(found: Topics) -> PaperQuery:
    """The papers of the last weeks."""
    return PaperQuery(day_from=found.recent_from, day_to=found.last)


def _category_query(found: Topics, code: str) -> PaperQuery:
    return PaperQuery(categories=(code,), day_from=found.recent_from, day_to=found.last)


def _row(found: Topics, topic: Topic, query: PaperQuery) -> Row:
    shares = topic.shares
    highest = max(range(len(shares)), key=lambda week: (shares[week], week))
    return Row(
        name=topic.name,
        address=f"{reverse('web:search')}?{query.urlencode()}",
        before=percent(topic.before),
        now=percent(topic.now),
        papers=topic.papers,
        is_sure=topic.is_sure,
        chart=chart(shares, RECENT_WEEKS),
        described=_("By week: from %(first)s to %(last)s, highest with %(most)s in %(week)s")
        % {
            "first": percent(shares[0]),
            "last": percent(shares[-1]),
            "most": percent(shares[highest]),
            "week": week_of(found.mondays[highest]),
        },
    )


def percent(share: float) -> str:
    """A share as people read it, with one decimal."""
    return f"{number_format(share * 100, 1)} %"
