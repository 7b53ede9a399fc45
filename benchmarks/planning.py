"""Planning the letters of 100,000 subscriptions (``--papers`` is their number here), against one row after the other.

Subscribers of many zones, times and days are all due at once, as after an outage. One worker plans them, then two at
once; the longest transaction is what others wait for to write. The peer does what is mostly done: it asks for the row
of each subscription, makes it, and saves the subscription, one transaction each, for a twentieth of them; what all
would take is that many times as long.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.instance import ROOT, environment, run, temporary_home
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio

SUBSCRIPTIONS, OF_PEER = 100_000, 20
INSTANCE = "benchmarks.planning_instance"


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    count = options.papers or SUBSCRIPTIONS
    with temporary_home() as home:
        run(["-m", INSTANCE, "fill", str(count)], home)
        peer = json.loads(run(["-m", INSTANCE, "peer", str(count // OF_PEER)], home))
        more = {name: peer[name] * OF_PEER for name in ("seconds", "processor")}
        peer |= more | {"planned": count}
        run(["-m", INSTANCE, "afresh"], home)
        one = _planned(home, 1)
        run(["-m", INSTANCE, "afresh"], home)
        two = _planned(home, 2)
    rows = [_row(f"{count:,} subscriptions, one worker", one, count, peer)]
    rows.append(_row(f"{count:,} subscriptions, two workers", two, count, peer))
    rows.append(_row("peer: one row after the other (extrapolated)", peer, count, peer))
    times = ["seconds", "of the processor", "a second", "p95 of a transaction, ms", "longest, ms"]
    columns = ["what", *times, "against the peer"]
    print_table(columns, rows)
    print_source("planning")


def _planned(home: Path, workers: int) -> dict[str, Any]:
    """What workers that plan at the same time tell: the seconds of the slowest, the longest transaction of any."""
    command = [sys.executable, "-m", INSTANCE, "plan"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    answers = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("planning failed")
    told = [json.loads(answer) for answer in answers]
    return {
        "seconds": max(one["seconds"] for one in told),
        "processor": sum(one["processor"] for one in told),
        "most": max(one["most"] for one in told),
        "longest": max(one["longest"] for one in told),
        "planned": sum(one["planned"] for one in told),
    }


def _row(name: str, told: dict[str, Any], count: int, peer: dict[str, Any]) -> list[str]:
    if told["planned"] != count:
        raise SystemExit(f"{told['planned']:,} of {count:,} were planned")
    seconds = float(told["seconds"])
    milliseconds = (1000 * told["most"], 1000 * told["longest"])
    figures = [figure(one) for one in (seconds, told["processor"], count / seconds, *milliseconds)]
    return [name, *figures, ratio(seconds, peer["seconds"])]


if __name__ == "__main__":
    main()
