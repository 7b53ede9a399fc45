"""The instance as a Django app, so that its system checks are found."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Registers the checks of the instance's settings."""

    name = "broadsheet.site"
    label = "site"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from broadsheet.site import checks  # noqa: F401  (registration happens on import)
