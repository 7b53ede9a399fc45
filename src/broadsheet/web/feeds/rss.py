"""RSS 2.0 (https://www.rssboard.org/rss-specification), with what readers understand besides.

``dc:creator`` names each author, since RSS's own ``author`` is a mail address; ``atom:link`` names the feed itself and
its hub (RSS Advisory Board's profile); ``wfw:commentRss`` leads to the feed of a paper's comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from django.conf import settings
from django.urls import reverse

from broadsheet import __version__
from broadsheet.web.feeds.values import MEDIA_TYPES, Channel, Entry
from broadsheet.web.feeds.xml import DECLARATION, element, holding

MINUTES_TO_LIVE = 60
"""How long a reader may leave the feed alone. Papers come at any hour and on any day, so none is left out."""
_SPACES = {
    "xmlns_atom": "http://www.w3.org/2005/Atom",
    "xmlns_dc": "http://purl.org/dc/elements/1.1/",
    "xmlns_wfw": "http://wellformedweb.org/CommentAPI/",
}


def written(channel: Channel, entries: Sequence[Entry], updated: datetime) -> str:
    """The whole document."""
    head = [
        element("title", channel.title),
        element("link", channel.page_url),
        element("description", channel.about or channel.title),
        element("language", settings.LANGUAGE_CODE),
        element("lastBuildDate", format_datetime(updated)),
        element("generator", f"Broadsheet {__version__}"),
        element("docs", "https://www.rssboard.org/rss-specification"),
        element("ttl", str(MINUTES_TO_LIVE)),
        element("atom:link", href=channel.own_url, rel="self", type=MEDIA_TYPES["rss"]),
    ]
    if channel.hub:
        head.append(element("atom:link", href=channel.hub, rel="hub"))
    items = [_item(entry) for entry in entries]
    return DECLARATION + holding("rss", [holding("channel", head + items)], version="2.0", **_SPACES)


def _item(entry: Entry) -> str:
    parts = [
        element("title", entry.title),
        element("link", entry.url),
        element("description", entry.content),
        element("guid", entry.id, isPermaLink="true"),
        element("pubDate", format_datetime(entry.published)),
        element("atom:updated", entry.updated.isoformat()),
        *(element("dc:creator", name) for name in entry.authors),
        *(element("category", code) for code in entry.categories),
    ]
    if entry.talk_url:
        parts.append(element("comments", entry.talk_url))
    if entry.talk_feed:
        parts.append(element("wfw:commentRss", entry.talk_feed.replace(".atom?", ".rss?")))
    parts.append(element("source", settings.NAME, url=settings.BASE_URL + reverse("web:feed", args=["rss"])))
    return holding("item", parts)
