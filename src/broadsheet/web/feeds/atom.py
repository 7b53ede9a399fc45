"""Atom 1.0 (RFC 4287), with the replies of RFC 4685 where a thing is discussed, and is an answer itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from broadsheet import __version__
from broadsheet.web.feeds.values import MEDIA_TYPES, Channel, Entry
from broadsheet.web.feeds.xml import DECLARATION, element, holding

_SPACES = {"xmlns": "http://www.w3.org/2005/Atom", "xmlns_thr": "http://purl.org/syndication/thread/1.0"}


def written(channel: Channel, entries: Sequence[Entry], updated: datetime) -> str:
    """The whole document. The instance is the author of what names none, as RFC 4287, 4.1.1 asks."""
    home = settings.BASE_URL + reverse("web:home")
    head = [
        element("id", channel.id),
        element("title", channel.title, type="text"),
        element("updated", updated.isoformat()),
        element("link", href=channel.own_url, rel="self", type=MEDIA_TYPES["atom"]),
        element("link", href=channel.page_url, rel="alternate", type="text/html"),
    ]
    if channel.hub:
        head.append(element("link", href=channel.hub, rel="hub"))
    if channel.about:
        head.append(element("subtitle", channel.about, type="text"))
    head += [
        holding("author", [element("name", settings.NAME), element("uri", home)]),
        element("icon", settings.BASE_URL + static("web/icon.svg")),
        element("generator", "Broadsheet", version=__version__),
    ]
    entries_written = [_entry(entry) for entry in entries]
    return DECLARATION + holding("feed", head + entries_written, **_SPACES, xml_lang=settings.LANGUAGE_CODE)


def _entry(entry: Entry) -> str:
    parts = [
        element("id", entry.id),
        element("title", entry.title, type="text"),
        element("updated", entry.updated.isoformat()),
        element("published", entry.published.isoformat()),
        element("link", href=entry.url, rel="alternate", type="text/html"),
        *(holding("author", [element("name", name)]) for name in entry.authors),
        *(element("category", term=code) for code in entry.categories),
    ]
    if entry.elsewhere:
        parts.append(element("link", href=entry.elsewhere, rel="related"))
    if entry.talk_url:
        parts.append(element("link", href=entry.talk_url, rel="replies", type="text/html"))
    if entry.talk_feed:
        parts.append(element("link", href=entry.talk_feed, rel="replies", type=MEDIA_TYPES["atom"]))
    if entry.answers:
        parts.append(element("thr:in-reply-to", ref=entry.answers, href=entry.answers))
    if entry.summary:
        # Some readers print any summary as HTML, so it is HTML in which nothing is a tag.
        parts.append(element("summary", escape(entry.summary, quote=False), type="html"))
    parts.append(element("content", entry.content, type="html"))
    return holding("entry", parts)
