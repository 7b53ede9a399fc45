"""Two instances side by side: one serves, the other follows it and ends with the same papers, links and days."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.worker.neighbour import DAYS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


class Instance:
    """A Broadsheet in a home of its own, without an embedding model."""

    def __init__(self, home: Path, **variables: str) -> None:
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTEST"))}
        kept.pop("DATABASE_URL", None)
        own = {"BROADSHEET_HOME": str(home), "BROADSHEET_MODEL_DIR": str(home / "no-model")}
        self.environment = kept | own | variables

    def run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr[-4_000:]}"
        return done.stdout

    def papers(self) -> list[dict[str, Any]]:
        return json.loads(self.run("tests.worker.neighbour", "dump"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urlopen(url).close()
        except URLError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.2)
        else:
            return


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
