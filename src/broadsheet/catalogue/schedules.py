"""When a job is due: cron expressions in a time zone, and how long to wait after a failure.

Expressions have five fields (minute, hour, day of month, month, day of week). Where clocks are put forward or back they
behave as Debian's cron does: what falls into the missing hour runs right after it, what falls into the doubled hour
runs once, and what runs every hour or more often follows the clock that does not jump.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from broadsheet.sources.protocol import Schedule

CRON_FIELDS = 5
SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# A server that asks for more patience than this is asked again all the same.
LONGEST_PATIENCE = timedelta(hours=24)
JITTER = 0.2


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the text names it and says why."""


def next_due(schedule: Schedule, after: datetime) -> datetime | None:
    """The first moment of a schedule that lies behind ``after``, in UTC; None for one that never comes by itself.

    Raises ``ScheduleError`` for an expression or a zone that cannot be read.
    """
    if not schedule.cron:
        return None
    if len(schedule.cron.split()) != CRON_FIELDS:
        raise ScheduleError(f"schedule {schedule.cron!r}: expected five fields, as in '0 6 * * 1-5'")
    try:
        moments = CronSim(schedule.cron, after.astimezone(ZoneInfo(schedule.zone)))
    except CronSimError as error:
        raise ScheduleError(f"schedule {schedule.cron!r}: {error}") from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"schedule {schedule.cron!r}: there is no time zone {schedule.zone!r}") from error
    # In the second pass of a doubled hour the expression still gives moments of the first.
    return next((due for moment in moments if (due := moment.astimezone(UTC)) > after), None)


def retry_at(failures: int, now: datetime, scheduled: datetime | None) -> datetime:
    """When to try again after so many failures in a row: a minute, then twice as long each time up to six hours.

    The wait is drawn at random around that, so that many instances do not come back together. It never goes beyond the
    moment at which the job is due anyway.
    """
    doubled = SHORTEST_WAIT * (1 << min(failures - 1, 20))
    wait = min(doubled, LONGEST_WAIT) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (no secret)
    return min(now + min(wait, LONGEST_WAIT), scheduled or datetime.max.replace(tzinfo=UTC))


def asked_back_at(seconds: float, now: datetime) -> datetime:
    """When to come back to a server that asked for so many seconds of patience."""
    return now + min(timedelta(seconds=max(seconds, 1.0)), LONGEST_PATIENCE)
