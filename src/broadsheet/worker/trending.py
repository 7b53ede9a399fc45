"""The clock's errand for what gets attention."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.ranking.trending.computing import compute_trends, sample_votes
from broadsheet.ranking.trending.news import Fingerprint, fingerprint
from broadsheet.ranking.trending.weighing import JOB
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def trending_errand() -> Errand:
    """Every five minutes: what papers get is counted anew, if anything happened since this process last did so."""
    return Errand(name=JOB, schedule=Schedule(cron="*/5 * * * *"), do=_Computing().do)


class _Computing:
    """Remembers what was there when trends were computed; a new worker computes them once in any case."""

    def __init__(self) -> None:
        self._seen: Fingerprint | None = None

    def do(self, should_stop: ShouldStop) -> str | None:  # noqa: ARG002 - it is soon done
        """Compute the trends, or say that nothing happened."""
        now = timezone.now()
        sample_votes(timezone.localdate(now))
        before = fingerprint(now)
        if before == self._seen:
            return "nothing happened"
        done = compute_trends(now)
        # The trends themselves are part of it; what came in meanwhile is not in this one and is found the next time.
        self._seen = (*before[:-1], done.papers)
        return f"{done.papers} papers get attention, {done.written + done.gone} trends are new"
