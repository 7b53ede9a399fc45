"""The clock's errand for what gets attention."""

from __future__ import annotations

from broadsheet.ranking.trending.computing import compute_trends
from broadsheet.ranking.trending.weighing import JOB
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def trending_errand() -> Errand:
    """Every five minutes: what papers get is counted anew. A list that is read in the morning needs no more."""
    return Errand(name=JOB, schedule=Schedule(cron="*/5 * * * *"), do=_compute)


def _compute(should_stop: ShouldStop) -> str | None:
    done = compute_trends()
    return f"{done.papers} papers get attention, {done.written + done.gone} trends are new"
