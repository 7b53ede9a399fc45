"""One rival in a process of its own: ``python -m benchmarks.rivals.worker build|ask NAME CORPUS FOLDER``.

``build`` prints a line of JSON for every batch that is in and one with the cost. ``ask`` reads orders, a line of JSON
each, from its input and prints a line of JSON for each: see ``order``. Ended by SIGTERM, it stops what the rival
started.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Corpus, load
from benchmarks.rivals import rival
from benchmarks.rivals.base import Ask, Clock, Rival, disk_of, memory_of

WARMING, LEAST = 20, 20


def main() -> None:
    """Do what the command line says."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    what, name, corpus, folder = sys.argv[1:]
    one = rival(name)
    try:
        if what == "build":
            build(one, load(Path(corpus)), Path(folder))
        else:
            answer_orders(one, load(Path(corpus)), Path(folder))
    finally:
        one.close()


def tell(**told: object) -> None:
    """Print one line of JSON."""
    print(json.dumps(told), flush=True)


def build(one: Rival, corpus: Corpus, folder: Path) -> None:
    """Build and tell the cost: CPU and wall seconds, and megabytes on disk."""
    clock = Clock(one.processes)
    one.build(corpus, folder, lambda documents: tell(documents=documents, processes=one.processes()))
    cpu, wall = clock.read()
    one.close()
    tell(built={"documents": corpus.count, "cpu": cpu, "wall": wall, "disk": disk_of(folder)})


def answer_orders(one: Rival, corpus: Corpus, folder: Path) -> None:
    """Open, say so, and carry out orders until the input ends."""
    one.open(corpus, folder)
    tell(modes=one.modes, recall=one.recall, processes=one.processes())
    for line in sys.stdin:
        told = json.loads(line)
        if "mode" in told:
            tell(**order(one, corpus, **told))
        else:
            resident, anonymous = memory_of([os.getpid(), *one.processes()])
            tell(resident=resident, anonymous=anonymous)


def order(one: Rival, corpus: Corpus, *, mode: str, limits: str, queries: int, seconds: float) -> dict[str, Any]:
    """Put ``queries`` questions in one mode within one name's limits, until all are answered or ``seconds`` are over.

    The questions come in one drawn order, so those that a slow rival gets to are a fair sample. LEAST are put to it in
    any case, unless that takes five times as long. The limits ``long`` are none at all, and the questions then the
    long ones.

    Returns CPU seconds of all, wall seconds of each, how many of the exact answers were among the answers and how many
    there are, and how many answers were outside the limits.
    """
    within = "all" if limits == "long" else limits
    questions = corpus.long_queries if limits == "long" else corpus.queries
    vectors = corpus.long_vectors if limits == "long" else corpus.query_vectors
    order = np.random.default_rng(len(questions)).permutation(len(questions))[:queries]
    asked = [Ask(questions[number].text, vectors[number], within) for number in order.tolist()]
    until = time.perf_counter() + seconds / 4
    for ask in asked[:WARMING]:
        one.ask(mode, ask)
        if time.perf_counter() > until:
            break
    answers, walls = [], []
    clock, until = Clock(one.processes), time.perf_counter() + seconds
    for ask in asked:
        began = time.perf_counter()
        answers.append(one.ask(mode, ask))
        walls.append(time.perf_counter() - began)
        over = time.perf_counter() - until
        if over > 4 * seconds or (over > 0 and len(answers) >= LEAST):
            break
    cpu, _ = clock.read()
    allowed, truth = corpus.allowed(within), corpus.truth(limits)
    exact = [{int(number) for number in row if number > 0} for row in truth[order[: len(answers)]]]
    return {
        "cpu": cpu,
        "walls": walls,
        "found": sum(len(right & set(answer)) for right, answer in zip(exact, answers, strict=True)),
        "there": sum(map(len, exact)),
        "wrong": sum(not allowed[number - 1] for answer in answers for number in answer),
    }


if __name__ == "__main__":
    main()
