"""What a job of enrichment is; the clock does those that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.sources.door import Door
from broadsheet.sources.http import Limits

ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentJob:
    """Something to ask the outside again and again.

    ``cron`` has five fields, in UTC. ``is_wanted`` tells by Django's settings whether the operator asked for it.
    ``run`` returns how many papers gained something; it ends soon once its third argument says so, with what is done
    kept.
    """

    name: str
    cron: str
    is_wanted: Callable[[Any], bool]
    run: Callable[[Door, datetime, ShouldStop], int]
    limits: Limits | None = None
    """What the door puts up with; None for the usual."""
