"""Every list as RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1.

An entry's id is the address of its paper by public key, which never changes, so a reader shows nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_html, to_plain
from broadsheet.delivery import naming
from broadsheet.ranking.daily import nearest_day, today
from broadsheet.search.find import find
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, day_query, parse
from broadsheet.web.access import private

MOST_ENTRIES = 1_000
XmlFeed = Rss201rev2Feed | Atom1Feed
XML_KINDS: dict[str, type[XmlFeed]] = {"rss": Rss201rev2Feed, "atom": Atom1Feed}


@require_safe
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The feed of a query; without parameters, the feed of the newest day, as the home page shows it."""
    try:
        # A feed always goes on to the newest papers.
        query = resolved(replace(parse(request.GET), upto=None), request.user)
    except QueryError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    if not query.params():
        newest = nearest_day(today())
        query = day_query(newest) if newest else query
    papers = find(query, limit=MOST_ENTRIES).papers
    own_url = settings.BASE_URL + request.get_full_path()
    response = feed_of(kind, papers, title=title_of(query), page_url=page_of(query), own_url=own_url)
    return private(response) if is_personal(query) else response


def feed_of(kind: str, papers: Sequence[Paper], *, title: str, page_url: str, own_url: str) -> HttpResponse:
    """Papers, in this order, as a feed of one kind (rss, atom or json); ``page_url`` is the page that shows them."""
    if kind == "json":
        return _json_feed(papers, title, page_url, own_url)
    return _xml_feed(XML_KINDS[kind], papers, title, page_url, own_url)


def title_of(query: PaperQuery) -> str:
    """What a query is called in a reader's list of feeds."""
    return f"{settings.NAME}: {naming.title_of(query)}" if query.params() else settings.NAME


def page_of(query: PaperQuery) -> str:
    """The address of the page that shows a query."""
    return settings.BASE_URL + naming.path_of(query)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _published(paper: Paper) -> datetime:
    return _moment(paper.dated_on) if paper.dated_on else paper.created_at


def _addresses(paper: Paper) -> tuple[str, str]:
    """The lasting address by key, and the one to show."""
    lasting, shown = (reverse("web:paper", args=[name]) for name in (paper.key, paper.name))
    return settings.BASE_URL + lasting, settings.BASE_URL + shown


def _xml_feed(maker: type[XmlFeed], papers: Sequence[Paper], title: str, page_url: str, own_url: str) -> HttpResponse:
    feed = maker(
        title=title,
        link=page_url,
        description=_("Papers collected by %(name)s") % {"name": settings.NAME},
        language=settings.LANGUAGE_CODE,
        feed_url=own_url,
        feed_guid=own_url,
    )
    for paper in papers:
        lasting, shown = _addresses(paper)
        feed.add_item(
            title=to_plain(paper.title),
            link=shown,
            description=to_html(paper.abstract),
            unique_id=lasting,
            unique_id_is_permalink=True,
            pubdate=_published(paper),
            updateddate=paper.changed_at,
            author_name=_authors(paper),
            categories=[to_plain(entry.category.code) for entry in paper.paper_categories.all()],
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _authors(paper: Paper) -> str | None:
    names = [to_plain(authorship.name) for authorship in paper.authorships.all()]
    more = (paper.author_count or 0) - len(names)
    return (", ".join(names) + (f" + {more}" if more > 0 else "")) if names else None


def _json_feed(papers: Sequence[Paper], title: str, page_url: str, own_url: str) -> HttpResponse:
    items: list[dict[str, Any]] = []
    for paper in papers:
        lasting, shown = _addresses(paper)
        items.append(
            {
                "id": lasting,
                "url": shown,
                "title": to_plain(paper.title),
                "content_html": to_html(paper.abstract),
                "date_published": _published(paper).isoformat(),
                "date_modified": paper.changed_at.isoformat(),
                "authors": [{"name": to_plain(authorship.name)} for authorship in paper.authorships.all()],
                "tags": [entry.category.code for entry in paper.paper_categories.all()],
            }
        )
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": page_url,
        "feed_url": own_url,
        "language": settings.LANGUAGE_CODE,
        "items": items,
    }
    return JsonResponse(told, content_type="application/feed+json; charset=utf-8")
