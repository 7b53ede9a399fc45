"""Lets several workers harvest at once and looks whether all of them together keep the pace.

``python -m tests.faults.harvest_pace --interval 3 --workers 3`` prints what was seen as JSON. Each worker is a process
of its own that harvests a category of its own from a fake arXiv, which writes down when each request comes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from tests.fakes.arxiv_catalogue import CATEGORIES
from tests.faults.harvest_kills import arrivals, fake_arxiv, harvest, set_up


def main() -> None:
    """Run in a scratch home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--page-size", type=int, default=20)
    parser.add_argument("--interval", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=3)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-pace-") as folder,
        fake_arxiv(chosen.records, chosen.page_size) as address,
    ):
        home = Path(folder) / "home"
        set_up(home)
        from django.db import connections

        connections.close_all()
        children = []
        for category in CATEGORIES[: chosen.workers]:
            child = os.fork()
            if child == 0:
                try:
                    state = harvest(address, home, interval=chosen.interval, categories=(category,))
                    os._exit(0 if state == "complete" else 1)
                finally:
                    os._exit(2)
            children.append(child)
        statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        requests = arrivals(address)
    gaps = [later["at"] - earlier["at"] for earlier, later in pairwise(requests)]
    askers = [one["query"].get("set") or one["query"]["resumptionToken"] for one in requests]
    result = {
        "workers": chosen.workers,
        "completed": statuses.count(0),
        "requests": len(requests),
        "turns_taken": sum(_of(one) != _of(other) for one, other in pairwise(askers)),
        "interval": chosen.interval,
        "shortest_gap": round(min(gaps), 4),
        "longest_gap": round(max(gaps), 4),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _of(asked: str) -> str:
    """The category that a request is about."""
    return next((name for name in CATEGORIES if name.replace(".", ":") in asked.replace("%253A", ":")), asked)


if __name__ == "__main__":
    main()
