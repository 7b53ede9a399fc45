"""A harvest that is killed at any moment ends as one that nobody disturbed, and asks for one page again at the most."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def command(module: str, *options: str) -> dict[str, Any]:
    """Run one of the commands beside this file; returns what it saw."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
    environment.pop("DATABASE_URL", None)
    words = [sys.executable, "-m", f"tests.faults.{module}", *options]
    result = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4_000:]
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.timeout(300)
def test_five_kills_change_nothing() -> None:
    told = command("harvest_kills", "--records", "2000", "--page-size", "100", "--rounds", "5", "--seed", "3")
    assert told["kills"] == 5
    assert told["is_same"] is True
    assert told["papers"] == 2000 - 2000 // 997
    assert told["fetched_again"] <= told["kills"]
    assert told["went_back"] == 0


@pytest.mark.timeout(300)
def test_three_workers_keep_one_pace() -> None:
    told = command("harvest_pace", "--records", "200", "--interval", "0.3")
    assert (told["workers"], told["completed"]) == (3, 3)
    assert told["requests"] > told["workers"]
    assert told["shortest_gap"] >= 0.3
