"""Measuring contenders in turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds by the clock on the wall, and seconds that processors spent on it (all threads and children)."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Timing:
    """Do the work once and say how long it took, children that it waited for included."""
    cpu, wall = _cpu_seconds(), time.perf_counter()
    work()
    return Timing(time.perf_counter() - wall, _cpu_seconds() - cpu)


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """The median timings of all contenders: each round runs every one of them once, in another order."""
    timings: dict[str, list[Timing]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in shuffled(list(contenders), number):
            timings[name].append(timed(contenders[name]))
    return {name: median_timing(measured) for name, measured in timings.items()}


def shuffled(names: Sequence[str], turn: int) -> list[str]:
    """The names in an order that differs from turn to turn and is the same in every run.

    Drawn and not rotated: with a fixed predecessor, a contender would always find the caches as that one left them.
    """
    return random.Random(turn).sample(names, len(names))


def median_timing(timings: Sequence[Timing]) -> Timing:
    """The median of each of the two clocks."""
    return Timing(median(timing.wall for timing in timings), median(timing.cpu for timing in timings))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
