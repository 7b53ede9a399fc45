"""Setting the names of regions on a map so that none lies on another, and few on papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


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

    A label never overlaps another. Among the free places the one that covers the fewest points counts, then the one
    nearest to the middle of its own.
    """
    points = [point for label in wanted for point in label.points]
    taken: list[Box] = []
    found: list[Box | None] = []
    for label in wanted:
        free = [box for box in _places(label) if box.lies_in(sheet) and not any(box.overlaps(one) for one in taken)]
        middle = _middle(label.points)
        best = min(free, key=lambda box: _cost(box, points, middle), default=None)
        found.append(best)
        taken += [best] if best else []
    return found


def _middle(points: Sequence[Point]) -> Point:
    count = max(len(points), 1)
    return sum(x for x, _ in points) / count, sum(y for _, y in points) / count


def _cost(box: Box, points: Sequence[Point], middle: Point) -> float:
    covered = sum(box.holds(point, 4.0) for point in points)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    away = abs(x - middle[0]) + 2 * abs(y - middle[1])
    return covered * 30 + away


def _places(label: Wanted) -> Iterator[Box]:
    """Places over, under and beside a label's points, and in rings around their middle."""
    x, y = _middle(label.points)
    tops = [point[1] for point in label.points] or [y]
    sides = [point[0] for point in label.points] or [x]
    half, gap = label.width / 2, 14.0
    near = [
        (x, min(tops) - gap - label.height / 2),
        (x, max(tops) + gap + label.height / 2),
        (min(sides) - gap - half, y),
        (max(sides) + gap + half, y),
        (x, y),
    ]
    rings = [
        (x + across * half, y + down * label.height)
        for down in range(-6, 7)
        for across in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5)
    ]
    for at_x, at_y in (*near, *rings):
        yield Box(at_x - half, at_y - label.height / 2, at_x + half, at_y + label.height / 2)
