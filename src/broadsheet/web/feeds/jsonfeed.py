"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from broadsheet import __version__
from broadsheet.web.feeds.values import Channel, Entry

VERSION = "https://jsonfeed.org/version/1.1"


def written(channel: Channel, entries: Sequence[Entry], updated: datetime) -> str:
    """The whole document. What is this program's own stands in ``_broadsheet``, as the format asks of extensions."""
    icon = settings.BASE_URL + static("web/icon.svg")
    told: dict[str, Any] = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": channel.page_url,
        "feed_url": channel.own_url,
        "description": channel.about,
        "icon": icon,
        "favicon": icon,
        "authors": [{"name": settings.NAME, "url": settings.BASE_URL + reverse("web:home")}],
        "language": settings.LANGUAGE_CODE,
        "hubs": [{"type": "WebSub", "url": channel.hub}] if channel.hub else [],
        "_broadsheet": {
            "about": settings.BASE_URL + reverse("web:about"),
            "version": __version__,
            "updated": updated.isoformat(),
        },
        "items": [_item(entry) for entry in entries],
    }
    return json.dumps(_without_nothing(told), ensure_ascii=False)


def _item(entry: Entry) -> dict[str, Any]:
    return _without_nothing(
        {
            "id": entry.id,
            "url": entry.url,
            "external_url": entry.elsewhere,
            "title": entry.title,
            "content_html": entry.content,
            "summary": entry.summary,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(entry.categories),
            "_broadsheet": dict(entry.told),
        }
    )


def _without_nothing(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, but for what has to be there: the list of items, and what an item says."""
    return {name: value for name, value in told.items() if value or name in {"items", "content_html"}}
