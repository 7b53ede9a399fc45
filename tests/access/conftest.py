"""The table is of an instance that is open, and needs no embedding model."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def open_instance(settings: object, tmp_path: Path, index_dir: Path) -> None:
    """Anybody may sign up; nobody is signed in by standing beside the machine."""
    settings.MODE = "open"  # type: ignore[attr-defined]
    settings.MODEL_DIR = tmp_path / "no-model"  # type: ignore[attr-defined]
