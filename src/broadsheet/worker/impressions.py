"""The clock's errand for what people were shown: old impressions go, and the rest tells which places are looked at."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.ranking.exploring.impressions import forget_old_impressions
from broadsheet.ranking.exploring.position_bias import learn_positions
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def impressions_errand() -> Errand:
    """Every night: old impressions are deleted, and it is learnt from the rest how likely each place is looked at."""
    return Errand(name="impressions", schedule=Schedule(cron="17 3 * * *"), do=_keep)


def _keep(should_stop: ShouldStop) -> str | None:
    now = timezone.now()
    count = forget_old_impressions(now)
    learn_positions(now)
    return f"{count} impressions deleted"
