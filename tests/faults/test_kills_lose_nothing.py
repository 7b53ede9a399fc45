"""A writer that is killed at any moment leaves an index that opens, answers, and lacks nothing once it caught up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_a_dozen_kills_lose_nothing() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.faults.kills", "--rounds", "12", "--seed", "7"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4_000:]
    told = json.loads(result.stdout)
    assert told["answers"] == told["rounds"] == 12
    assert told["papers"] > 0
    assert (told["missing"], told["extra"], told["without_vector"], told["extra_vectors"]) == (0, 0, 0, 0)
    assert told["waiting"] == 0
