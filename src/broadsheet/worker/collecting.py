"""The jobs that collect: one that harvests each source of ``BROADSHEET_SOURCES``, and one that watches their batches.

A harvest knows which batches to expect before it begins, and asks again for what they lack when it is over. The watch
looks more often, since what is late comes when no harvest is due, and tells of what stays out of order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from broadsheet.catalogue import batches, harvests
from broadsheet.catalogue.chosen_sources import Chosen
from broadsheet.catalogue.models import Batch, Harvest
from broadsheet.catalogue.outside import door
from broadsheet.catalogue.standing import HARVEST_PREFIX
from broadsheet.sources.door import BusyError, FetchError
from broadsheet.sources.protocol import Schedule
from broadsheet.sources.record import SourceError
from broadsheet.worker import alerts
from broadsheet.worker.errands import Errand, ShouldStop

logger = logging.getLogger(__name__)

WATCH = "batches"
WATCHED = Schedule(cron="*/15 * * * *")
# What the very first harvest of a source asks for; `broadsheet harvest` gets what is older.
FIRST_DAYS = timedelta(days=7)
# Batches that have been out of order for longer are asked for with each harvest, and not with each look.
FRESH = timedelta(days=1)
BUSY_SECONDS = 60.0
WORKER = "worker"


def collecting_errands(chosen: Sequence[Chosen]) -> list[Errand]:
    """The jobs that collect from these sources."""
    errands = [
        Errand(name=HARVEST_PREFIX + one.word, schedule=one.source.schedule, do=_harvesting(one)) for one in chosen
    ]
    if watched := [one for one in chosen if one.source.calendar is not None]:
        errands.append(Errand(name=WATCH, schedule=WATCHED, do=_watching(watched)))
    return errands


def _harvesting(one: Chosen) -> Callable[[ShouldStop], str | None]:
    return lambda should_stop: harvest(one, should_stop)


def _watching(watched: Sequence[Chosen]) -> Callable[[ShouldStop], str | None]:
    return lambda should_stop: watch(watched, should_stop)


def harvest(one: Chosen, should_stop: ShouldStop) -> str | None:
    """Harvest what is new at a source, then ask again for what its batches lack; None when it was told to stop.

    Raises ``SourceError`` where the source fails, and ``BusyError`` where it asks for patience.
    """
    now = timezone.now()
    batches.expect(one.source, categories_of(one), now)
    request = harvests.next_request(one.source, one.categories, first=now.date() - FIRST_DAYS)
    try:
        row = harvests.run(one.source, door(reader=one.source.name), request, worker=WORKER, should_stop=should_stop)
    except harvests.AlreadyRunningError as error:
        raise BusyError(str(error), 0, BUSY_SECONDS) from error
    if row.state == Harvest.State.RUNNING:
        if should_stop():
            return None
        raise _unfinished(row, now)
    if row.state == Harvest.State.FAILED:
        raise SourceError(row.error)
    filled = catch_up(one, should_stop) if one.source.calendar is not None else 0
    if should_stop():
        return None
    return told(row) + (f", {filled} batches filled" if filled else "")


def _unfinished(row: Harvest, now: datetime) -> FetchError:
    """Why a harvest ended before its last page, though nobody told it to."""
    if row.retry_at is not None:
        return BusyError(row.error, 503, (row.retry_at - now).total_seconds())
    return FetchError(row.error or "another worker went on with the harvest")


def told(row: Harvest) -> str:
    """What a harvest did, in words."""
    counts = {
        "created": row.created_count,
        "changed": row.changed_count,
        "unchanged": row.unchanged_count,
        "refused": row.refused_count,
        "deleted": row.deleted_count,
    }
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    return f"{row.pages_count} pages: {', '.join(parts) or 'nothing new'}"


def categories_of(one: Chosen) -> Collection[str]:
    """The categories whose batches are watched: those that the settings name, else all that were ever announced."""
    if one.categories:
        return one.categories
    named = Batch.objects.filter(source__slug=one.source.slug).values_list("category", flat=True)
    return list(named.order_by("category").distinct())


def catch_up(one: Chosen, should_stop: ShouldStop) -> int:
    """Ask for what the batches of a source lack; returns how many are in order now."""
    return batches.catch_up(
        one.source,
        categories_of(one),
        door(reader=one.source.name),
        timezone.now(),
        worker=WORKER,
        archives=one.archives,
        should_stop=should_stop,
    )


def watch(watched: Sequence[Chosen], should_stop: ShouldStop) -> str | None:
    """Compare the batches of all sources with the catalogue, get what is late, and tell of what stays out of order.

    A source that cannot be reached keeps neither the others from being looked at nor anybody from being told.
    """
    filled = 0
    for one in watched:
        if should_stop():
            return None
        now = timezone.now()
        batches.expect(one.source, categories_of(one), now)
        wrong = batches.check(one.source.slug, now)
        if not any(_is_fresh(batch, now) for batch in wrong):
            continue
        try:
            filled += catch_up(one, should_stop)
        except SourceError as error:
            logger.warning("what is missing of %s could not be asked for: %s", one.word, error)
    now = timezone.now()
    alerts.write_down(now)
    count = alerts.tell(door(), now)
    return f"{filled} batches filled, {count} alerts told"


def _is_fresh(batch: Batch, now: datetime) -> bool:
    return batch.due_at is not None and now - batch.due_at < FRESH
