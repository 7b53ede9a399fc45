"""The clock's errand for topics: counted anew every night, so that no reader waits for it."""

from __future__ import annotations

from broadsheet.ranking.topics.trends import refresh
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def topics_errand() -> Errand:
    """Every night: topics that rise and fall are counted."""
    return Errand(name="topics", schedule=Schedule(cron="13 4 * * *"), do=_count)


def _count(should_stop: ShouldStop) -> str | None:
    found = refresh()
    return f"{found.read} papers read" if found else "no papers are listed"
