"""Every paper of every day: which batches are expected, which are not in order, and how what is missing is got.

The clock calls, for each source that announces batches: ``expect`` before its harvest, ``check`` after it, ``catch_up``
where something is not in order, and ``alerts`` for what is still not in order after that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from broadsheet.catalogue import harvests
from broadsheet.catalogue.ledger import GRACE, IN_ORDER, OUT_OF_ORDER, is_doubtful, judge, note
from broadsheet.catalogue.models import Batch
from broadsheet.catalogue.models import Source as SourceRow
from broadsheet.sources.door import Door
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import Calendar, HarvestRequest, Source

__all__ = ["GRACE", "alerted", "alerts", "catch_up", "check", "expect", "note", "recount"]

# Batches that were in order are looked at again for so long; after that ``recount`` does it.
RECENT = timedelta(days=7)
# How far ahead the next announcement day is looked for: the longest holidays and a weekend on both sides.
AHEAD = timedelta(days=21)
# Papers that are missing by name are looked up for so long once everything else was tried.
TRIED = timedelta(days=30)
ONE_DAY = timedelta(days=1)


def expect(source: Source, categories: Iterable[str], now: datetime, since: date | None = None) -> list[Batch]:
    """Make a row for each announcement day of which a batch should be here, or will be today; returns the new ones.

    Days are followed from the first that was ever expected in a category, so days on which nothing ran are gaps. The
    first time, that is today, or ``since``: no years of gaps are invented.
    """
    if source.calendar is None:
        return []
    last = now.date() + ONE_DAY
    made: list[Batch] = []
    with transaction.atomic():
        row, _ = SourceRow.objects.get_or_create(slug=source.slug)
        known = Batch.objects.filter(source=row, due_at__isnull=False)
        begun = dict(known.values_list("category").annotate(Min("announced_on")))
        for category in dict.fromkeys(categories):
            first = min(filter(None, (begun.get(category), since)), default=now.date())
            days = [day for day in source.calendar.days(first, last) if _is_due(source.calendar, day, now)]
            rows = {batch.announced_on: batch for batch in Batch.objects.filter(source=row, category=category)}
            for day in days:
                batch = rows.get(day) or Batch(source=row, category=category, announced_on=day)
                if batch.due_at is None:
                    batch.due_at = source.calendar.due_at(day)
                    if batch.pk is None:
                        made.append(batch)
                    batch.save()
    return made


def _is_due(calendar: Calendar, day: date, now: datetime) -> bool:
    """Whether a batch is for today or earlier; where the source lives it may be tomorrow already."""
    return day <= now.date() or calendar.due_at(day) <= now


def check(source_slug: str, now: datetime) -> list[Batch]:
    """Compare the batches of a source that are not in order, and recent ones, with the catalogue.

    Returns those that are late, stale or short, in order of day and category.
    """
    with transaction.atomic():
        rows = _rows(source_slug).filter(~Q(state__in=IN_ORDER) | Q(announced_on__gte=now.date() - RECENT))
        judged = list(rows)
        judge(judged, now)
    return [row for row in judged if row.state in OUT_OF_ORDER]


def recount(now: datetime | None = None) -> int:
    """Compare all batches of all sources with the catalogue; returns in how many something else was found."""
    changed = 0
    for slug in SourceRow.objects.values_list("slug", flat=True):
        with transaction.atomic():
            rows = list(_rows(slug))
            before = {row.pk: (row.state, row.received_count, row.missing) for row in rows}
            judge(rows, now or timezone.now())
            changed += sum(before[row.pk] != (row.state, row.received_count, row.missing) for row in rows)
    return changed


def _rows(source_slug: str) -> QuerySet[Batch]:
    rows = Batch.objects.select_for_update(of=("self",)).filter(source__slug=source_slug)
    return rows.select_related("source").order_by("announced_on", "category")


def catch_up(
    source: Source,
    categories: Collection[str],
    door: Door,
    now: datetime,
    *,
    worker: str,
    archives: Sequence[Source] = (),
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Get what batches lack until they are in order, or it should stop; returns how many became so.

    Papers that are missing by name are looked up, at ``source`` and then at ``archives``. Where that is not enough,
    ``source`` is harvested once more from the first of the days on. Days that it may not be able to serve any more,
    since the next one is due, are then asked of each of the archives: sources of the same papers that keep past days,
    as arXiv's OAI-PMH does, whose papers move to the day of their last change. That settles a day of which the batch
    was never seen, and makes sure that one without papers has none. Names are asked for again and again for a month
    only, whole days once.
    """
    wanted, since = set(categories), now.date() - TRIED

    def left() -> list[Batch]:
        rows = [row for row in check(source.slug, now) if row.category in wanted]
        return [row for row in rows if row.announced_on > since or (archives and row.filled_at is None)]

    found = left()
    before = {row.pk for row in found}
    if _look_up(found, source, archives, door):
        found = left()
    for helper in (source, *archives):
        if should_stop():
            break
        unfilled = [row for row in found if row.filled_at is None]
        if helper is source:
            asked = [row for row in unfilled if row.announced_on > since]
        else:
            asked = _past([*unfilled, *_doubtful(source.slug, wanted)], source.calendar, now)
        overlap = ONE_DAY * (helper is not source)
        if not asked or not _harvest(helper, asked, door, now, worker, should_stop, overlap=overlap):
            continue
        if helper is not source:
            _fill([row.pk for row in asked], now)
        found = left()
        if _look_up(found, source, archives, door):
            found = left()
    return len(before.difference(row.pk for row in found))


