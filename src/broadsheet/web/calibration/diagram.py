"""Figures drawn on the server: where everything goes, for templates that draw SVG with attributes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.ranking.exploring.calibration_measures import Bin

# In the units of the drawing: the square (or strip) inside its margins.
SIDE, MARGIN, BOTTOM = 280.0, 44.0, 40.0
STRIP = 100.0
# Scales end at one of these, the first that holds everything.
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on a scale and what is written there."""

    at: float
    share: float


@dataclass(frozen=True, slots=True)
class Point:
    """A bin in the drawing: the dot at (``x``, ``y``), its bounds from ``low`` down to ``high``, and its figures."""

    x: float
    y: float
    low: float
    high: float
    bin: Bin


@dataclass(frozen=True, slots=True)
class Diagram:
    """A reliability diagram: predictions to the right, what came upwards, both on one scale."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    middle_x: float
    middle_y: float
    across: tuple[Tick, ...]
    upwards: tuple[Tick, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """How likely each place is looked at: the points of a line, and the places with their shares."""

    width: float
    height: float
    line: str
    rows: tuple[tuple[int, float], ...]


def diagram(bins: Sequence[Bin]) -> Diagram:
    """Where the parts of a reliability diagram go."""
    most = max((max(one.predicted, one.high) for one in bins), default=1.0)
    scale = next(end for end in SCALES if most <= end or end == SCALES[-1])
    bottom, right = 10.0 + SIDE, MARGIN + SIDE

    def across(share: float) -> float:
        return round(MARGIN + SIDE * share / scale, 1)

    def upwards(share: float) -> float:
        return round(bottom - SIDE * share / scale, 1)

    shares = [scale * quarter / 4 for quarter in range(5)]
    return Diagram(
        width=right + 16,
        height=bottom + BOTTOM,
        left=MARGIN,
        right=right,
        top=10.0,
        bottom=bottom,
        middle_x=MARGIN + SIDE / 2,
        middle_y=10.0 + SIDE / 2,
        across=tuple(Tick(across(share), share) for share in shares),
        upwards=tuple(Tick(upwards(share), share) for share in shares),
        points=tuple(
            Point(across(one.predicted), upwards(one.observed), upwards(one.low), upwards(one.high), one)
            for one in bins
        ),
    )


def curve_of_places(examined: Sequence[float]) -> Places | None:
    """The line of how likely each place is looked at, beside the first; None where nothing is known of it."""
    if len(examined) < 2:
        return None
    step = (SIDE + MARGIN) / (len(examined) - 1)
    line = " ".join(f"{place * step:.1f},{5 + STRIP * (1 - share):.1f}" for place, share in enumerate(examined))
    rows = tuple((place + 1, share) for place, share in enumerate(examined))
    return Places(SIDE + MARGIN, STRIP + 14, line, rows)
