"""A small chart of shares over weeks, as the points of an SVG's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 180, 36, 4


@dataclass(frozen=True, slots=True)
class Chart:
    """The line of all weeks, the stretch of the last ones, where that begins, and its end."""

    line: str
    recent: str
    split: str
    end_x: str
    end_y: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(shares: Sequence[float], recent: int) -> Chart:
    """Draw shares, at least one, from 0 at the foot to the largest at the top."""
    most = max(shares) or 1.0
    across = (WIDTH - 2 * MARGIN) / max(len(shares) - 1, 1)
    points = [
        (MARGIN + week * across, HEIGHT - MARGIN - share / most * (HEIGHT - 2 * MARGIN))
        for week, share in enumerate(shares)
    ]
    written = [f"{x:.1f},{y:.1f}" for x, y in points]
    begin = max(len(shares) - recent, 0)
    return Chart(
        line=" ".join(written[: begin + 1]),
        recent=" ".join(written[begin:]),
        split=f"{points[begin][0]:.1f}",
        end_x=f"{points[-1][0]:.1f}",
        end_y=f"{points[-1][1]:.1f}",
    )
