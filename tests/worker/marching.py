"""Several workers with few jobs, some of them killed all the time: who did what when, and whether two did it at once.

``python -m tests.worker.marching --workers 4 --kills 20`` prints what was seen as JSON. The workers are processes of
their own, on an SQLite file in a home of their own or on the database that ``DATABASE_URL`` names.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

JOBS = ("carry", "sweep", "count")
LEASE = timedelta(seconds=1.2)
LONGEST_WORK = 0.3


def open_database() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    import django

    django.setup()
    from broadsheet.cli.instance import migrate

    migrate()


def work(log: Path) -> None:
    """One worker: does whatever is due, until it is killed, and writes down when each job began and ended."""
    open_database()
    from broadsheet.sources.protocol import Schedule
    from broadsheet.worker.crew import Crew
    from broadsheet.worker.errands import Errand, ShouldStop

    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(what: str, name: str) -> None:
        os.write(descriptor, f"{what} {name} {os.getpid()} {time.monotonic()}\n".encode())

    def errand(name: str) -> Errand:
        def do(should_stop: ShouldStop) -> str | None:
            note("begin", name)
            until = time.monotonic() + random.uniform(0, LONGEST_WORK)
            while time.monotonic() < until and not should_stop():
                time.sleep(0.01)
            note("end", name)
            return None if should_stop() else "done"

        return Errand(name=name, schedule=Schedule(), do=do)

    crew = Crew([errand(name) for name in JOBS], threading.Event(), lease=LEASE)
    crew.sync()
    while True:
        crew.start_due()
        time.sleep(0.02)


def march(workers: int, kills: int, seed: int, log: Path) -> None:
    """Start workers, make jobs due again as they are done, kill one worker after another and start another one."""
    from django.utils import timezone

    from broadsheet.catalogue.models import Job

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "tests.worker.marching", "--work", str(log)])

    chance, crew = random.Random(seed), [start() for _ in range(workers)]
    try:
        for _ in range(kills):
            until = time.monotonic() + chance.uniform(0.1, 1.5)
            # Whoever has only just started has nothing to lose yet.
            while time.monotonic() < until or not (ready := at_work(crew, log)):
                assert all(worker.poll() is None for worker in crew), "a worker ended by itself: see its traceback"
                Job.objects.filter(due_at=None).update(due_at=timezone.now())
                time.sleep(0.02)
            victim = chance.choice(ready)
            crew.remove(victim)
            victim.kill()
            victim.wait()
            with log.open("a") as file:
                file.write(f"killed - {victim.pid} {time.monotonic()}\n")
            crew.append(start())
    finally:
        for worker in crew:
            worker.kill()
            worker.wait()


def at_work(crew: list[subprocess.Popen[bytes]], log: Path) -> list[subprocess.Popen[bytes]]:
    """The workers that have begun a job."""
    begun = {line.split()[2] for line in log.read_text().splitlines()} if log.exists() else set()
    return [worker for worker in crew if str(worker.pid) in begun]


def spans(lines: list[str]) -> Iterator[tuple[str, float, float, bool]]:
    """Each run of a job: its name, when it began and ended, and whether a kill ended it."""
    open_runs: dict[tuple[str, str], float] = {}
    for what, name, pid, text in (line.split() for line in lines):
        at = float(text)
        if what == "begin":
            open_runs[name, pid] = at
        elif what == "end":
            yield name, open_runs.pop((name, pid)), at, False
        else:
            for key in [key for key in open_runs if key[1] == pid]:
                yield key[0], open_runs.pop(key), at, True


def seen(log: Path) -> dict[str, Any]:
    """How many runs there were, how many of them two at once, and how long the jobs of killed workers lay."""
    runs: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for name, began, ended, is_killed in spans(log.read_text().splitlines()):
        runs[name].append((began, ended, is_killed))
    pairs = [pair for told in runs.values() for pair in pairwise(sorted(told))]
    waits = [second[0] - first[1] for first, second in pairs if first[2]]
    return {
        "jobs": len(runs),
        "runs": sum(len(told) for told in runs.values()),
        "at_once": sum(second[0] < first[1] for first, second in pairs),
        "taken_over": len(waits),
        "shortest_takeover_s": round(min(waits, default=0), 3),
        "longest_takeover_s": round(max(waits, default=0), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="Be a worker that writes to this file.")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.work)
    open_database()
    log = Path(os.environ["BROADSHEET_HOME"]) / "march.log"
    march(chosen.workers, chosen.kills, chosen.seed, log)
    sys.stdout.write(json.dumps(seen(log)) + "\n")


if __name__ == "__main__":
    main()
