"""The catalogue room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """What is known of papers."""

    name = "broadsheet.catalogue"
    label = "catalogue"
