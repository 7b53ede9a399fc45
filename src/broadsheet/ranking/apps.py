"""The ranking room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class RankingConfig(AppConfig):
    """Which papers in which order."""

    name = "broadsheet.ranking"
    label = "ranking"
