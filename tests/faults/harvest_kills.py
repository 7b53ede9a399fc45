"""Kills a harvest again and again and looks whether the catalogue is that of a harvest that nobody disturbed.

``python -m tests.faults.harvest_kills --records 100000 --rounds 200`` prints what was seen as JSON. A fake arXiv runs
as a process of its own and writes down every request. Two instances (SQLite, each with a home of its own) harvest it
by OAI-PMH: one in peace, the other by children that are killed with SIGKILL at random moments, until so many kills are
done; then it is left to finish.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

ROOT = Path(__file__).resolve().parents[2]
# Killed on average after this part of the time that a round would have if the kills that are left were spread evenly
# over the pages that are left: the harvest must not be over before the last kill.
HASTE = 0.6
# The last kill must come before what is left is done, were it done three times as fast as the pages before.
LAST = 0.3


@contextmanager
def fake_arxiv(records: int, page_size: int) -> Iterator[str]:
    """A fake arXiv as a process of its own; yields its address."""
    command = [sys.executable, "-m", "tests.fakes.arxiv", "--records", str(records), "--page-size", str(page_size)]
    options = ["--per-day", str(max(100, records // 60)), "--deleted-every", "997"]
    # A child that is killed hangs up on it, of which it would tell at length.
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    server = subprocess.Popen([*command, *options], cwd=ROOT, **pipes)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def arrivals(address: str) -> list[dict[str, Any]]:
    """The requests that came in so far."""
    with urllib.request.urlopen(f"{address}/_arrivals") as answer:
        return [one for one in json.load(answer) if one["path"].startswith("/oai")]


def set_up(home: Path) -> None:
    """Make this process one of an instance of its own."""
    os.environ["BROADSHEET_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    import django

    django.setup()
    from broadsheet.cli.instance import migrate

    home.mkdir(exist_ok=True)
    migrate()
    # Children are to be killed at their work, not while they import it.
    importlib.import_module("broadsheet.catalogue.harvests")
    importlib.import_module("broadsheet.sources.arxiv.oai_source")
    importlib.import_module("broadsheet.sources.http.http_door")


def harvest(address: str, home: Path, *, interval: float = 0.0, categories: tuple[str, ...] = ()) -> str:
    """Harvest the fake arXiv, or go on with it; returns the state in the end.

    ``interval`` are the seconds between two requests, for all processes with this home together.
    """
    from broadsheet.catalogue import harvests
    from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
    from broadsheet.sources.http.http_door import HttpDoor
    from broadsheet.sources.protocol import HarvestRequest

    door = HttpDoor(home / "politeness", contact="kills", allowed=["127.0.0.1"], paces=(), interval=interval)
    source = ArxivOaiSource(f"{address}/oai")
    return str(harvests.run(source, door, HarvestRequest(categories=categories), worker="kills").state)


def in_peace(address: str, home: Path) -> dict[str, Any]:
    """Harvest without a kill, in a process of its own."""
    command = [sys.executable, "-m", "tests.faults.harvest_kills", "--in-peace", address, "--home", str(home)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(result.stderr)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def told() -> dict[str, Any]:
    """What the catalogue and the harvest say in the end."""
    from broadsheet.catalogue.models import Harvest, Paper
    from tests.catalogue.hashes import catalogue_hash

    row = Harvest.objects.get()
    counts = [row.created_count, row.changed_count, row.unchanged_count, row.refused_count, row.deleted_count]
    return {"papers": Paper.objects.count(), "hash": catalogue_hash(), "pages": row.pages_count, "counts": counts}


def run(address: str, home: Path, rounds: int, peace: dict[str, Any], seed: int) -> int:
    """Kill ``rounds`` times, then let it finish; returns how often it was killed before it had finished by itself.

    ``peace`` is what was seen of the harvest that nobody disturbed.
    """
    from django.db import connections

    from broadsheet.catalogue.models import Harvest

    chance, kills, began = random.Random(seed), 0, time.perf_counter()
    while True:
        row = Harvest.objects.first()
        done = row.pages_count if row else 0
        if row and row.state == Harvest.State.COMPLETE:
            # Killed behind its last page.
            return kills
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if harvest(address, home) == "complete" else 1)
            finally:
                os._exit(2)
        if kills < rounds:
            left = peace["pages"] - done
            pages = min(2 * HASTE * left / (rounds - kills), left * LAST)
            # The machine may have more time for it now than it had before.
            a_page = min(peace["seconds"] / peace["pages"], (time.perf_counter() - began) / done if done > 10 else 60.0)
            time.sleep(chance.uniform(0.0, pages * a_page))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            kills += 1
        elif status:
            raise SystemExit("the child did not complete the harvest: see its messages above")
        else:
            return kills


def order_of(requests: list[dict[str, Any]]) -> list[int]:
    """How far into the list each request asked, in the order in which they came."""
    tokens = [dict(parse_qsl(unquote(one["query"].get("resumptionToken", "")))) for one in requests]
    return [int(token.get("skip", 0)) for token in tokens]


def main() -> None:
    """Run in scratch homes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--in-peace", default="")
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    if chosen.in_peace:
        set_up(chosen.home)
        began = time.perf_counter()
        state = harvest(chosen.in_peace, chosen.home)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = {"seconds": time.perf_counter() - began, "cpu_seconds": used.ru_utime + used.ru_stime}
        sys.stdout.write(json.dumps({"state": state, **told(), **seconds}) + "\n")
        return
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-kills-") as folder,
        fake_arxiv(chosen.records, chosen.page_size) as address,
    ):
        first = in_peace(address, Path(folder) / "in-peace")
        before = len(arrivals(address))
        set_up(Path(folder) / "killed")
        kills = run(address, Path(folder) / "killed", chosen.rounds, first, chosen.seed)
        second, requests = told(), arrivals(address)[before:]
    places = order_of(requests)
    result = {
        "records": chosen.records,
        "kills": kills,
        "papers": second["papers"],
        "is_same": all(first[name] == second[name] for name in ("papers", "hash", "pages", "counts")),
        "pages": second["pages"],
        "requests": len(requests),
        "fetched_again": len(requests) - len(set(places)),
        "most_fetched": max(Counter(places).values()),
        "went_back": sum(later < earlier for earlier, later in pairwise(places)),
        "hash": second["hash"][:16],
        "counts": second["counts"],
        "seconds_in_peace": round(first["seconds"], 1),
        "cpu_seconds_in_peace": round(first["cpu_seconds"], 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
