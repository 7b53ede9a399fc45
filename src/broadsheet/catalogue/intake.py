"""The only writer of papers.

``take_in`` is idempotent (the same records twice change nothing), free of order (the same set of records gives the same
catalogue), and transactional a batch: an interruption keeps the batches before it and nothing of the one under way.
Decisions 0013, 0023 and 0024 name the few cases in which the order counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from broadsheet.catalogue import writing
from broadsheet.catalogue.admission import longest, refusal, refusal_of_deletion, storable, storable_text
from broadsheet.catalogue.deletions import Graveyard
from broadsheet.catalogue.drafts import Item, item_of
from broadsheet.catalogue.loading import load_drafts
from broadsheet.catalogue.matching import Matcher
from broadsheet.catalogue.merging import Described, canonical_json, digest_of_text, payload_of, title_hash
from broadsheet.catalogue.models import (
    Announcement,
    Counter,
    Listing,
    Paper,
    SavedPage,
    SavedPageEntry,
    Source,
    SourceRecord,
)
from broadsheet.catalogue.turns import give_way
from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord, SavedPageRecord

Record = PaperRecord | BadRecord | DeletedRecord

# Small, since on SQLite everybody else waits with what they write until a batch is in.
BATCH_SIZE = 50
# One number for all writers of papers; PostgreSQL lets them in one after the other by it.
WRITERS_LOCK = 6_171_623


@dataclass(slots=True)
class IntakeResult:
    """How many records made a new paper, changed one, changed nothing, or were refused, and why those were.

    ``deleted`` counts the records by which a source removed a paper; those of a removal that is known change nothing.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: list[BadRecord] = field(default_factory=list)

    @property
    def read(self) -> int:
        """All records that were looked at."""
        return self.created + self.changed + self.unchanged + self.deleted + len(self.refused)

    def add(self, other: IntakeResult) -> None:
        """Count another result into this one."""
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.deleted += other.deleted
        self.refused += other.refused


class _DryRunDone(Exception):  # noqa: N818  (a signal, not an error)
    """Rolls a dry run back."""


def take_in(
    records: Iterable[Record],
    *,
    source: str,
    page: SavedPageRecord | None = None,
    is_dry_run: bool = False,
    on_progress: Callable[[int], None] = lambda count: None,
) -> IntakeResult:
    """Take records of one source into the catalogue; with ``page``, they also become a list in their order.

    ``on_progress`` is called after each batch with the number of records in it. A dry run does everything and takes it
    back. Records that break a rule are refused one by one, with their place and the reason; the others are kept.
    """
    result = IntakeResult()
    try:
        if is_dry_run:
            with transaction.atomic():
                _take_in_batches(records, source, page, on_progress, result)
                raise _DryRunDone
        _take_in_batches(records, source, page, on_progress, result)
    except _DryRunDone:
        pass
    return result


def _take_in_batches(
    records: Iterable[Record],
    source: str,
    page: SavedPageRecord | None,
    on_progress: Callable[[int], None],
    result: IntakeResult,
) -> None:
    rank = 1
    for batch in _batches(records):
        if rank > 1:
            give_way()
        with transaction.atomic():
            wait_for_other_writers()
            taken = _take_in_batch(batch, source, page, rank)
        result.add(taken)
        rank += len(batch)
        on_progress(len(batch))


