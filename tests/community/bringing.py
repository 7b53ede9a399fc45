"""Papers to be brought: some that are here and on no page, and a source that knows others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from broadsheet.catalogue.models import Paper
from broadsheet.community.submission_fetching import fetch_due
from broadsheet.sources.protocol import Source
from tests.builders import record, take
from tests.catalogue.harvests.made import MadeSource, NoDoor

# A Wednesday.
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
TODAY = NOW.date()


def known(title: str = "Herons by the Thousand", number: int = 1, **fields: Any) -> Paper:
    """A paper that is here and on no day's page."""
    fields.setdefault("on", None)
    take(record(title, arxiv=f"2603.{number:05}", **fields), source="arxiv")
    return Paper.objects.get(title=title)


def made(number: int = 7, **fields: Any) -> MadeSource:
    found = record("Cranes by the Dozen", arxiv=f"2603.{number:05}", on=None, **fields)
    return MadeSource(papers={f"2603.{number:05}": found})


def fetch(source: MadeSource, now: datetime = NOW) -> int:
    def sources(schemes: Any) -> Sequence[Source]:
        return [source]

    return fetch_due(NoDoor(), lambda: False, sources=sources, now=now)
