"""What the tests of bounces share: a bounce address, and letters that left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broadsheet.delivery import pausing


@pytest.fixture(autouse=True)
def bounce_address(settings: object) -> None:
    settings.BOUNCE_ADDRESS = "bounces@papers.example.org"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    pausing.forget_what_was_seen()
    yield
    pausing.forget_what_was_seen()
