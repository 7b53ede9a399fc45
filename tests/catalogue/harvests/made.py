"""A source of papers that are made here: pages in memory, with whatever goes wrong between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from broadsheet.sources.door import Answer
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import BatchRecord, Calendar, Checkpoint, HarvestRequest, Page, Record, Schedule
from broadsheet.sources.record import AnnouncementRecord, BadRecord, IdentifierRecord, PaperRecord

NOW = datetime(2025, 10, 15, 6, tzinfo=UTC)


class NoDoor:
    """A door for sources that need none."""

    def get(self, url: str, **_: object) -> Answer:
        raise AssertionError(f"nobody should ask for {url}")

    def post(self, url: str, **_: object) -> Answer:
        raise AssertionError(f"nobody should send anything to {url}")


def paper(number: int, *, category: str = "", on: date | None = None, kind: str = "new") -> PaperRecord:
    """A paper with a name of its own, and the announcement of it where a day is given."""
    ref = f"2510.{number:05}"
    return PaperRecord(
        title=f"A paper of number {number} on the front page",
        abstract=f"The paper of number {number} is about reading.",
        ref=ref,
        identifiers=(IdentifierRecord(scheme="arxiv", value=ref),),
        announcements=(AnnouncementRecord(category=category, announced_on=on, kind=kind),) if on else (),
        where=f"made:{number}",
    )


def pages(count: int, size: int = 3, first: int = 0) -> list[Page]:
    """So many pages of papers, each with its checkpoint."""
    return [
        Page(
            records=tuple(paper(first + n) for n in range(number * size, (number + 1) * size)),
            checkpoint={"page": number + 1} if number + 1 < count else None,
        )
        for number in range(count)
    ]


@dataclass(kw_only=True)
class MadeSource:
    """Yields the pages that it is given; ``faults`` are raised, once each, before the page of that number."""

    name: str = "made"
    slug: str = "made"
    title: str = "Made here"
    calendar: Calendar | None = None
    schedule: Schedule = field(default_factory=Schedule)
    schemes: frozenset[str] = frozenset({"arxiv"})
    pages: Sequence[Page] = ()
    faults: dict[int, BaseException] = field(default_factory=dict)
    papers: dict[str, Record] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    requests: list[HarvestRequest] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def harvest(self, door: object, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        self.requests.append(request)
        for number in range(checkpoint["page"] if checkpoint else 0, len(self.pages)):
            self.asked.append(number)
            if number in self.faults:
                raise self.faults.pop(number)
            yield self.pages[number]

    def fetch(self, door: object, identifiers: Sequence[ParsedIdentifier]) -> Iterator[PaperRecord | BadRecord]:
        for identifier in identifiers:
            self.looked_up.append(identifier.value)
            record = self.papers.get(identifier.value)
            if isinstance(record, BaseException):
                raise record
            if record is not None:
                yield record


def batch(category: str, on: date, *numbers: int, kind: str = "new", **fields: object) -> BatchRecord:
    """A batch of papers of one kind."""
    return BatchRecord(
        category=category, announced_on=on, refs={kind: tuple(f"2510.{number:05}" for number in numbers)}, **fields
    )
