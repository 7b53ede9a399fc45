"""All jobs of this instance, as its settings have them."""

from __future__ import annotations

from broadsheet.worker.errands import Errand


def errands() -> list[Errand]:
    """What there is to do by the clock."""
    return []
