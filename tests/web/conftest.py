"""Pages are tested without an embedding model: what they show does not depend on one, and words are enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.web.reading import Reader


@pytest.fixture(autouse=True)
def words_alone(settings: object, tmp_path: Path, index_dir: Path) -> None:
    """No model and an index of this test's own."""
    settings.MODEL_DIR = tmp_path / "no-model"  # type: ignore[attr-defined]


@pytest.fixture
def reader(db: None, client: Client) -> Reader:
    """Somebody who opens pages and follows links."""
    return Reader(client)