def _look_up(rows: Iterable[Batch], source: Source, archives: Sequence[Source], door: Door) -> bool:
    """Look missing papers up by name; True when any came."""
    names = [name for row in rows for ref in row.missing if (name := parse_identifier(ref)) is not None]
    if not names:
        return False
    return harvests.fetch_papers(names, (source, *archives), door).intake.read > 0


def _harvest(
    helper: Source,
    rows: Sequence[Batch],
    door: Door,
    now: datetime,
    worker: str,
    should_stop: Callable[[], bool],
    *,
    overlap: timedelta,
) -> bool:
    """Harvest the days of some batches; False when it is not complete for now."""
    request = HarvestRequest(
        since=min(row.announced_on for row in rows) - overlap,
        categories=tuple(sorted({row.category for row in rows})),
    )
    try:
        harvest = harvests.run(helper, door, request, worker=worker, should_stop=should_stop, clock=lambda: now)
    except harvests.AlreadyRunningError:
        return False
    return harvest.state == harvest.State.COMPLETE


def _fill(numbers: Collection[int], now: datetime) -> None:
    """Note that an archive was asked for everything since these batches."""
    with transaction.atomic():
        rows = Batch.objects.select_for_update(of=("self",)).filter(pk__in=numbers)
        rows.update(filled_at=now)
        judge(list(rows.select_related("source")), now)


def _doubtful(source_slug: str, categories: Collection[str]) -> list[Batch]:
    """Batches that seem to be empty and that no archive was asked for."""
    rows = Batch.objects.filter(source__slug=source_slug, category__in=categories, announced_count=0, filled_at=None)
    return [row for row in rows if is_doubtful(row)]


def _past(rows: Iterable[Batch], calendar: Calendar | None, now: datetime) -> list[Batch]:
    """The batches after which another one is due. Until then, what is late for a source may be late elsewhere, too."""
    past: dict[date, bool] = {}
    for row in rows:
        day = row.announced_on
        if day not in past:
            following = calendar.days(day + ONE_DAY, day + AHEAD) if calendar is not None else []
            past[day] = bool(following) and calendar is not None and calendar.due_at(following[0]) <= now
    return [row for row in rows if past[row.announced_on]]


def alerts(now: datetime) -> list[Batch]:
    """The batches that need a person: late, stale or short beyond the time allowed, and not told of yet.

    Tell somebody, then call ``alerted``. A batch that came in order and fell out of it again is told of again.
    """
    rows = Batch.objects.filter(state__in=OUT_OF_ORDER, alerted_at=None).select_related("source")
    late = rows.filter(Q(due_at=None) | Q(due_at__lt=now - GRACE))
    return list(late.order_by("announced_on", "source__slug", "category"))


def alerted(batches: Iterable[Batch], now: datetime) -> None:
    """Note that somebody was told of these batches."""
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(alerted_at=now)
