"""The search room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding papers by words and by meaning."""

    name = "broadsheet.search"
    label = "search"
