"""What a source says of a paper beside describing it: on which pages it stood, when it was announced, how it counts.

These change from day to day, so they are not part of a description. Each is merged by a rule of its own that gives the
same for any order and any repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from broadsheet.sources.record import AnnouncementRecord, PaperRecord

# Of two that were stated for one day and category the first counts, of two estimated ones the last: an estimated first
# announcement may turn out to have been on another day, and must not have hidden a replacement until then.
_KINDS = ("new", "cross", "replace", "replace-cross")
_FIRST_KINDS = frozenset({"new", "cross"})

ListingPlace = tuple[str, date]
"""Source and day."""
AnnouncementPlace = tuple[str, str, date]
"""Source, category and day."""


@dataclass(slots=True)
class ListingDraft:
    """A listing as it will be written."""

    rank: int | None = None
    submitted_by: str = ""


@dataclass(slots=True)
class CounterDraft:
    """A source's figures as they will be written."""

    votes_count: int = 0
    comments_count: int = 0
    stars_count: int = 0


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """An announcement as it will be written."""

    kind: str = "new"
    is_estimated: bool = False

    @property
    def strength(self) -> tuple[bool, int]:
        """Sorts announcements of one category and day; the lowest counts."""
        place = _KINDS.index(self.kind)
        return self.is_estimated, -place if self.is_estimated else place


@dataclass(slots=True)
class Figures:
    """All that sources say of one paper beside their descriptions."""

    listings: dict[ListingPlace, ListingDraft] = field(default_factory=dict)
    counters: dict[str, CounterDraft] = field(default_factory=dict)
    announcements: dict[AnnouncementPlace, AnnouncementDraft] = field(default_factory=dict)

    def take(self, source: str, record: PaperRecord) -> bool:
        """Add what a record says; True when anything changed."""
        has_changed = False
        if record.listing is not None:
            listing = ListingDraft(record.listing.rank, record.listing.submitted_by)
            has_changed |= self.place((source, record.listing.listed_on), listing)
        figures = [figure or 0 for figure in (record.votes_count, record.comments_count, record.stars_count)]
        if any(figures):
            has_changed |= self.count(source, CounterDraft(*figures))
        if record.announcements:
            has_changed |= self.announce(
                {
                    (source, one.category, one.announced_on): AnnouncementDraft(one.kind, one.is_estimated)
                    for one in _weakest_first(record.announcements)
                }
            )
        return has_changed

    def place(self, place: ListingPlace, listing: ListingDraft) -> bool:
        """Add a listing: the better rank and the first name in order win. True when anything changed."""
        known = self.listings.get(place)
        if known is None:
            self.listings[place] = ListingDraft(listing.rank, listing.submitted_by)
            return True
        ranks = [rank for rank in (known.rank, listing.rank) if rank is not None]
        names = [name for name in (known.submitted_by, listing.submitted_by) if name]
        merged = ListingDraft(min(ranks, default=None), min(names, default=""))
        self.listings[place] = merged
        return merged != known

    def count(self, source: str, counter: CounterDraft) -> bool:
        """Add a source's figures: the larger of each wins. True when anything changed."""
        known = self.counters.get(source)
        merged = CounterDraft(
            max(counter.votes_count, known.votes_count if known else 0),
            max(counter.comments_count, known.comments_count if known else 0),
            max(counter.stars_count, known.stars_count if known else 0),
        )
        self.counters[source] = merged
        return merged != (known or CounterDraft())

    def announce(self, announcements: dict[AnnouncementPlace, AnnouncementDraft]) -> bool:
        """Add announcements. True when anything changed.

        A stated one replaces an estimated one of its day; a stated first announcement (new or cross-listed) in a
        category also every estimated first one there, on whatever day.
        """
        before = dict(self.announcements)
        for place, announcement in announcements.items():
            known = self.announcements.get(place)
            if known is None or announcement.strength < known.strength:
                self.announcements[place] = announcement
        stated = {
            (source, category)
            for (source, category, _), one in self.announcements.items()
            if not one.is_estimated and one.kind in _FIRST_KINDS
        }
        self.announcements = {
            (source, category, day): one
            for (source, category, day), one in self.announcements.items()
            if not (one.is_estimated and one.kind in _FIRST_KINDS and (source, category) in stated)
        }
        return self.announcements != before

    def add(self, other: Figures) -> bool:
        """Add everything that is said of another paper, which is the same one. True when anything changed."""
        has_changed = False
        for place, listing in other.listings.items():
            has_changed |= self.place(place, listing)
        for source, counter in other.counters.items():
            has_changed |= self.count(source, counter)
        return self.announce(other.announcements) or has_changed

    def plain(self) -> dict[str, list[Any]]:
        """Everything as plain data that survives JSON; ``figures_of`` reads it back."""
        return {
            "listings": [
                [source, day.isoformat(), one.rank, one.submitted_by] for (source, day), one in self.listings.items()
            ],
            "counters": [
                [source, one.votes_count, one.comments_count, one.stars_count] for source, one in self.counters.items()
            ],
            "announcements": [
                [source, category, day.isoformat(), one.kind, one.is_estimated]
                for (source, category, day), one in self.announcements.items()
            ],
        }

    def of(self, source: str) -> Figures:
        """What one source said."""
        return Figures(
            {place: one for place, one in self.listings.items() if place[0] == source},
            {name: one for name, one in self.counters.items() if name == source},
            {place: one for place, one in self.announcements.items() if place[0] == source},
        )

    def beyond(self, other: Figures) -> Figures:
        """What is here and not, or not the same, in the other."""
        return Figures(
            {place: one for place, one in self.listings.items() if other.listings.get(place) != one},
            {name: one for name, one in self.counters.items() if other.counters.get(name) != one},
            {place: one for place, one in self.announcements.items() if other.announcements.get(place) != one},
        )

    @property
    def sources(self) -> set[str]:
        """Who said anything."""
        listed, announced = ({place[0] for place in self.listings}, {place[0] for place in self.announcements})
        return listed | announced | set(self.counters)

    def drop(self, source: str) -> bool:
        """Leave out everything that one source said. True when there was anything."""
        before = len(self.listings) + len(self.counters) + len(self.announcements)
        self.listings = {place: one for place, one in self.listings.items() if place[0] != source}
        self.counters = {name: one for name, one in self.counters.items() if name != source}
        self.announcements = {place: one for place, one in self.announcements.items() if place[0] != source}
        return len(self.listings) + len(self.counters) + len(self.announcements) != before


def figures_of(plain: Mapping[str, Any]) -> Figures:
    """Figures from what ``Figures.plain`` gave."""
    return Figures(
        {(source, date.fromisoformat(day)): ListingDraft(rank, by) for source, day, rank, by in plain["listings"]},
        {source: CounterDraft(*counts) for source, *counts in plain["counters"]},
        {
            (source, category, date.fromisoformat(day)): AnnouncementDraft(kind, is_estimated)
            for source, category, day, kind, is_estimated in plain["announcements"]
        },
    )


def _weakest_first(announcements: Iterable[AnnouncementRecord]) -> list[AnnouncementRecord]:
    """So that of several for one day the strongest is the last and stays in a dictionary."""
    return sorted(announcements, key=lambda one: AnnouncementDraft(one.kind, one.is_estimated).strength, reverse=True)
