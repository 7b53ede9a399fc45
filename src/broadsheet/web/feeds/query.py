"""``/feed.KIND``: every question to the catalogue as a feed."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.delivery import naming
from broadsheet.ranking.daily import nearest_day, today
from broadsheet.search.find import find
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, day_query, parse
from broadsheet.web.access import private
from broadsheet.web.feeds.answering import feed_of
from broadsheet.web.feeds.hub import hub_of
from broadsheet.web.feeds.values import Channel, Kind

MOST_ENTRIES = 1_000


@require_safe
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The feed of a query; without parameters, the feed of the newest day, as the home page shows it."""
    try:
        # A feed always goes on to the newest papers.
        asked = resolved(replace(parse(request.GET), upto=None), request.user)
    except QueryError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    query = question_of(asked)
    response = feed_of(
        request,
        cast("Kind", kind),
        find(query, limit=MOST_ENTRIES).papers,
        Channel(
            title=title_of(query) if asked.params() else settings.NAME,
            about=about(),
            page_url=page_of(query) if asked.params() else settings.BASE_URL + reverse("web:home"),
            own_url=address_of(asked, kind),
            hub=hub_of(asked),
        ),
    )
    return private(response) if is_personal(asked) else response


def question_of(asked: PaperQuery) -> PaperQuery:
    """What a feed's parameters ask for: without any, the newest day, whichever that is now."""
    if asked.params():
        return asked
    newest = nearest_day(today())
    return day_query(newest) if newest else asked


def address_of(asked: PaperQuery, kind: str) -> str:
    """The whole address of a query's feed, in its canonical form."""
    address = settings.BASE_URL + reverse("web:feed", args=[kind])
    return f"{address}?{asked.urlencode()}" if asked.params() else address


def title_of(query: PaperQuery) -> str:
    """What a query is called in a reader's list of feeds."""
    return f"{settings.NAME}: {naming.title_of(query)}" if query.params() else settings.NAME


def page_of(query: PaperQuery) -> str:
    """The address of the page that shows a query."""
    return settings.BASE_URL + naming.path_of(query)


def about() -> str:
    """What feeds of papers say of themselves."""
    return _("Papers collected by %(name)s") % {"name": settings.NAME}
