"""What a job is: a name, a schedule, and something to do. All jobs of this instance are put together here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadsheet.catalogue.models import Job
from broadsheet.catalogue.schedules import ScheduleError, next_due
from broadsheet.sources.protocol import Schedule

logger = logging.getLogger(__name__)

ShouldStop = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something to do again and again.

    ``do`` is asked to end soon when the function that it is given returns true. It returns what it did, in words, or
    None when it ended before all was done: then it is due again at once. It raises ``BusyError`` where the other side
    asks for patience; any other exception is a failure. A prompt one never waits until another has ended.
    """

    name: str
    schedule: Schedule
    do: Callable[[ShouldStop], str | None]
    is_prompt: bool = False


def sync(errands: Sequence[Errand], now: datetime) -> None:
    """Bring the rows of jobs in line with what there is to do; what is no longer there is disabled, never deleted.

    A new job, and one that comes back, is due at once; one with a new schedule is due by that.
    """
    wanted = {errand.name: errand for errand in errands}
    Job.objects.exclude(name__in=wanted).filter(is_enabled=True).update(is_enabled=False)
    known = Job.objects.in_bulk(list(wanted), field_name="name")
    for name, errand in wanted.items():
        try:
            due_at = next_due(errand.schedule, now)
        except ScheduleError as error:
            logger.error("job %s is left out: %s", name, error)  # noqa: TRY400  (a wrong setting, no fault of ours)
            continue
        row = known.get(name)
        told = {"schedule": errand.schedule.cron, "zone": errand.schedule.zone}
        if row is None:
            # Another worker may have made it in the meantime.
            Job.objects.bulk_create([Job(name=name, due_at=now, **told)], ignore_conflicts=True)
        elif not row.is_enabled:
            Job.objects.filter(pk=row.pk).update(is_enabled=True, due_at=now, **told)
        elif (row.schedule, row.zone) != (told["schedule"], told["zone"]):
            Job.objects.filter(pk=row.pk).update(due_at=due_at, **told)
