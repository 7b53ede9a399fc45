"""Rivals in processes of their own: built within a limit of time, then asked in turns."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.instance import ROOT
from benchmarks.rivals import RIVALS, lacking
from benchmarks.rounds import shuffled

# One thread where it can be told; the building may use every core.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "LANCE_CPU_THREADS")
GRACE = 20.0
PATIENCE = 60.0
KEPT = "built.json"


class StoppedError(Exception):
    """A rival failed or took too long; the text says how."""


@dataclass(slots=True)
class Cell:
    """What one rival's answers of one mode within one name's limits cost, round after round."""

    cpu: list[float] = field(default_factory=list)
    walls: list[list[float]] = field(default_factory=list)
    recall: float = 0.0
    wrong: int = 0

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a question: the median over the rounds."""
        return median(self.cpu)

    def wall_ms(self, percentile: float) -> float:
        """Wall milliseconds at a percentile over the questions, each at its median over the rounds."""
        asked = min(map(len, self.walls))
        medians = [median(of_a_round[number] for of_a_round in self.walls) for number in range(asked)]
        return float(np.percentile(medians, percentile)) * 1000


@dataclass(slots=True)
class Outcome:
    """All about one rival at one size; ``stopped`` tells why there is no more."""

    name: str
    built: dict[str, float] = field(default_factory=dict)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    modes: tuple[str, ...] = ()
    recall: bool = False
    memory: tuple[float, float] = (0.0, 0.0)
    stopped: str = ""


class Worker:
    """The process of one rival, spoken to in lines of JSON."""

    def __init__(self, what: str, name: str, corpus: Path, folder: Path) -> None:
        threads = dict.fromkeys(THREADS, "1") if what == "ask" else {}
        self._errors = (folder.parent / f"{name}-{what}.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.rivals.worker", what, name, str(corpus), str(folder)],
            cwd=ROOT,
            env=os.environ | threads,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._helpers: list[int] = []

    def order(self, patience: float, /, **told: object) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
        return self.listen(patience)

    def listen(self, seconds: float) -> dict[str, Any]:
        """The next line; raises StoppedError when none comes in time or the process has ended."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            if not ready.select(max(0.0, seconds)):
                raise StoppedError("stopped")
        line = self._process.stdout.readline()
        if not line:
            raise StoppedError(f"failed: {self._last_words()}")
        told: dict[str, Any] = json.loads(line)
        self._helpers = told.get("processes", self._helpers)
        return told

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1][:120] if lines else f"exit status {self._process.wait()}"

    def end(self) -> None:
        """End the process and whatever works for it."""
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            for process in self._helpers:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGTERM)
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()


def build(name: str, corpus: Path, folder: Path, seconds: float) -> Outcome:
    """Build one rival in ``folder``, unless it is there from an earlier run, within so many seconds."""
    outcome = Outcome(name)
    if missing := lacking(name):
        outcome.stopped = f"not installed: {', '.join(missing)}"
        return outcome
    with suppress(FileNotFoundError):
        outcome.built = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        return outcome
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    worker, began, documents = Worker("build", name, corpus, folder), time.monotonic(), 0
    try:
        while not outcome.built:
            told = worker.listen(began + seconds - time.monotonic())
            documents = told.get("documents", documents)
            outcome.built = told.get("built", {})
        (folder / KEPT).write_text(json.dumps(outcome.built), encoding="utf-8")
    except StoppedError as reason:
        outcome.stopped = f"{reason} after {time.monotonic() - began:,.0f} s of building at {documents:,} documents"
    finally:
        worker.end()
    return outcome


def ask_all(
    outcomes: Mapping[str, Outcome],
    corpus: Path,
    folders: Mapping[str, Path],
    limits: Sequence[str],
    *,
    rounds: int,
    queries: int,
    seconds: float,
) -> None:
    """Put the questions to every rival that was built, in turns, and write into ``outcomes`` what it cost."""
    workers: dict[str, Worker] = {}
    try:
        for name, outcome in outcomes.items():
            if not outcome.stopped:
                workers[name] = Worker("ask", name, corpus, folders[name])
                _open(workers[name], outcome)
        for number in range(rounds):
            for turn, (mode, limit) in enumerate(_questions(outcomes, limits)):
                for name in shuffled(list(workers), number * 1_000 + turn):
                    outcome = outcomes[name]
                    if mode in outcome.modes and not outcome.stopped:
                        order = {"mode": mode, "limits": limit, "queries": queries, "seconds": seconds}
                        _ask(workers[name], outcome, order)
        for name, worker in workers.items():
            if not outcomes[name].stopped:
                told = worker.order(PATIENCE, memory=True)
                outcomes[name].memory = (told["resident"], told["anonymous"])
    finally:
        for worker in workers.values():
            worker.end()


def _open(worker: Worker, outcome: Outcome) -> None:
    try:
        told = worker.listen(PATIENCE * 10)
        outcome.modes, outcome.recall = tuple(told["modes"]), told["recall"]
    except StoppedError as reason:
        outcome.stopped = f"{reason} on opening"


def _questions(outcomes: Mapping[str, Outcome], limits: Sequence[str]) -> Iterator[tuple[str, str]]:
    modes = dict.fromkeys(mode for outcome in outcomes.values() for mode in outcome.modes)
    for mode in modes:
        for limit in limits if mode in ("meaning", "hybrid") else limits[:1]:
            yield mode, limit


def _ask(worker: Worker, outcome: Outcome, order: dict[str, Any]) -> None:
    print(f"{RIVALS[outcome.name].title}: {order['mode']}, {order['limits']}", file=sys.stderr)
    try:
        told = worker.order(PATIENCE + 4 * order["seconds"], **order)
    except StoppedError as reason:
        outcome.stopped = f"{reason} at {order['mode']} within {order['limits']}"
        return
    cell = outcome.cells.setdefault((order["mode"], order["limits"]), Cell())
    cell.cpu.append(told["cpu"] * 1000 / len(told["walls"]))
    cell.walls.append(told["walls"])
    cell.recall = told["found"] / told["there"] if told["there"] else 1.0
    cell.wrong += told["wrong"]
