"""Lists of feeds as OPML 2.0 (http://opml.org/spec2.opml), which every feed reader takes in."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.delivery.feed_secrets import account_of_feed_secret, feed_secret_of
from broadsheet.web.access import account_of, for_members
from broadsheet.web.feeds.answering import kept, tag_of
from broadsheet.web.feeds.shelves import Line, Shelf, own_shelves, public_shelves
from broadsheet.web.feeds.xml import DECLARATION, element, holding
from broadsheet.web.letters.keeping import by_address

MEDIA_TYPE = "text/x-opml"
FILE_NAME = "feeds.opml"


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """``GET /feeds/public.opml``: the instance's feeds."""
    return _answered(request, "web:public_opml", settings.NAME, public_shelves())


@require_safe
@by_address()
@for_members
def mine(request: HttpRequest) -> HttpResponse:
    """``GET /feeds.opml``: the feeds of whoever is signed in."""
    account = account_of(request)
    return _answered(request, f"web:my_opml {account.pk}", _title(), own_shelves(account, feed_secret_of(account)))


@require_safe
@by_address()
def by_secret(request: HttpRequest, secret: str) -> HttpResponse:
    """``GET /feeds/private/SECRET.opml``: a person's feeds, for a reader that asks for the list again and again."""
    account = account_of_feed_secret(secret)
    if account is None:
        raise Http404
    return _answered(request, f"web:private_opml {account.pk}", _title(), own_shelves(account, secret))


def written(title: str, shelves: Sequence[Shelf]) -> str:
    """The document: a shelf is an outline around its feeds, each of which is named in Atom."""
    head = [
        element("title", title),
        element("ownerId", settings.BASE_URL + reverse("web:home")),
        element("docs", "http://opml.org/spec2.opml"),
    ]
    body = [
        holding("outline", [_outline(line) for line in shelf.lines], text=shelf.title, title=shelf.title)
        for shelf in shelves
    ]
    return DECLARATION + holding("opml", [holding("head", head), holding("body", body)], version="2.0")


def _answered(request: HttpRequest, address: str, title: str, shelves: Sequence[Shelf]) -> HttpResponse:
    tag = tag_of("opml", title, [repr(shelf) for shelf in shelves])
    response = kept(request, address, tag, MEDIA_TYPE, lambda: written(title, shelves))
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def _title() -> str:
    return _("My feeds at %(name)s") % {"name": settings.NAME}


def _outline(line: Line) -> str:
    return element(
        "outline", type="rss", text=line.title, title=line.title, xmlUrl=line.urls["atom"], htmlUrl=line.page_url
    )
