"""How the sources and their batches stand, for whoever shows it: pages, commands, feeds. Nothing here writes.

A source is behind since the first thing that was due and is not here: a batch that is late, stale or short, else the
first moment of its schedule after it was last asked with success.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Min, Q, QuerySet, Sum

from broadsheet.catalogue.chosen_sources import named
from broadsheet.catalogue.ledger import OUT_OF_ORDER
from broadsheet.catalogue.models import Batch, Harvest, Job, Source
from broadsheet.catalogue.schedules import ScheduleError, next_due
from broadsheet.sources import protocol
from broadsheet.sources.record import SourceError

HARVEST_PREFIX = "harvest "
# A run that is due takes its time; nobody is told of so short a delay.
GRACE = timedelta(minutes=15)
A_FORTNIGHT = timedelta(days=14)

JobState = Literal["off", "running", "waiting", "failing", "behind", "well", "new"]


def out_of_order() -> QuerySet[Batch]:
    """The batches that are late, stale or short, the newest day first."""
    rows = Batch.objects.filter(state__in=OUT_OF_ORDER).select_related("source")
    return rows.order_by("-announced_on", "source__slug", "category")


def batches_between(
    since: date | None, until: date | None, *, source: str = "", categories: Collection[str] = ()
) -> list[Batch]:
    """The batches of some days in order of day, source and category; without days, of the last two weeks that have any.

    Both ends are included.
    """
    rows = Batch.objects.select_related("source").order_by("announced_on", "source__slug", "category")
    if source:
        rows = rows.filter(source__slug=source)
    if categories:
        rows = rows.filter(category__in=categories)
    if until is not None:
        rows = rows.filter(announced_on__lte=until)
    if since is None and until is None and (newest := rows.last()) is not None:
        since = newest.announced_on - A_FORTNIGHT
    return list(rows.filter(announced_on__gte=since) if since is not None else rows)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One category of a ledger; ``batches`` has one entry a day, None where there is no batch."""

    category: str
    batches: Sequence[Batch | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The batches of one source over some announcement days, the newest first, one row a category."""

    source: str
    days: Sequence[date]
    rows: Sequence[LedgerRow]


def ledgers(until: date | None, days: int, *, source: str = "") -> list[Ledger]:
    """For each source the last so many announcement days that have batches, up to and including a day.

    The days are those of all sources together, so that the tables of a page stand under each other.
    """
    rows = Batch.objects.filter(source__slug=source) if source else Batch.objects.all()
    shown = rows.filter(announced_on__lte=until) if until else rows
    columns = list(shown.order_by("-announced_on").values_list("announced_on", flat=True).distinct()[:days])
    if not columns:
        return []
    found: dict[str, dict[str, dict[date, Batch]]] = defaultdict(lambda: defaultdict(dict))
    chosen = rows.filter(announced_on__range=(columns[-1], columns[0])).select_related("source")
    # A large batch names thousands of papers, and the table none of them.
    for batch in chosen.defer("announced", "missing").order_by("source__slug", "category"):
        found[batch.source.slug][batch.category][batch.announced_on] = batch
    return [
        Ledger(slug, columns, [LedgerRow(name, [days_of.get(day) for day in columns]) for name, days_of in its.items()])
        for slug, its in found.items()
    ]


@dataclass(frozen=True, slots=True)
class Around:
    """The nearest announcement days before and after those of some ledgers."""

    before: date | None
    after: date | None


def around(shown: Sequence[Ledger], days: int) -> Around:
    """What lies before and after some ledgers; ``after`` is the newest day of the so many that come next."""
    if not shown:
        return Around(None, None)
    columns = shown[0].days
    others = Batch.objects.values_list("announced_on", flat=True).distinct()
    before = others.filter(announced_on__lt=columns[-1]).order_by("-announced_on").first()
    after = list(others.filter(announced_on__gt=columns[0]).order_by("announced_on")[:days])
    return Around(before, after[-1] if after else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """How one job that harvests stands. ``word`` is what the setting calls it; ``behind`` is None where it is not.

    ``created_count`` is how many papers it was the first to bring.
    """

    word: str
    title: str
    slug: str
    state: JobState
    created_count: int
    last_started_at: datetime | None
    last_succeeded_at: datetime | None
    next_at: datetime | None
    behind: timedelta | None
    failures_count: int
    result: str
    error: str


def source_standings(now: datetime) -> list[SourceStanding]:
    """Every source that the settings name or the clock has harvested; those that are switched off come last.

    One that no worker has seen yet is there as well, and one that cannot be used with the reason.
    """
    jobs = list(Job.objects.filter(name__startswith=HARVEST_PREFIX).order_by("-is_enabled", "name"))
    known = {job.name for job in jobs}
    jobs[:0] = [Job(name=name) for word in settings.SOURCES if (name := HARVEST_PREFIX + word) not in known]
    brought = dict(Harvest.objects.values_list("name").annotate(Sum("created_count")).order_by())
    overdue = dict(
        Source.objects.annotate(
            first_due=Min("batches__due_at", filter=Q(batches__state__in=OUT_OF_ORDER, batches__due_at__lte=now))
        ).values_list("slug", "first_due")
    )
    return [_standing(job, brought, overdue, now) for job in jobs]


def other_jobs(now: datetime) -> list[tuple[Job, JobState]]:
    """What else the clock does, and how each of it stands; what is switched off is left out."""
    jobs = Job.objects.exclude(name__startswith=HARVEST_PREFIX).filter(is_enabled=True).order_by("name")
    return [(job, _state(job, _behind(job, now), now)) for job in jobs]


def _behind(job: Job, now: datetime) -> timedelta | None:
    since = _missed_since(job, now)
    return now - since if since is not None else None


def _standing(job: Job, brought: dict[str, int], overdue: dict[str, datetime | None], now: datetime) -> SourceStanding:
    word = job.name.removeprefix(HARVEST_PREFIX)
    try:
        source, problem = named(word).source, ""
    except SourceError as error:
        source, problem = None, str(error) if job.is_enabled else ""
    slug = source.slug if source else ""
    since = [moment for moment in (overdue.get(slug), _missed_since(job, now)) if moment is not None]
    behind = now - min(since) if since and job.is_enabled else None
    return SourceStanding(
        word=word,
        title=source.title if source else word,
        slug=slug,
        state="failing" if problem else _state(job, behind, now),
        created_count=brought.get(source.name, 0) if source else 0,
        last_started_at=job.last_started_at,
        last_succeeded_at=job.last_succeeded_at,
        next_at=job.due_at if job.is_enabled else None,
        behind=behind,
        failures_count=job.failures_count,
        result=job.last_result,
        error=problem or job.last_error,
    )


def _missed_since(job: Job, now: datetime) -> datetime | None:
    """The first moment at which a job should have been done again; None where it was."""
    if job.last_succeeded_at is None:
        return None
    try:
        due_at = next_due(protocol.Schedule(cron=job.schedule, zone=job.zone), job.last_succeeded_at)
    except ScheduleError:
        return None
    return due_at if due_at is not None and due_at + GRACE <= now else None


def _state(job: Job, behind: timedelta | None, now: datetime) -> JobState:
    if not job.is_enabled:
        return "off"
    if job.claimed_until is not None and job.claimed_until > now:
        return "running"
    if job.failures_count:
        return "failing"
    if job.last_error:
        return "waiting"
    if behind is not None:
        return "behind"
    return "well" if job.last_succeeded_at else "new"
