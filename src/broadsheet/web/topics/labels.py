"""Setting the names of regions on a map so that none lies on another, and few on papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Point = tuple[float, float]

COVERED, FOREIGN = 45.0, 90.0
"""How far a label is moved rather than lie on a dot: one of its own, one of others."""
DOT = 5.0
REACH = 14
"""Half heights of a label that it may move up or down."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def lies_in(self, other: Box) -> bool:
        """Whether no part is outside the other."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point is inside, or nearer than ``margin`` to it."""
        x, y = point
        return self.left - margin < x < self.right + margin and self.top - margin < y < self.bottom + margin


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label to be set: how wide and high it is, and the points that it belongs to."""

    width: float
    height: float
    points: Sequence[Point]


def set_labels(wanted: Sequence[Wanted], sheet: Box) -> list[Box | None]:
    """A place for each label, the first ones first, within the sheet; None where all places are taken.

    A label never overlaps another. Among the free places the one that covers the fewest points counts, most of all of
    those that are not its own, then the one nearest to the middle of its own.
    """
    taken: list[Box] = []
    found: list[Box | None] = []
    for label in wanted:
        others = [point for other in wanted if other is not label for point in other.points]
        free = [box for box in _places(label) if box.lies_in(sheet) and not any(box.overlaps(one) for one in taken)]
        best = min(free, key=lambda box: _cost(box, label.points, others), default=None)
        found.append(best)
        taken += [best] if best else []
    return found


def _middle(points: Sequence[Point]) -> Point:
    count = max(len(points), 1)
    return sum(x for x, _ in points) / count, sum(y for _, y in points) / count


def _cost(box: Box, own: Sequence[Point], others: Sequence[Point]) -> float:
    covered = sum(box.holds(point, DOT) for point in own)
    foreign = sum(box.holds(point, 2 * DOT) for point in others)
    middle = _middle(own)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return covered * COVERED + foreign * FOREIGN + abs(x - middle[0]) + 1.5 * abs(y - middle[1])


def _places(label: Wanted) -> Iterator[Box]:
    """Places in a grid around the middle of a label's points, wide enough to reach beyond them."""
    x, y = _middle(label.points)
    half, high = label.width / 2, label.height / 2
    for down in range(-REACH, REACH + 1):
        for across in range(-4, 5):
            at_x, at_y = x + across * half / 2, y + down * high
            yield Box(at_x - half, at_y - high, at_x + half, at_y + high)
