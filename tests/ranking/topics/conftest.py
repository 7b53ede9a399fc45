"""Nothing that another test kept is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """An empty cache."""
    cache.clear()
    yield
    cache.clear()
