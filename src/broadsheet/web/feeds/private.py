"""``/feeds/private/SECRET/…``: what is one person's, for whoever knows the address; nothing keeps or passes it on."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import groups_of
from broadsheet.community.collections import collection_named
from broadsheet.community.models import Account, Collection
from broadsheet.delivery.feed_secrets import account_of_feed_secret
from broadsheet.search.find import find
from broadsheet.search.inside import resolved
from broadsheet.search.query import PaperQuery
from broadsheet.web.feeds.answering import feed_of
from broadsheet.web.feeds.query import MOST_ENTRIES
from broadsheet.web.feeds.recommended import for_you_feed
from broadsheet.web.feeds.shelves import OWN
from broadsheet.web.feeds.values import Channel, Kind
from broadsheet.web.letters.keeping import by_address


@require_safe
@by_address()
def own(request: HttpRequest, secret: str, what: str, kind: str) -> HttpResponse:
    """``…/for-you.KIND``, ``…/following.KIND``, ``…/saved.KIND``: one of a person's own lists."""
    account = _account(secret)
    own_url = settings.BASE_URL + reverse("web:private_feed", args=[secret, what, kind])
    title, query, page = OWN[what]
    if query is None:
        return for_you_feed(request, cast("Kind", kind), account, own_url)
    return _answered(request, kind, account, query, title=str(title), page=reverse(page), own_url=own_url)


@require_safe
@by_address()
def collection(request: HttpRequest, secret: str, key: str, kind: str) -> HttpResponse:
    """``…/collections/KEY.KIND``: a collection that the person may see."""
    account = _account(secret)
    found = collection_named(account, key)
    if found is None:
        raise Http404
    return _answered(
        request,
        kind,
        account,
        PaperQuery(collection=found.key),
        title=to_plain(found.title),
        page=reverse("web:collection", args=[found.key]),
        own_url=settings.BASE_URL + reverse("web:private_collection_feed", args=[secret, key, kind]),
    )


@require_safe
@by_address()
def group(request: HttpRequest, secret: str, slug: str, kind: str) -> HttpResponse:
    """``…/groups/NAME.KIND``: the reading list of a group that the person belongs to."""
    account = _account(secret)
    found = groups_of(account).filter(slug=slug).first()
    reading = Collection.objects.filter(group=found, is_reading_list=True).first() if found is not None else None
    if found is None or reading is None:
        raise Http404
    return _answered(
        request,
        kind,
        account,
        PaperQuery(collection=reading.key),
        title=to_plain(found.name),
        page=reverse("web:group", args=[found.slug]),
        own_url=settings.BASE_URL + reverse("web:private_group_feed", args=[secret, slug, kind]),
    )


def _account(secret: str) -> Account:
    account = account_of_feed_secret(secret)
    if account is None:
        raise Http404
    return account


def _answered(
    request: HttpRequest, kind: str, account: Account, query: PaperQuery, *, title: str, page: str, own_url: str
) -> HttpResponse:
    """The papers of the question as the person would get them. The feed's id holds no secret, and outlives it."""
    channel = Channel(
        title=f"{settings.NAME}: {title}",
        page_url=settings.BASE_URL + page,
        own_url=own_url,
        lasting_id=f"{settings.BASE_URL}{page}#feed",
    )
    return feed_of(request, cast("Kind", kind), find(resolved(query, account), limit=MOST_ENTRIES).papers, channel)
