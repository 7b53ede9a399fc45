"""The door to the internet with this instance's settings; whoever fetches something asks for it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from broadsheet.sources.http import HttpDoor, Limits

PATIENCE = 60.0
FOLDER = "politeness"
"""Below the instance's home: queues, waits and validators, shared by all its processes."""


def door(*, reader: str = "", patience: float = PATIENCE, limits: Limits | None = None) -> HttpDoor:
    """A door that tells hosts who asks, keeps their pace with all other processes, and knows the intranet.

    ``reader`` is the name of a source that only wants to hear what is new to it; without one all answers come whole.
    ``patience`` is how many seconds a call may wait for its turn. Raises ``ImproperlyConfigured`` naming the setting
    that cannot be used.
    """
    # Most commands and pages fetch nothing, and an HTTP client takes a tenth of a second to load.
    from broadsheet.sources.http import HttpDoor

    try:
        return HttpDoor(
            settings.HOME / FOLDER,
            contact=contact(),
            allowed=settings.INTRANET,
            limits=limits,
            patience=patience,
            reader=reader,
        )
    except ValueError as error:
        raise ImproperlyConfigured(f"BROADSHEET_INTRANET={error}") from error


def contact() -> str:
    """How a host's people reach whoever runs the instance: its address and, where one is set, its contact."""
    return "; ".join(part for part in (settings.BASE_URL, settings.CONTACT) if part)
