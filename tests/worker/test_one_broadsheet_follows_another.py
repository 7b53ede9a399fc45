"""Two instances side by side: one serves, the other follows it and ends with the same papers, links and days."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.worker.instances import Instance, free_port, wait_for
from tests.worker.neighbour import DAYS

pytestmark = pytest.mark.slow


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Instance]:
    """An instance that serves its papers; ``url`` is its address."""
    address = f"127.0.0.1:{free_port()}"
    instance = Instance(tmp_path / "leader", BROADSHEET_BIND=address, BROADSHEET_BASE_URL=f"http://{address}")
    instance.run("tests.worker.neighbour", "fill", str(today()))
    server = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "run", "--no-sample", "--no-worker"],
        env=instance.environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://{address}/about")
        yield instance
    finally:
        server.terminate()
        server.wait()


def assert_same(follower: Instance, leader: Instance) -> None:
    theirs, ours = leader.papers(), follower.papers()
    assert [paper["title"] for paper in ours] == [paper["title"] for paper in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert our == their, their["title"]


def today() -> date:
    return datetime.now(UTC).date()


@pytest.mark.timeout(300)
def test_it_ends_with_the_same_papers_links_and_days(leader: Instance, tmp_path: Path) -> None:
    word = f"follow:{leader.environment['BROADSHEET_BASE_URL']}"
    follower = Instance(tmp_path / "follower", BROADSHEET_SOURCES=word, BROADSHEET_INTRANET="127.0.0.1")
    since = str(today() - timedelta(days=DAYS))
    follower.run("broadsheet", "harvest", word, "--since", since)
    assert len(follower.papers()) > 100
    assert_same(follower, leader)

    # A second look changes nothing; what is new comes by the clock.
    told = follower.run("broadsheet", "harvest", word, "--since", since)
    assert "created" not in told
    assert "changed" not in told.replace("unchanged", "")
    leader.run("tests.worker.neighbour", "more", str(today()))
    follower.run("broadsheet", "work", "--once")
    assert_same(follower, leader)
    [standing] = json.loads(follower.run("broadsheet", "sources", "--json"))["sources"]
    assert (standing["state"], standing["error"]) == ("well", None)


def test_a_follower_that_was_not_allowed_to_go_there_does_not(leader: Instance, tmp_path: Path) -> None:
    word = f"follow:{leader.environment['BROADSHEET_BASE_URL']}"
    follower = Instance(tmp_path / "follower", BROADSHEET_SOURCES=word)
    follower.run("broadsheet", "work", "--once")
    assert follower.papers() == []
    [standing] = json.loads(follower.run("broadsheet", "sources", "--json"))["sources"]
    assert standing["state"] == "failing"
    assert "127.0.0.1" in standing["error"]
