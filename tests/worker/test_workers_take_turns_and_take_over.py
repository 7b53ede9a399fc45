"""Two and four worker processes that are killed all the time: no job is ever done twice at once, and none is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.worker.marching import LEASE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path) -> dict[str, str]:
    """Of a process on the database of this test: the server's test database, or an SQLite file of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["DATABASE_URL"])
        kept["DATABASE_URL"] = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    else:
        kept.pop("DATABASE_URL", None)
    return kept | {"BROADSHEET_HOME": str(home)}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("workers", "kills"), [(2, 5), (4, 8)])
@pytest.mark.django_db(transaction=True)
def test_killed_workers_are_replaced_and_nothing_is_done_twice(workers: int, kills: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.worker.marching", "--workers", str(workers), "--kills", str(kills)]
    result = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4_000:]
    told = json.loads(result.stdout)
    assert told["jobs"] == 3
    assert told["at_once"] == 0
    assert told["runs"] > 3
    # A claim was last extended some time before the kill.
    assert told["taken_over"] == 0 or told["shortest_takeover_s"] > LEASE.total_seconds() / 2
