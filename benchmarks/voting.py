"""Votes over HTTP while papers come in: how many fail, and how long they take, against a view that writes one row.

Two hundred people vote twenty times a second for a minute (``--seconds``), half of the time for one and the same paper,
through gunicorn as ``broadsheet run`` starts it, while another process takes papers in and a worker indexes what
changed: first as a harvest does (a page of 1,000 papers every 3 seconds), then as an import does (without a pause).
Between the votes the peer is asked: a bare Django view that does one INSERT, in the same server and the same run.
Times are counted from when a vote was due, so that a server that lags is not spared.
"""

from __future__ import annotations

import http.client
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from benchmarks.instance import ROOT, environment, run, temporary_home
from benchmarks.load import server
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio

VOTES_A_SECOND, PEERS_A_SECOND = 20, 5
PEOPLE, PAPERS, HANDS = 200, 300, 16
SECONDS = 60.0
CSRF = "a" * 32
OPEN = {"BROADSHEET_MODE": "open"}
IDLE_SECONDS = 1.0


@dataclass
class Asked:
    """What was seen of one kind of request: seconds from when each was due, and the faults."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def row(self, name: str, peer: Asked) -> list[str]:
        """A line of the table."""
        half, most = _percentiles(self.seconds)
        return [
            name,
            f"{len(self.seconds):,}",
            f"{len(self.faults):,}",
            figure(half * 1000),
            figure(most * 1000),
            figure(max(self.seconds) * 1000),
            ratio(most, _percentiles(peer.seconds)[1]),
        ]


def main() -> None:
    """Print a table for each way in which papers come in."""
    options = read_options(__doc__, rounds=1)
    seconds = options.seconds if options.seconds > 3 else SECONDS
    columns = ["requests", "failed", "p50 ms", "p95 ms", "longest ms", "p95 against peer"]
    for way in ("harvest", "import"):
        with temporary_home() as home, temporary_home() as files:
            votes, peer, checked = _measured(home, files, way, seconds)
        taken_in, wrong, counted = checked
        print(f"{way}: {taken_in - PAPERS:,} papers came in meanwhile, {counted:,} votes count,", file=sys.stderr)
        print(f"and {wrong} counts differ from a recount", file=sys.stderr)
        rows = [votes.row("a vote", peer), peer.row("peer: one INSERT", peer)]
        print_table([f"while an {way} runs" if way == "import" else f"while a {way} runs", *columns], rows)
        for fault in sorted(set(votes.faults + peer.faults))[:5]:
            print(fault, file=sys.stderr)
    print(f"Load average at the end: {os.getloadavg()[0]:.1f}.\n")
    print_source("voting")


def _measured(home: Path, files: Path, way: str, seconds: float) -> tuple[Asked, Asked, list[int]]:
    told = run(["-m", "benchmarks.voting_instance", "fill", str(PEOPLE), str(PAPERS)], home).split()
    sessions, papers = told[:PEOPLE], told[PEOPLE:]
    with server(home, files, OPEN) as port, _beside(home, way):
        _warm_up(port, sessions[0])
        votes, peer = _load(port, sessions, papers, seconds)
    return votes, peer, [int(text) for text in run(["-m", "benchmarks.voting_instance", "check"], home).split()]


@contextmanager
def _beside(home: Path, way: str) -> Iterator[None]:
    """A process that takes papers in, and a worker, until the load is over."""
    commands = [["-m", "benchmarks.voting_instance", way], ["-m", "broadsheet", "worker"]]
    told = environment(home) | OPEN | {"BROADSHEET_MODEL_DIR": str(home / "no-model")}
    processes = [subprocess.Popen([sys.executable, *command], cwd=ROOT, env=told) for command in commands]
    time.sleep(3)
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _load(port: int, sessions: Sequence[str], papers: Sequence[str], seconds: float) -> tuple[Asked, Asked]:
    """Send everything at its time, by as many hands as it takes."""
    rng = random.Random(1)
    has_voted: dict[tuple[str, str], bool] = {}
    plan: list[tuple[float, str, str]] = [(n / PEERS_A_SECOND, "", "") for n in range(int(seconds * PEERS_A_SECOND))]
    for n in range(int(seconds * VOTES_A_SECOND)):
        who, what = sessions[n % len(sessions)], papers[0] if n % 2 else rng.choice(papers[1:])
        name = "unvote" if has_voted.get((who, what)) else "vote"
        has_voted[who, what] = name == "vote"
        plan.append((n / VOTES_A_SECOND, who, urlencode({name: what, "csrfmiddlewaretoken": CSRF})))
    plan.sort()
    votes, peer, began, due = Asked(), Asked(), time.perf_counter(), itertools.count()
    lock = threading.Lock()

    def hand() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                number = next(due)
            if number >= len(plan):
                break
            at, who, body = plan[number]
            time.sleep(pause := max(0.0, began + at - time.perf_counter()))
            if pause > IDLE_SECONDS:
                # The server closes connections that nothing comes over, and a vote is not sent into a closed one.
                connection.close()
            _ask(connection, who, body, votes if who else peer)
            (votes if who else peer).seconds.append(time.perf_counter() - began - at)
        connection.close()

    _all_at_once(hand)
    return votes, peer


def _warm_up(port: int, who: str) -> None:
    """Wait for the first answers: the server listens before it can answer."""
    connection, seen = http.client.HTTPConnection("127.0.0.1", port, timeout=60), Asked()
    for _ in range(20):
        _ask(connection, who, urlencode({"unvote": "none", "csrfmiddlewaretoken": CSRF}), seen)
        _ask(connection, "", "", seen)
    connection.close()


def _ask(connection: http.client.HTTPConnection, who: str, body: str, seen: Asked) -> None:
    cookies = f"session={who}; csrftoken={CSRF}" if who else ""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
    try:
        connection.request("POST", "/vote" if who else "/bench/insert", body, headers)
        answer = connection.getresponse()
        answer.read()
        is_led_away = "/accounts/" in (answer.getheader("Location") or "")
        if answer.status != (http.client.FOUND if who else http.client.OK) or is_led_away:
            seen.faults.append(f"{answer.status} for {body}")
    except (OSError, http.client.HTTPException) as error:
        seen.faults.append(repr(error))
        connection.close()


def _all_at_once(hand: Callable[[], None]) -> None:
    threads = [threading.Thread(target=hand) for _ in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    parts = quantiles(seconds, n=20)
    return parts[9], parts[18]


if __name__ == "__main__":
    main()
