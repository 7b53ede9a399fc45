"""``/feeds/search/SECRET.KIND``: the feed of a saved search, as its owner would read it."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from broadsheet.delivery.naming import path_of
from broadsheet.delivery.searches import question_of, search_of_secret
from broadsheet.search.find import find
from broadsheet.search.query import QueryError
from broadsheet.web.access import private
from broadsheet.web.feeds import feed_of
from broadsheet.web.feeds.values import Channel, Kind

MOST_ENTRIES = 1_000


@require_safe
def feed(request: HttpRequest, secret: str, kind: str) -> HttpResponse:
    """The papers of the search in the order of its page, for whoever knows the address; no cache keeps it."""
    search = search_of_secret(secret)
    if search is None:
        raise Http404
    try:
        query = question_of(search)
    except QueryError as error:
        # A collection that was deleted: the reader's program shows this to its owner.
        return private(HttpResponse(f"{error}\n", status=410, content_type="text/plain; charset=utf-8"))
    own_url = settings.BASE_URL + reverse("web:search_feed", args=[secret, kind])
    response = feed_of(
        request,
        cast("Kind", kind),
        find(query, limit=MOST_ENTRIES).papers,
        Channel(
            title=f"{settings.NAME}: {search.name}",
            page_url=settings.BASE_URL + path_of(query),
            own_url=own_url,
            lasting_id=settings.BASE_URL + reverse("web:saved_search", args=[search.key]),
        ),
    )
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return private(response)
