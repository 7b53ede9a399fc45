"""The web room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages and feeds."""

    name = "broadsheet.web"
    label = "web"
