"""Who does a job: a worker takes a due row by a conditional UPDATE, and keeps it by a lease that it extends.

Any number of workers may try at once, on SQLite as on PostgreSQL: the database lets one UPDATE through and the others
find the condition false. A claim has a name of its own, so that a worker which was away for longer than its lease can
neither extend nor end what another has taken over. Workers on several machines need clocks that agree to a few seconds.
What a worker of the same home had that was killed is free at once, as its lock is.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from broadsheet.catalogue.models import Job
from broadsheet.catalogue.schedules import asked_back_at, next_due, retry_at
from broadsheet.sources.protocol import Schedule

LEASE = timedelta(minutes=2)
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker has taken: the row, the name of the claim, and the job's schedule."""

    job: int
    name: str
    token: str
    schedule: Schedule


def due(now: datetime) -> QuerySet[Job]:
    """The jobs that are due and that nobody has, the longest due first."""
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return Job.objects.filter(is_free, is_enabled=True, due_at__lte=now).order_by("due_at", "pk")


def claim(job: Job, now: datetime, *, lease: timedelta = LEASE, by: str = "") -> Claim | None:
    """Take a job that is due, as the worker of a name; None when another was faster or it is not due any more."""
    token = f"{socket.gethostname()[:40]}:{by or os.getpid()}:{secrets.token_hex(8)}"
    taken = due(now).filter(pk=job.pk).order_by()
    if not taken.update(claimed_by=token, claimed_until=now + lease, last_started_at=now):
        return None
    return Claim(job.pk, job.name, token, Schedule(cron=job.schedule, zone=job.zone))


def claim_next(
    now: datetime, *, names: Collection[str], without: Collection[int] = (), lease: timedelta = LEASE, by: str = ""
) -> Claim | None:
    """Take the job of these names that has been due for longest; None when nothing is due.

    ``without`` are row ids of jobs that are passed over.
    """
    for job in due(now).filter(name__in=names).exclude(pk__in=without):
        if (taken := claim(job, now, lease=lease, by=by)) is not None:
            return taken
    return None


def extend(taken: Claim, now: datetime, *, lease: timedelta = LEASE) -> bool:
    """Keep a claim for another lease; False when it is no longer this worker's."""
    return bool(_held(taken).update(claimed_until=now + lease))


def release(taken: Claim) -> bool:
    """Give a job back undone: it is due at once, for any worker. False when it was no longer this worker's."""
    return bool(_held(taken).update(claimed_by="", claimed_until=None))


def release_of(workers: Collection[str]) -> int:
    """Give back undone what workers had that are gone, by their names; returns how many jobs."""
    return sum(
        Job.objects.filter(claimed_by__contains=f":{name}:").update(claimed_by="", claimed_until=None)
        for name in workers
    )


def succeed(taken: Claim, now: datetime, result: str) -> bool:
    """Record that a job was done; it is due again by its schedule. False when it was no longer this worker's."""
    return _end(
        taken,
        now,
        due_at=next_due(taken.schedule, now),
        last_succeeded_at=now,
        failures_count=0,
        last_error="",
        last_result=result[:LONGEST_TEXT],
    )


def fail(taken: Claim, now: datetime, error: str) -> bool:
    """Record that a job failed; it is tried again after a while. False when it was no longer this worker's."""
    failures = Job.objects.filter(pk=taken.job).values_list("failures_count", flat=True).first() or 0
    again = retry_at(failures + 1, now, next_due(taken.schedule, now))
    return _end(taken, now, due_at=again, failures_count=F("failures_count") + 1, last_error=error[:LONGEST_TEXT])


def put_off(taken: Claim, now: datetime, seconds: float, reason: str) -> bool:
    """Record that the other side asked for patience: no failure, and due again when it said. False as above."""
    return _end(taken, now, due_at=asked_back_at(seconds, now), last_error=reason[:LONGEST_TEXT])


def _held(taken: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=taken.job, claimed_by=taken.token)


def _end(taken: Claim, now: datetime, **fields: object) -> bool:
    return bool(_held(taken).update(claimed_by="", claimed_until=None, last_finished_at=now, **fields))
