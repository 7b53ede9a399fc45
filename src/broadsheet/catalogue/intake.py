"""The only writer of papers.

``take_in`` is idempotent (the same records twice change nothing), free of order (the same set of records gives the same
catalogue), and transactional a batch: an interruption keeps the batches before it and nothing of the one under way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction

from broadsheet.catalogue import writing
from broadsheet.catalogue.admission import longest, refusal, storable, storable_text
from broadsheet.catalogue.matching import (
    CounterDraft,
    Draft,
    ListingDraft,
    Matcher,
    identifiers_of,
    load_drafts,
    merge_counter,
    merge_listing,
)
from broadsheet.catalogue.merging import Described, Payload, digest_of, payload_of, title_hash
from broadsheet.catalogue.models import Counter, Listing, Paper, SavedPage, SavedPageEntry, Source, SourceRecord
from broadsheet.sources.record import BadRecord, PaperRecord, SavedPageRecord

BATCH_SIZE = 200
# One number for all writers of papers; PostgreSQL lets them in one after the other by it.
WRITERS_LOCK = 6_171_623


@dataclass(slots=True)
class IntakeResult:
    """How many records made a new paper, changed one, changed nothing, or were refused, and why those were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[BadRecord] = field(default_factory=list)

    @property
    def read(self) -> int:
        """All records that were looked at."""
        return self.created + self.changed + self.unchanged + len(self.refused)

    def add(self, other: IntakeResult) -> None:
        """Count another result into this one."""
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.refused += other.refused


class _DryRunDone(Exception):  # noqa: N818  (a signal, not an error)
    """Rolls a dry run back."""


def take_in(
    records: Iterable[PaperRecord | BadRecord],
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
    records: Iterable[PaperRecord | BadRecord],
    source: str,
    page: SavedPageRecord | None,
    on_progress: Callable[[int], None],
    result: IntakeResult,
) -> None:
    rank = 1
    for batch in _batches(records):
        with transaction.atomic():
            _wait_for_other_writers()
            taken = _take_in_batch(batch, source, page, rank)
        result.add(taken)
        rank += len(batch)
        on_progress(len(batch))


def _wait_for_other_writers() -> None:
    """Two processes that bring the same paper at once would make two of it. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


def _batches(records: Iterable[PaperRecord | BadRecord]) -> Iterator[list[PaperRecord | BadRecord]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH_SIZE)):
        yield batch


def _take_in_batch(
    batch: Sequence[PaperRecord | BadRecord], source: str, page: SavedPageRecord | None, first_rank: int
) -> IntakeResult:
    result = IntakeResult()
    Source.objects.get_or_create(slug=source)
    good: list[tuple[int, PaperRecord, Payload, str]] = []
    for rank, record in enumerate(batch, first_rank):
        if isinstance(record, BadRecord):
            result.refused.append(record)
            continue
        clean = storable(record)
        bad = refusal(clean)
        if bad is not None:
            result.refused.append(bad)
        else:
            good.append((rank, clean, payload_of(clean), title_hash(clean.title)))
    matcher = Matcher(source)
    matcher.load(
        {pair for _, _, payload, _ in good for pair in identifiers_of(payload)},
        {record.ref for _, record, _, _ in good if record.ref},
        {hashed for _, _, _, hashed in good if hashed},
        {digest_of(payload) for _, _, payload, hashed in good if not hashed},
    )
    ranked: list[tuple[int, Payload, str, str]] = []
    for rank, record, payload, hashed in good:
        _take_in_record(matcher, record, payload, hashed, result)
        ranked.append((rank, payload, record.ref, hashed))
    writing.write(matcher.drafts)
    if page is not None:
        drafts = {rank: matcher.find(payload, ref, hashed) for rank, payload, ref, hashed in ranked}
        _write_page(page, source, {rank: writing.row(draft) for rank, draft in drafts.items() if draft})
    return result


def _take_in_record(matcher: Matcher, record: PaperRecord, payload: Payload, hashed: str, result: IntakeResult) -> None:
    draft = matcher.find(payload, record.ref, hashed)
    is_new = draft is None
    if draft is None:
        draft = Draft()
    described = Described(matcher.source, digest_of(payload), payload)
    has_changed = draft.describe(matcher.source, record.ref, hashed, described)
    matcher.add(draft)
    if record.listing is not None:
        listing = ListingDraft(record.listing.rank, record.listing.submitted_by)
        has_changed |= merge_listing(draft, (matcher.source, record.listing.listed_on), listing)
    figures = [figure or 0 for figure in (record.votes_count, record.comments_count, record.stars_count)]
    if any(figures):
        counter = CounterDraft(*figures)
        has_changed |= merge_counter(draft, matcher.source, counter)
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
        _wait_for_other_writers()
        paper_ids = set(SourceRecord.objects.filter(source__slug=slug).values_list("paper_id", flat=True))
        SourceRecord.objects.filter(source__slug=slug).delete()
        Listing.objects.filter(source__slug=slug).delete()
        Counter.objects.filter(source__slug=slug).delete()
        SavedPage.objects.filter(source__slug=slug).delete()
        orphans = Paper.objects.filter(pk__in=paper_ids, source_records__isnull=True)
        orphan_ids = list(orphans.values_list("pk", flat=True))
        Paper.objects.filter(pk__in=orphan_ids).delete()
        writing.note_changes(orphan_ids)
        remaining = load_drafts(paper_ids.difference(orphan_ids))
        for draft in remaining:
            draft.is_touched = True
        writing.write(remaining)
        Source.objects.filter(slug=slug).delete()
    return len(orphan_ids)
