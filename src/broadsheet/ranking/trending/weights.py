"""The weights of the trending formula, each with its reason and its bounds. An instance may set others (``weighing``).

All constants of the formula stand here and in ``formula`` and ``rising``, and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Part(StrEnum):
    """What attention is made of."""

    VOTES_HERE = "votes_here"
    VOTES_ELSEWHERE = "votes_elsewhere"
    COMMENTS_HERE = "comments_here"
    COMMENTS_ELSEWHERE = "comments_elsewhere"
    SAVES = "saves"
    STARS = "stars"
    PINS = "pins"


PARTS = tuple(Part)


class WeightsError(ValueError):
    """A weight is unknown or out of its bounds; ``name`` is its."""

    def __init__(self, name: str, least: float, most: float) -> None:
        super().__init__(f"{name}: expected a number from {least:g} to {most:g}")
        self.name, self.least, self.most = name, least, most


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of attention weighs, how fast it fades, and how much a field's size is made up for."""

    votes_here: float = 3.0
    """The people of this instance know best what it is for, and their votes are looked at for rings."""
    votes_elsewhere: float = 1.0
    """Counted by others, by rules that are not ours."""
    comments_here: float = 2.0
    """By people: one person is one, however much is said. Talk is not always praise, so less than votes."""
    comments_elsewhere: float = 0.5
    """Sources tell how many comments there are and not of how many people."""
    saves: float = 1.0
    """Saving says *later*, not *good*."""
    stars: float = 1.0
    """For the doubling of stars a week; stars are cheap, and often for the code alone."""
    pins: float = 4.0
    """A curator's choice weighs as much as two votes here, or sixteen elsewhere."""
    category: float = 0.5
    """0: attention counts alike in all fields; 1: only in proportion to what is usual in a paper's field. Half of the
    way (in logarithms), so that a small field is seen and does not rule."""
    half_life_days: float = 3.0
    """A vote is worth half after so many days: Friday's best is still seen on Monday, last week's gives way."""

    def of(self, part: Part) -> float:
        """The weight of a part."""
        return float(getattr(self, part.value))

    def plain(self) -> dict[str, float]:
        """All weights by name, as plain data."""
        return asdict(self)

    def with_changes(self, given: Mapping[str, Any]) -> Weights:
        """These weights with some others. Raises ``WeightsError`` for an unknown name and for what is out of bounds."""
        return replace(self, **{name: _checked(name, value) for name, value in given.items()})


NAMES = tuple(one.name for one in fields(Weights))
MOST_WEIGHT = 100.0
BOUNDS: dict[str, tuple[float, float]] = dict.fromkeys(NAMES, (0.0, MOST_WEIGHT)) | {
    "category": (0.0, 1.0),
    # Shorter than six hours the order of a day would change while it is read; two months is no trend.
    "half_life_days": (0.25, 60.0),
}
"""The least and the most of each weight, by name."""


def _checked(name: str, value: Any) -> float:
    least, most = BOUNDS.get(name, (0.0, 0.0))
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    # What is not a number fails every comparison.
    if name not in BOUNDS or not least <= number <= most:
        raise WeightsError(name, least, most)
    return number
