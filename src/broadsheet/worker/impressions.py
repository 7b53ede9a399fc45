"""The clock's errand for what people were shown: what is older than the instance keeps is deleted."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.ranking.exploring.impressions import forget_old_impressions
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def impressions_errand() -> Errand:
    """Every night: old impressions are deleted."""
    return Errand(name="impressions", schedule=Schedule(cron="17 3 * * *"), do=_forget)


def _forget(should_stop: ShouldStop) -> str | None:
    return f"{forget_old_impressions(timezone.now())} impressions deleted"
