"""Which feeds a WebSub hub is told of (https://www.w3.org/TR/websub/): the standard ones, and no others.

Readers that see a hub in a feed stop asking for it, so one is named only where the hub is really told of changes.
"""

from __future__ import annotations

from django.conf import settings

from broadsheet.catalogue.models import Category
from broadsheet.search.query import PaperQuery

MOST_CATEGORIES = 200


def standard_queries() -> tuple[PaperQuery, ...]:
    """The questions that everybody asks: the newest day, all papers by day, what is trending, what is rising."""
    return (
        PaperQuery(),
        PaperQuery(sort="newest"),
        PaperQuery(sort="trending"),
        PaperQuery(sort="rising"),
    )


def category_queries() -> tuple[PaperQuery, ...]:
    """Each category that has papers, by its code."""
    codes = Category.objects.filter(paper_categories__paper__is_hidden=False).order_by("code").distinct()
    return tuple(PaperQuery(categories=(code,)) for code in codes.values_list("code", flat=True)[:MOST_CATEGORIES])


def hub_of(asked: PaperQuery) -> str:
    """The hub that is told when the feed of a query changes; empty where none is."""
    if not settings.WEBSUB:
        return ""
    if asked in standard_queries():
        return str(settings.WEBSUB)
    is_category = len(asked.categories) == 1 and asked == PaperQuery(categories=asked.categories)
    return str(settings.WEBSUB) if is_category and asked in category_queries() else ""


def hub_of_comments() -> str:
    """The hub that is told of new comments; empty where none is."""
    return str(settings.WEBSUB)
