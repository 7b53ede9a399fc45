"""What the sources have in common that announce no papers and are only asked for single ones."""

from __future__ import annotations

from collections.abc import Iterator

from broadsheet.sources.door import Door
from broadsheet.sources.protocol import Calendar, Checkpoint, HarvestRequest, Page, Schedule


class LookupOnly:
    """A source without batches and without a harvest."""

    calendar: Calendar | None = None
    schedule = Schedule()

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:  # noqa: ARG002
        """Nothing: no papers are announced here."""
        return iter(())
