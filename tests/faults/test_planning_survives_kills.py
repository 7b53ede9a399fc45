"""Workers that plan are killed at any moment: each subscription is planned once, and none is forgotten."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.worker.instances import ROOT, Instance

SUBSCRIPTIONS, WORKERS, KILLS = 1_000, 2, 3
PATIENCE_SECONDS = 120


def test_each_subscription_is_planned_once(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "home")
    database = tmp_path / "home" / "broadsheet.sqlite3"
    instance.run("tests.faults.planners", "fill", str(SUBSCRIPTIONS))
    draw = random.Random(7)
    command = [sys.executable, "-m", "tests.faults.planners", "plan"]
    for kill in range(KILLS):
        before = planned(database)
        workers = [
            subprocess.Popen(command, cwd=ROOT, env=instance.environment, stdout=subprocess.DEVNULL)
            for _ in range(WORKERS)
        ]
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while planned(database) == before and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(draw.random() * 0.1)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        assert planned(database) > before, f"nothing was planned before kill {kill}"
    assert planned(database) < SUBSCRIPTIONS
    instance.run("tests.faults.planners", "finish")
    with closing(sqlite3.connect(database)) as connection:
        issues = connection.execute(
            "SELECT subscription_id, COUNT(*), MIN(issue), MAX(issue) FROM community_delivery GROUP BY subscription_id"
        ).fetchall()
        moved = connection.execute("SELECT DISTINCT planned_on FROM community_subscription").fetchall()
    assert [(count, *days) for _, count, *days in issues] == [(1, "2026-03-04", "2026-03-04")] * SUBSCRIPTIONS
    assert moved == [("2026-03-04",)]


def planned(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM community_delivery").fetchone()[0])
