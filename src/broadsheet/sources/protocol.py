"""What a source is: one module that yields pages of records, looks papers up by name, and says when to be asked.

``docs/write-a-source.md`` shows how to write one. A source is found by the entry-point group ``broadsheet.sources``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from broadsheet.sources.door import Door
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord

ENTRY_POINTS = "broadsheet.sources"

Checkpoint = Mapping[str, Any]
"""Plain data that survives JSON; given back to the source, it goes on behind the page that it came with."""
Record = PaperRecord | BadRecord | DeletedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestRequest:
    """Which papers are asked for: days as the source reckons, both ends included, and categories, none for all."""

    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """What a source says that it announced in one category on one day.

    ``refs`` are the source's keys of the papers (as in ``PaperRecord.ref``) by kind of announcement; ``counts`` how
    many the source says there are of each kind, where it says so. ``is_complete`` tells whether ``refs`` are meant to
    be all of them.
    """

    category: str
    announced_on: date
    refs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records that were read together, the batches that they tell of, and where to go on (None: this was all)."""

    records: tuple[Record, ...] = ()
    batches: tuple[BatchRecord, ...] = ()
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to ask a source by itself: a cron expression of five fields in a time zone; empty: only when told to."""

    cron: str = ""
    zone: str = "UTC"


class Calendar(Protocol):
    """On which days a source announces papers, and when."""

    def days(self, since: date, until: date) -> list[date]:
        """The announcement days from ``since`` to ``until``, both included, in order, without weekends and holidays."""

    def due_at(self, day: date) -> datetime:
        """The moment, with its zone, at which the batch of an announcement day is expected to be there."""


class Source(Protocol):
    """A place on the internet where papers come from."""

    name: str
    """What it is called in commands, settings and jobs, as ``arxiv-oai``."""
    slug: str
    """What its papers are said to come from in the catalogue, as ``arxiv``; several sources may have one."""
    title: str
    """Its name for people."""
    calendar: Calendar | None
    """The days of its batches, of which the completeness ledger is kept; None where it announces none."""
    schedule: Schedule
    schemes: frozenset[str]
    """The schemes of identifiers that ``fetch`` looks up."""

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Yield page after page, from the beginning or behind the page of ``checkpoint``.

        Each page's checkpoint leads on from there; the last one's is None. What was in a page may come again in the
        next run, never be left out. Raises ``FetchError`` where the source cannot be reached and ``SourceError`` where
        it answers with something else than what it should; what was yielded before holds.
        """

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[PaperRecord | BadRecord]:
        """Look papers up by names of schemes in ``schemes``; a name that the source does not know yields nothing."""
