"""A receiver on the loopback network, which the instance is allowed to post to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.servers import FakeServer


@pytest.fixture
def receiver(settings: Any, tmp_path: Path) -> Iterator[FakeServer]:
    with FakeServer() as server:
        settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
        settings.NAME, settings.BASE_URL = "Evening News", "https://papers.example"
        yield server
