"""What sources have removed: it goes, and it does not come back from there.

A tombstone ends a source's key for a paper. Descriptions under that key are taken away, and none is taken in again
unless it tells of a version that was submitted after the day of the deletion: that is not what was removed. Without a
day the key is ended for good. What the source said beside describing the paper (listings, figures, announcements) goes
with its last description of it. A paper that nobody describes any more goes away; what a removed description had joined
stays joined, since others may have come to rest on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from broadsheet.catalogue.drafts import Draft
from broadsheet.catalogue.matching import Matcher
from broadsheet.catalogue.merging import Payload, submitted_on
from broadsheet.catalogue.models import Source, Tombstone
from broadsheet.sources.record import DeletedRecord


class Graveyard:
    """The tombstones that a batch of one source may meet."""

    def __init__(self, source: str, refs: Iterable[str]) -> None:
        self.source = source
        rows = Tombstone.objects.filter(source__slug=source, ref__in=set(refs))
        self._days: dict[str, date | None] = dict(rows.values_list("ref", "deleted_on"))
        self._stored = dict(self._days)

    def holds(self, ref: str, payload: Payload) -> bool:
        """Whether what is said under this key was removed by its source."""
        if not ref or ref not in self._days:
            return False
        day, newest = self._days[ref], submitted_on(payload)
        return day is None or newest is None or newest <= day

    def bury(self, record: DeletedRecord, matcher: Matcher) -> bool:
        """Note a deletion and take the descriptions away; False when nothing changed."""
        draft = matcher.keyed(self.source, record.ref)
        has_changed = self._note(record)
        return (draft is not None and self._take_away(draft, record.ref, matcher)) or has_changed

    def write(self) -> None:
        """Store the tombstones that are new or have changed."""
        changed = {ref: day for ref, day in self._days.items() if ref not in self._stored or self._stored[ref] != day}
        if changed:
            source, now = Source.objects.get(slug=self.source), timezone.now()
            Tombstone.objects.bulk_create(
                [Tombstone(source=source, ref=ref, deleted_on=day, noted_at=now) for ref, day in changed.items()],
                update_conflicts=True,
                unique_fields=["source", "ref"],
                update_fields=["deleted_on", "noted_at"],
            )

    def _note(self, record: DeletedRecord) -> bool:
        """The later day counts, and none at all is for good."""
        if record.ref not in self._days:
            self._days[record.ref] = record.deleted_on
            return True
        known = self._days[record.ref]
        latest = None if known is None or record.deleted_on is None else max(known, record.deleted_on)
        self._days[record.ref] = latest
        return latest != known

    def _take_away(self, draft: Draft, ref: str, matcher: Matcher) -> bool:
        places = [
            place
            for place, item in draft.items.items()
            if place[:2] == (self.source, ref) and self.holds(ref, item.payload)
        ]
        if places:
            matcher.forget(draft, places)
            if not any(source == self.source for source, _, _ in draft.items):
                draft.figures.drop(self.source)
        return bool(places)
