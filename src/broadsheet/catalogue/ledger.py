"""The ledger of batches: what a source says that it announced, beside what of it is here.

``note`` writes down what a page of a harvest tells, in the transaction of that page, and ``judge`` compares it with the
catalogue. Who asks for missing papers is ``batches``.

A batch that is served again with a fresh date is told by its papers: in one category a paper is announced as new once
and cross-listed once, while replacements do come back on the next day. Nothing of such a batch is believed but that it
was served.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from statistics import median

from broadsheet.catalogue.models import Announcement, Batch, Source, SourceRecord, Tombstone
from broadsheet.sources.protocol import BatchRecord, Calendar, Record
from broadsheet.sources.record import PaperRecord

# How long after its time a batch may come before it is called late. arXiv announces at 20:00 and makes its feeds at
# midnight; a harvest an hour later should find them.
GRACE = timedelta(hours=6)
# What happens to a paper once in a category; it may be replaced every day.
ONCE = frozenset({"new", "cross"})
# Two replacements of two papers on two days running are no accident; one paper replaced twice is.
FEWEST_REPEATED = 2
# A batch is compared with those of so many days before it: a long weekend, and a feed that stood still over it.
REMEMBERED = timedelta(days=21)
# A category with so many papers on a usual day is not believed to have none on another, unless that is said expressly.
BUSY = 15
HISTORY = 10
FEWEST_KNOWN = 3
SERVED_EMPTY = "what is served is empty"
IN_ORDER = (Batch.State.COMPLETE, Batch.State.EMPTY)
OUT_OF_ORDER = (Batch.State.LATE, Batch.State.STALE, Batch.State.SHORT)
# SQLite takes 32,766 parameters in one statement, older ones 999.
CHUNK = 900

Day = tuple[str, date]
"""A category and an announcement day."""


def repeated(source_slug: str, batches: Iterable[BatchRecord]) -> dict[Day, date]:
    """Which of the batches are earlier ones with a fresh date, by category and day, and of which day they are."""
    found: dict[Day, date] = {}
    batches = list(batches)
    if not batches:
        return found
    rows = Batch.objects.filter(
        source__slug=source_slug,
        category__in={batch.category for batch in batches},
        announced_on__gte=min(batch.announced_on for batch in batches) - REMEMBERED,
        announced_on__lt=max(batch.announced_on for batch in batches),
    ).order_by("-announced_on")
    by_category = defaultdict(list)
    for row in rows:
        by_category[row.category].append(row)
    for batch in batches:
        for row in by_category[batch.category]:
            if row.announced_on < batch.announced_on and _is_same(batch.refs, row.announced):
                found[batch.category, batch.announced_on] = row.announced_on
                break
    return found


def _is_same(refs: Mapping[str, Sequence[str]], earlier: Mapping[str, Sequence[str]]) -> bool:
    """Whether most of what happens to a paper once had happened in the earlier batch; else, whether all is the same."""
    once, once_before = _refs(refs, ONCE), _refs(earlier, ONCE)
    if once:
        return 2 * len(once & once_before) > len(once)
    every = _refs(refs)
    return not once_before and len(every) >= FEWEST_REPEATED and every == _refs(earlier)


def _refs(refs: Mapping[str, Sequence[str]], kinds: Collection[str] | None = None) -> set[str]:
    return {ref for kind, some in refs.items() if kinds is None or kind in kinds for ref in some}


def undated(records: Iterable[Record], days: Collection[Day]) -> list[Record]:
    """The records without the announcements of these categories and days, which are known to be wrong.

    One that loses its last announcement of a day is not on that day's page either.
    """
    if not days:
        return list(records)
    return [_without(record, days) if isinstance(record, PaperRecord) else record for record in records]


def _without(record: PaperRecord, days: Collection[Day]) -> PaperRecord:
    kept = tuple(one for one in record.announcements if (one.category, one.announced_on) not in days)
    if len(kept) == len(record.announcements):
        return record
    lost = {one.announced_on for one in record.announcements}.difference(one.announced_on for one in kept)
    is_listed = record.listing is not None and record.listing.listed_on not in lost
    return replace(record, announcements=kept, listing=record.listing if is_listed else None)


def note(
    source_slug: str, batches: Sequence[BatchRecord], now: datetime, *, calendar: Calendar | None = None
) -> list[Batch]:
    """Write down what a source says that it announced, and judge it; returns the rows. Must run in a transaction.

    What is said of one batch in several places adds up. A batch of an earlier day with a fresh date makes a day stale
    that nothing better is known of, and leaves no trace on a day on which ``calendar`` expects no batch. So does an
    empty one; on another day it counts only where the source states the number or where empty days are usual.
    """
    if not batches:
        return []
    source, _ = Source.objects.get_or_create(slug=source_slug)
    again = repeated(source_slug, batches)
    touched: dict[Day, Batch] = {}
    for record in sorted(batches, key=lambda batch: (batch.announced_on, batch.category)):
        place = record.category, record.announced_on
        row = touched.get(place) or _row(source, *place)
        is_day = calendar is None or bool(calendar.days(record.announced_on, record.announced_on))
        if place in again:
            if row.pk or is_day:
                row.state = Batch.State.STALE
                row.note = f"what is served is the batch of {again[place]:%Y-%m-%d}"
                touched[place] = row
        elif any(record.refs.values()) or any(record.counts.values()):
            _add(row, record, now)
            touched[place] = row
        elif (row.pk or is_day) and row.first_seen_at is None:
            if record.is_complete and (record.counts or not _is_busy(row)):
                row.announced_count, row.first_seen_at = 0, now
                row.kinds = dict(record.counts)
            else:
                row.note = SERVED_EMPTY
            touched[place] = row
    for row in touched.values():
        row.save()
    judge(list(touched.values()), now)
    return list(touched.values())


def _row(source: Source, category: str, day: date) -> Batch:
    place = {"source": source, "category": category, "announced_on": day}
    return Batch.objects.select_for_update(of=("self",)).filter(**place).first() or Batch(**place)


def _is_busy(row: Batch) -> bool:
    """Whether the category usually has papers."""
    counts = Batch.objects.filter(
        source=row.source, category=row.category, announced_on__lt=row.announced_on, announced_count__isnull=False
    ).order_by("-announced_on")
    known = [count or 0 for count in counts.values_list("announced_count", flat=True)[:HISTORY]]
    return len(known) >= FEWEST_KNOWN and median(known) >= BUSY


def _add(row: Batch, record: BatchRecord, now: datetime) -> None:
    """Add the papers that a record names to those of a row; the largest number that was stated counts."""
    named = _refs(row.announced)
    announced = {kind: list(refs) for kind, refs in row.announced.items()}
    for kind, refs in record.refs.items():
        # Sources tell kinds apart differently (a replaced cross-list is a replacement elsewhere): the first holds.
        fresh = dict.fromkeys(ref for ref in refs if ref not in named)
        named.update(fresh)
        if fresh:
            announced.setdefault(kind, []).extend(fresh)
    row.announced = announced
    row.first_seen_at = row.first_seen_at or now
    kinds = {
        kind: max(record.counts.get(kind, 0), len(set(record.refs.get(kind, ()))))
        for kind in {*record.counts, *record.refs}
    }
    total = sum(kinds.values())
    # A part that states no more than it names says nothing of the whole: other kinds may be left out.
    is_told = record.is_complete or total > len(_refs(record.refs))
    if is_told and (row.announced_count is None or total >= row.announced_count):
        row.announced_count, row.kinds = total, {kind: kinds[kind] for kind in sorted(kinds) if kinds[kind]}
    if row.announced_count is not None:
        row.announced_count = max(row.announced_count, len(named))


def judge(rows: Sequence[Batch], now: datetime) -> None:
    """Compare stored batches with the catalogue and store what was found. Must run in a transaction that locked them.

    A paper is here when this source has described it, under the key by which it was announced; one that the source
    has removed since is not missed.
    """
    by_source = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    for source, theirs in by_source.items():
        named = {ref for row in theirs for ref in _refs(row.announced)}
        here = _papers(source, named)
        gone = _removed(source, named.difference(here))
        for row in theirs:
            before = _told(row)
            _judge(row, here, gone, now)
            if _told(row) != before:
                row.save()
    Batch.objects.filter(pk__in=[row.pk for row in rows]).update(checked_at=now)


def _told(row: Batch) -> tuple[object, ...]:
    return row.state, row.note, row.received_count, row.missing, row.completed_at, row.alerted_at


def _papers(source: Source, refs: Collection[str]) -> dict[str, int]:
    """The papers that the source described under these keys."""
    found: dict[str, int] = {}
    for some in _chunks(refs):
        found.update(SourceRecord.objects.filter(source=source, ref__in=some).values_list("ref", "paper_id"))
    return found


def _removed(source: Source, refs: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in _chunks(refs):
        found.update(Tombstone.objects.filter(source=source, ref__in=some).values_list("ref", flat=True))
    return found


def _chunks(refs: Collection[str]) -> Iterable[list[str]]:
    iterator = iter(sorted(refs))
    while some := list(islice(iterator, CHUNK)):
        yield some


def _judge(row: Batch, here: Mapping[str, int], gone: Collection[str], now: datetime) -> None:
    named = _refs(row.announced)
    row.missing = sorted(ref for ref in named if ref not in here and ref not in gone)
    row.received_count = sum(ref in here for ref in named)
    is_named_whole = row.announced_count is not None and 0 < row.announced_count <= len(named)
    if not is_named_whole:
        # Papers that are not named by the batch, but were announced on its day as another place tells.
        row.received_count += _others(row, {here[ref] for ref in named if ref in here})
    row.state, row.note = _verdict(row, sum(ref in gone for ref in named), now)
    row.checked_at = now
    if row.state in IN_ORDER:
        row.completed_at = row.completed_at or now
        row.alerted_at = None
    else:
        row.completed_at = None


def _others(row: Batch, papers: Collection[int]) -> int:
    announced = Announcement.objects.filter(
        source=row.source, category=row.category, announced_on=row.announced_on
    ).values_list("paper_id", flat=True)
    return len(set(announced).difference(papers))


def _verdict(row: Batch, gone: int, now: datetime) -> tuple[str, str]:
    """The state of a row whose papers have been counted, and what to say of it."""
    state = Batch.State
    if row.first_seen_at is not None:
        return _verdict_of_seen(row, gone)
    if row.filled_at is not None:
        if row.received_count:
            return state.COMPLETE, "never seen as a batch; its papers come from a source that keeps past days"
        return state.EMPTY, "never seen as a batch, and a source that keeps past days has no papers of it"
    if row.state == state.STALE:
        return state.STALE, row.note
    if row.due_at is not None and now > row.due_at + GRACE:
        return state.LATE, row.note if row.note == SERVED_EMPTY else "nothing was seen of it"
    return state.EXPECTED, row.note


def _verdict_of_seen(row: Batch, gone: int) -> tuple[str, str]:
    state, count = Batch.State, row.announced_count
    if row.missing:
        return state.SHORT, f"{len(row.missing)} of {count or 'those named'} are not here"
    if count is None:
        if row.filled_at is None:
            return state.SHORT, "the source named only a part of it"
        return state.COMPLETE, "the source named only a part of it; the rest comes from one that keeps past days"
    lacking = count - gone - row.received_count
    if lacking > 0:
        return state.SHORT, f"{lacking} of {count} are not here, and not named"
    if is_doubtful(row) and row.received_count:
        return state.COMPLETE, "what was served was empty; its papers come from a source that keeps past days"
    return (state.COMPLETE if count else state.EMPTY), ""


def is_doubtful(row: Batch) -> bool:
    """Whether a batch was served without papers, and nobody said expressly that there are none."""
    return row.announced_count == 0 and not row.kinds
