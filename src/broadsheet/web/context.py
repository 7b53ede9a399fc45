"""What every page knows of the instance."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from broadsheet import __version__
from broadsheet.ranking.daily import today


def instance(request: HttpRequest) -> dict[str, Any]:
    """The instance's name and address, the version, and today's date in the instance's zone."""
    return {
        "instance_name": settings.NAME,
        "base_url": settings.BASE_URL,
        "version": __version__,
        "today": today(),
    }
