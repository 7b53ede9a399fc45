"""The delivery room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """What leaves by itself."""

    name = "broadsheet.delivery"
    label = "delivery"
