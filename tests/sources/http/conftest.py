"""Fixtures of the tests of the door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.servers import FakeServer
from tests.sources.http.lines import Hands, Make, doors


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server that does what it is told."""
    with FakeServer() as running:
        yield running


@pytest.fixture
def hands() -> Hands:
    """The clocks of this test."""
    return Hands()


@pytest.fixture
def make_door(tmp_path: Path) -> Iterator[Make]:
    """Makes doors that share one folder."""
    yield from doors(tmp_path / "politeness")
