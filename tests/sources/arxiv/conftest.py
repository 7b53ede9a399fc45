"""Fixtures of the tests of arXiv: a fake arXiv, and the real door to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.sources.http import HttpDoor, Limits
from tests.fakes.arxiv import FakeArxiv
from tests.sources.http.lines import Hands

# What a door allows where a test is about slowness; all others allow so much time that a busy machine does not matter.
HASTE = Limits(connect=5, read=1, total=1.5)
# How many papers the fake arXiv announces a day, and how many come in one answer of OAI-PMH.
PER_DAY, PAGE_SIZE = 20, 60

MakeFake = Callable[..., FakeArxiv]
MakeDoor = Callable[..., HttpDoor]


@pytest.fixture
def make_fake() -> Iterator[MakeFake]:
    """Starts a fake arXiv; by default at one in the morning of Thursday, 20 August 2026, after that day's batch."""
    with ExitStack() as running:

        def make(records: int = 40 * PER_DAY, **options: Any) -> FakeArxiv:
            usual = {"per_day": PER_DAY, "page_size": PAGE_SIZE, "now": datetime(2026, 8, 20, 1, tzinfo=ZONE)}
            return running.enter_context(FakeArxiv(records, **usual | options))

        yield make


@pytest.fixture
def fake(make_fake: MakeFake) -> FakeArxiv:
    """A fake arXiv as it is by default."""
    return make_fake()


@pytest.fixture
def make_door(tmp_path: Path) -> MakeDoor:
    """A door that may go to loopback and does not wait when it is asked to."""
    made: list[HttpDoor] = []

    def make(**options: Any) -> HttpDoor:
        usual: dict[str, Any] = {
            "contact": "mailto:editor@example.org",
            "allowed": ["127.0.0.1"],
            "interval": 0.0,
            "patience": 0.0,
            "limits": Limits(connect=10, read=10, total=30, size=4 * 2**20),
        }
        made.append(HttpDoor(tmp_path / f"door{len(made)}", **usual | options))
        return made[-1]

    return make


@pytest.fixture
def door(make_door: MakeDoor) -> HttpDoor:
    """A door as it is by default."""
    return make_door()


@pytest.fixture
def patient_door(make_door: MakeDoor) -> HttpDoor:
    """A door whose clock is moved by waiting, so that an hour passes in no time."""
    return make_door(clock=Hands().clock(), patience=3600.0)


def daily(fake: FakeArxiv, **options: Any) -> ArxivSource:
    """The source of announcements, led to a fake arXiv and its time."""
    return ArxivSource(
        site_url=fake.site_url,
        feed_url=fake.feed_url,
        api_url=fake.api_url,
        oai_url=fake.oai_url,
        now=lambda: fake.now,
        **options,
    )


def whole(fake: FakeArxiv, **options: Any) -> ArxivOaiSource:
    """The source of the whole catalogue, led to a fake arXiv."""
    return ArxivOaiSource(fake.oai_url, fake.api_url, **options)
