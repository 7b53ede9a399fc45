"""Running a source to its end, whatever happens on the way, as the catalogue does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from broadsheet.sources.door import Door
from broadsheet.sources.protocol import BatchRecord, Checkpoint, HarvestRequest, Page, Record, Source
from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord, SourceError
from tests.fakes.arxiv import FakeArxiv

# The newest day of the fake arXiv as the tests start it, and a request for one archive's newest batch.
TODAY = date(2026, 8, 20)
CS = HarvestRequest(categories=("cs",))


@dataclass
class Harvested:
    """What came of a run: every page, and the errors that ended parts of it."""

    pages: list[Page] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        return [record for page in self.pages for record in page.records]

    @property
    def papers(self) -> list[PaperRecord]:
        return [record for record in self.records if isinstance(record, PaperRecord)]

    @property
    def refs(self) -> list[str]:
        return [paper.ref for paper in self.papers]

    @property
    def bad(self) -> list[BadRecord]:
        return [record for record in self.records if isinstance(record, BadRecord)]

    @property
    def deleted(self) -> list[DeletedRecord]:
        return [record for record in self.records if isinstance(record, DeletedRecord)]

    @property
    def batches(self) -> list[BatchRecord]:
        """The last that was said of each batch."""
        found = {(one.category, one.announced_on): one for page in self.pages for one in page.batches}
        return list(found.values())

    def paper(self, ref: str) -> PaperRecord:
        return next(paper for paper in self.papers if paper.ref == ref)


def harvest(
    source: Source, doors: Door | Sequence[Door], request: HarvestRequest | None = None, start: Checkpoint | None = None
) -> Harvested:
    """Harvest through the first door; after an error go on from the last checkpoint through the next one.

    With one door an error ends it. The checkpoints of the pages must lead on each, and the last one must be none.
    """
    run, checkpoint = Harvested(), start
    for door in doors if isinstance(doors, Sequence) else [doors]:
        before = checkpoint
        try:
            for page in source.harvest(door, request or HarvestRequest(), checkpoint):
                run.pages.append(page)
                assert page.checkpoint is None or page.checkpoint != before
                before = checkpoint = page.checkpoint
                if checkpoint is None:
                    return run
        except SourceError as error:
            run.errors.append(error)
    return run


def made(fake: FakeArxiv, day: date = TODAY, category: str = "cs") -> dict[str, tuple[str, ...]]:
    batch = fake.catalogue.batch(day, category)
    return {kind: tuple(map(fake.catalogue.id_of, numbers)) for kind, numbers in batch.items() if numbers}


def ids(batch: dict[str, tuple[str, ...]]) -> list[str]:
    return [ref for refs in batch.values() for ref in refs]


def holds_all(run: Harvested, fake: FakeArxiv, day: date = TODAY, category: str = "cs") -> bool:
    """Whether every paper of a batch came with its announcement."""
    announced = {
        (paper.ref, one.kind)
        for paper in run.papers
        for one in paper.announcements
        if (one.category, one.announced_on) == (category, day)
    }
    return announced >= {(ref, kind) for kind, refs in made(fake, day, category).items() for ref in refs}
