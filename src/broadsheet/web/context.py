"""What every page knows of the instance."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from broadsheet import __version__
from broadsheet.ranking.daily import today

# Which section of the masthead a page belongs to, by the name of its address.
SECTIONS = {
    "home": "day",
    "week": "week",
    "month": "month",
    "trending": "trending",
    "trending_weights": "trending",
    "why": "trending",
    "for_you": "for you",
    "for_you_start": "for you",
    "for_you_profile": "for you",
    "saved_pages": "saved",
    "saved_page": "saved",
    "about": "about",
    "sources": "about",
    "batches": "about",
    "batch": "about",
    "submit": "submit",
    "submission": "submit",
    "submissions": "submit",
    "bookmarklet": "submit",
    "notifications": "notifications",
    "notice_settings": "notifications",
}


def instance(request: HttpRequest) -> dict[str, Any]:
    """The instance's name, the version, today's date in its zone, and the page's section."""
    match = request.resolver_match
    return {
        "section": SECTIONS.get(match.url_name or "", "") if match else "",
        "instance_name": settings.NAME,
        "sends_mail": settings.SENDS_MAIL,
        "version": __version__,
        "today": today(),
    }
