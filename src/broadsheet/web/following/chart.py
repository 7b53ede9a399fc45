"""A small chart of bars: how many papers came on each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

STEP, WIDTH, HEIGHT = 20, 14, 48
SHORTEST = 2
"""A day with few papers beside one with many is still seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: where its bar begins and how high it is, in the chart's units."""

    day: date
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All days, the oldest at the left."""

    bars: tuple[Bar, ...]
    width: int
    height: int = HEIGHT
    bar_width: int = WIDTH


def bars(counts: Sequence[tuple[date, int]]) -> Chart:
    """The chart of some days; without any it is empty."""
    most = max((count for _, count in counts), default=0)
    drawn = []
    for number, (day, count) in enumerate(counts):
        height = max(SHORTEST, round(count / most * HEIGHT)) if count else 0
        drawn.append(Bar(day, count, number * STEP, HEIGHT - height, height))
    return Chart(tuple(drawn), len(counts) * STEP - (STEP - WIDTH) if counts else 0)