def wait_for_other_writers() -> None:
    """Two processes that bring the same paper at once would make two of it. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH_SIZE)):
        yield batch


def _take_in_batch(batch: Sequence[Record], source: str, page: SavedPageRecord | None, first_rank: int) -> IntakeResult:
    result = IntakeResult()
    Source.objects.get_or_create(slug=source)
    good = [(rank, record) for rank, record in enumerate(map(_admitted, batch), first_rank)]
    items = {rank: _item(record, source) for rank, record in good if isinstance(record, PaperRecord)}
    graves = Graveyard(source, {record.ref for _, record in good if not isinstance(record, BadRecord) and record.ref})
    matcher = Matcher()
    matcher.load(items.values(), {(source, record.ref) for _, record in good if isinstance(record, DeletedRecord)})
    for rank, record in good:
        if isinstance(record, BadRecord):
            result.refused.append(record)
        elif isinstance(record, DeletedRecord):
            is_new = graves.bury(record, matcher)
            result.deleted += is_new
            result.unchanged += not is_new
        elif graves.holds(record.ref, items[rank].payload):
            result.unchanged += 1
        else:
            _take_in_record(matcher, source, record, items[rank], result)
    writing.write(matcher.drafts)
    graves.write()
    if page is not None:
        drafts = {rank: matcher.holder(item) for rank, item in items.items()}
        _write_page(page, source, {rank: writing.row(draft) for rank, draft in drafts.items() if draft})
    return result


def _admitted(record: Record) -> Record:
    """The record as it can be stored, or why it cannot."""
    if isinstance(record, BadRecord):
        return record
    if isinstance(record, DeletedRecord):
        return refusal_of_deletion(record) or record
    clean = storable(record)
    return refusal(clean) or clean


def _item(record: PaperRecord, source: str) -> Item:
    payload = payload_of(record)
    text = canonical_json(payload)
    return item_of(record.ref, title_hash(record.title), Described(source, digest_of_text(text), payload), text)


def _take_in_record(matcher: Matcher, source: str, record: PaperRecord, item: Item, result: IntakeResult) -> None:
    draft, has_changed = matcher.put(item)
    is_new = draft.paper is None and len(draft.items) == 1 and has_changed
    has_changed |= draft.figures.take(source, record)
    draft.is_touched |= has_changed
    if is_new:
        result.created += 1
    elif has_changed:
        result.changed += 1
    else:
        result.unchanged += 1


def _write_page(page: SavedPageRecord, source: str, ranked: dict[int, Paper]) -> None:
    title, query = storable_text(page.title), storable_text(page.query)
    row, _ = SavedPage.objects.update_or_create(
        slug=page.slug,
        defaults={
            "title": title[: longest(SavedPage, "title")],
            "query": query[: longest(SavedPage, "query")],
            "source": Source.objects.get(slug=source),
            "printed_on": page.printed_on,
            "captured_on": page.captured_on,
        },
    )
    stored = dict(row.entries.filter(rank__in=ranked).values_list("rank", "paper_id"))
    moved = {rank: paper for rank, paper in ranked.items() if stored.get(rank) != paper.pk}
    if moved:
        SavedPageEntry.objects.filter(page=row, rank__in=moved).delete()
        SavedPageEntry.objects.bulk_create(
            [SavedPageEntry(page=row, paper=paper, rank=rank) for rank, paper in moved.items()]
        )
        row.papers_count = row.entries.count()
        row.save(update_fields=["papers_count"])


def forget_source(slug: str) -> int:
    """Remove everything that one source said; papers that no other source speaks of go away. Returns how many went."""
    with transaction.atomic():
        wait_for_other_writers()
        # A source may only have counted something, and never have described the paper.
        spoken_of = (
            model.objects.filter(source__slug=slug).values_list("paper_id") for model in (SourceRecord, Counter)
        )
        paper_ids = sorted({paper_id for rows in spoken_of for (paper_id,) in rows})
        gone = 0
        for start in range(0, len(paper_ids), BATCH_SIZE):
            drafts = load_drafts(paper_ids[start : start + BATCH_SIZE])
            for draft in drafts:
                for place in [place for place in draft.items if place[0] == slug]:
                    draft.remove(place)
                draft.is_touched |= draft.figures.drop(slug)
            writing.write(drafts)
            gone += sum(not draft.items for draft in drafts)
        Listing.objects.filter(source__slug=slug).delete()
        Counter.objects.filter(source__slug=slug).delete()
        Announcement.objects.filter(source__slug=slug).delete()
        SavedPage.objects.filter(source__slug=slug).delete()
        Source.objects.filter(slug=slug).delete()
    return gone
