"""The clock's errand for votes."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.community.rings import settle
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def settling_errand() -> Errand:
    """Every minute: votes that have waited count, and those that the rules suspect are held."""
    return Errand(name="votes", schedule=Schedule(cron="* * * * *"), do=_settle)


def _settle(should_stop: ShouldStop) -> str | None:
    done = settle(timezone.now())
    return f"{done.counted} votes count now, {done.held} are held"
