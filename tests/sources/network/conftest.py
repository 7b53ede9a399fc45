"""Fixtures of the tests of sources on the internet: a server on the loopback address, and the real door to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.servers import FakeServer
from tests.sources.http.lines import Make, doors


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server that does what it is told."""
    with FakeServer() as running:
        yield running


@pytest.fixture
def make_door(tmp_path: Path) -> Iterator[Make]:
    """Makes doors to that server."""
    yield from doors(tmp_path / "politeness")
