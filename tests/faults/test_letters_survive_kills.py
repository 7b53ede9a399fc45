"""Senders that are killed at any moment send nothing twice and forget nothing; the simple ways are there to compare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(600)
def test_a_dozen_kills_send_nothing_twice_and_forget_nothing() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.faults.digest_kills", "--kills", "12", "--workers", "3"]
    command += ["--recipients", "200", "--seed", "7", "--way", "broadsheet", "--json"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4_000:]
    [told] = json.loads(result.stdout)
    assert told["recipients"] == 200
    assert (told["twice"], told["lost"], told["unended"]) == (0, 0, 0)
    assert told["message_ids"]
    # At most what each of the killed had in its hands.
    assert told["in_doubt"] <= told["kills"] == 12
    assert told["states"].get("sent", 0) + told["in_doubt"] == 200
