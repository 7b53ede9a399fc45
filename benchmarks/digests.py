"""A day's digests for ten thousand people, and one signal for one person, against the method of arxiv-sanity-lite.

Everybody has saved thirty papers of two fields; 10,000 papers of fourteen days are ranked for each (``--papers`` is the
number of people here). Two processes share the people, as two cores allow; first with profiles that have to be computed
and then with stored ones. The peer trains a linear support vector machine for each person on TF-IDF vectors of the same
papers, in the same run, for a few people: what ten thousand would take is that many times their mean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from benchmarks.instance import ROOT, environment, run, temporary_home
from benchmarks.options import DAILY_PAPERS, needed, read_options
from benchmarks.report import figure, print_source, print_table, ratio

PEOPLE, ASKED, OF_PEER, CORES = 10_000, 200, 8, 2
INSTANCE = "benchmarks.digests_instance"


def main() -> None:
    """Print both tables."""
    options = read_options(__doc__, rounds=1)
    people = options.papers or PEOPLE
    corpus = needed(options.data / DAILY_PAPERS / "corpus.jsonl")
    with temporary_home() as home:
        run(["-m", INSTANCE, "fill", str(corpus), str(people)], home)
        computed, stored = _ranked(home), _ranked(home)
        peer = [1000 * seconds for seconds in json.loads(run(["-m", INSTANCE, "peer", str(OF_PEER)], home))]
        one = json.loads(run(["-m", INSTANCE, "signal", str(min(ASKED, people))], home))
    a_person = fmean(peer)
    rows = [
        _row(f"digests of {people:,} people, profiles computed", computed, people, a_person),
        _row(f"digests of {people:,} people, profiles stored", stored, people, a_person),
        [
            "peer: SVM on TF-IDF, one core",
            f"{figure(a_person * people / 60000)} (extrapolated)",
            figure(a_person),
            "–",
            "–",
            "1.00×",
        ],
    ]
    columns = [
        "what",
        "minutes",
        "ms a person",
        "stored beside signals, KB a person",
        "memory of a process, MB",
        "against the peer",
    ]
    print_table(columns, rows)
    timed = [
        _percentiles(f"one signal: {name}", one[key], peer)
        for name, key in (
            ("saved, learnt and ranked", "with the vote"),
            ("learnt and ranked", "ranking"),
        )
    ]
    print_table(["what", "p50 ms", "p95 ms", "p95 against the peer's mean"], timed)
    print_source("digests")


def _ranked(home: Path) -> list[dict[str, Any]]:
    """What each of the processes tells that share the people."""
    told = environment(home) | {"OPENBLAS_NUM_THREADS": "1"}
    commands = [[sys.executable, "-m", INSTANCE, "rank", str(part), str(CORES)] for part in range(CORES)]
    running = [subprocess.Popen(one, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True) for one in commands]
    answers = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("ranking failed")
    return [json.loads(answer) for answer in answers]


def _row(name: str, parts: list[dict[str, Any]], people: int, peer: float) -> list[str]:
    if sum(part["people"] for part in parts) != people:
        raise SystemExit("somebody got no full digest")
    seconds = max(part["seconds"] for part in parts)
    a_person = 1000 * seconds / people
    stored, memory = max(part["stored"] for part in parts), max(part["memory"] for part in parts)
    told = [figure(seconds / 60), figure(a_person), figure(stored / people / 1024), figure(memory / 1_048_576)]
    return [name, *told, ratio(a_person, peer)]


def _percentiles(name: str, milliseconds: list[float], peer: list[float]) -> list[str]:
    parts = quantiles(milliseconds, n=20)
    return [name, figure(parts[9]), figure(parts[18]), ratio(parts[18], fmean(peer))]


if __name__ == "__main__":
    main()
