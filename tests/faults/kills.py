"""Kills the writer again and again while it takes papers in, indexes, rebuilds and merges, and looks at what is left.

``python -m tests.faults.kills --rounds 200`` prints what was seen as JSON. Every round forks a child that works in an
instance of its own (SQLite, a stand-in for the model), kills it with SIGKILL at a random moment, opens the index anew
and searches; after the last one the index is brought up to date and compared with the catalogue, paper by paper.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PAPERS_AT_ONCE = 40
SHORTEST, LONGEST = 0.02, 1.0


def work(first: int) -> None:
    """Bring papers in, change some, remove some, index and rebuild, until killed."""
    from broadsheet.search import maintenance
    from tests.builders import many, record, take

    maintenance.shelf.cache_clear()
    count = first
    while True:
        take(
            *(record(f"Paper {n} about {word(n)}", arxiv=f"2510.{n:05}") for n in range(count, count + PAPERS_AT_ONCE))
        )
        take(*many(5))
        maintenance.update_index()
        again = range(max(0, count - 10), count)
        take(*(record(f"Paper {n} anew", arxiv=f"2510.{n:05}", version_number=2 + count % 7) for n in again))
        for _ in range(3):
            maintenance.do_some()
        if count % 3 == 0:
            maintenance.rebuild_index()
        current = maintenance.engine()
        if current is not None:
            current.maintain(lambda: False)
        count += PAPERS_AT_ONCE


def word(number: int) -> str:
    """One of fifty words, so that every search has something to find."""
    return f"subject{number % 50}"


def run(rounds: int, seed: int) -> dict[str, Any]:
    """Kill ``rounds`` times; returns what was seen: answers, papers, what differs in the end, seconds to open."""
    from django.db import connections

    from broadsheet.catalogue.models import Paper
    from broadsheet.search import maintenance
    from broadsheet.search.checking import check_index
    from broadsheet.search.find import find
    from broadsheet.search.query import PaperQuery

    chance, answers, slowest = random.Random(seed), 0, 0.0
    for _ in range(rounds):
        first = Paper.objects.count()
        connections.close_all()
        maintenance.shelf.cache_clear()
        child = os.fork()
        if child == 0:
            try:
                work(first)
            finally:
                os._exit(1)
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit("the child ended by itself: see its traceback above")
        began = time.perf_counter()
        maintenance.shelf.cache_clear()
        find(PaperQuery(words=word(first)))
        slowest = max(slowest, time.perf_counter() - began)
        answers += 1
    maintenance.update_index()
    check = check_index()
    found = find(PaperQuery(words="anew", mode="words")).total
    return {
        "rounds": rounds,
        "answers": answers,
        "papers": check.papers,
        "missing": len(check.missing),
        "extra": len(check.extra),
        "without_vector": len(check.without_vector),
        "extra_vectors": len(check.extra_vectors),
        "waiting": check.waiting,
        "found": found,
        "slowest_opening_s": round(slowest, 3),
    }


def main() -> None:
    """Run in a scratch home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-kills-") as folder:
        os.environ["BROADSHEET_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
        import django

        django.setup()
        from broadsheet.cli.instance import migrate
        from tests.encoders import FakeEncoder, use_everywhere

        use_everywhere(FakeEncoder())
        Path(folder).mkdir(exist_ok=True)
        migrate()
        sys.stdout.write(json.dumps(run(chosen.rounds, chosen.seed)) + "\n")


if __name__ == "__main__":
    main()
