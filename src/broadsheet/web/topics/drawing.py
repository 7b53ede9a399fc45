"""A topic map as the figures of an SVG: outlines of regions, dots of papers, names. Looks are the style's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from django.utils.text import capfirst
from numpy.typing import NDArray

from broadsheet.catalogue.models import Paper
from broadsheet.ranking.topics.topic_map import Region, TopicMap
from broadsheet.web.topics.labels import Box, Wanted, set_labels

WIDTH, HEIGHT = 1000, 580
MARGIN_X, MARGIN_Y = 70, 52
LEAST_RADIUS, MOST_RADIUS = 3.2, 11.0
GAP = 2.5
"""Between two dots."""
NAME_SIZE, NAME_HEIGHT = 17.0, 22.0
LETTER_WIDTH = 0.56
"""Of a letter of the names' type, as a share of its size, on the safe side."""
LONGEST_LABEL = 30
_ROUNDS_OF_PUSHING = 60


@dataclass(frozen=True, slots=True)
class Dot:
    """A paper, and where its circle is, in units of the sheet, written as the SVG has them."""

    paper: Paper
    x: str
    y: str
    radius: str


@dataclass(frozen=True, slots=True)
class Label:
    """A region's name on the map: the middle of its base line."""

    text: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region with its number on the map (from 1), outline, dots, name, and where its number stands alone."""

    number: int
    region: Region
    outline: str
    dots: tuple[Dot, ...]
    label: Label | None
    number_at: Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet; ``view`` is its ``viewBox``."""

    regions: tuple[DrawnRegion, ...]
    view: str = f"0 0 {WIDTH} {HEIGHT}"


def draw(found: TopicMap) -> Drawing:
    """Set a map on the sheet: dots by votes, none on another; names that do not overlap."""
    places = [place for region in found.regions for place in region.places]
    most = max((place.paper.votes_count for place in places), default=0)
    radii = np.array([_radius(place.paper.votes_count, most) for place in places])
    points = np.array([(place.x, place.y) for place in places]).reshape(-1, 2)
    points = points * (WIDTH - 2 * MARGIN_X, HEIGHT - 2 * MARGIN_Y) + (MARGIN_X, MARGIN_Y)
    points = pushed_apart(points, radii)
    ends = np.cumsum([len(region.places) for region in found.regions])[:-1]
    parts = np.split(np.arange(len(places)), ends) if found.regions else []
    labels = _labels(found.regions, [points[part] for part in parts])
    return Drawing(
        tuple(
            DrawnRegion(
                number=number,
                region=region,
                outline=_outline(points[part]),
                dots=tuple(
                    Dot(place.paper, _written(x), _written(y), _written(radius))
                    for place, (x, y), radius in zip(region.places, points[part], radii[part], strict=True)
                ),
                label=label,
                number_at=_number_at(number, points[part]),
            )
            for number, (region, part, label) in enumerate(zip(found.regions, parts, labels, strict=True), 1)
        )
    )


def _radius(votes: int, most: int) -> float:
    """The area of a dot grows with the votes."""
    share = votes / most if most else 0.0
    return sqrt(LEAST_RADIUS**2 + share * (MOST_RADIUS**2 - LEAST_RADIUS**2))


def pushed_apart(points: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move circles, (n, 2) with radii (n,), off each other, within the sheet and as little as that takes."""
    count = len(points)
    turns = np.arange(count) * (pi * (3 - sqrt(5)))
    # Those that lie on one point leave it in different directions.
    found = points + 0.01 * np.column_stack([np.cos(turns), np.sin(turns)])
    least = radii[:, None] + radii[None, :] + GAP
    low, high = np.array([MOST_RADIUS, MOST_RADIUS]), np.array([WIDTH - MOST_RADIUS, HEIGHT - MOST_RADIUS])
    for _turn in range(_ROUNDS_OF_PUSHING):
        between = found[:, None, :] - found[None, :, :]
        apart = np.sqrt((between**2).sum(axis=2))
        np.fill_diagonal(apart, np.inf)
        lacking = np.maximum(0.0, least - apart)
        if not lacking.any():
            break
        found = found + (between * (lacking / np.maximum(apart, 1e-9) / 2)[:, :, None]).sum(axis=1)
        found = np.clip(found, low, high)
    return found


def _labels(regions: Sequence[Region], parts: Sequence[NDArray[np.float64]]) -> list[Label | None]:
    texts = [_short(capfirst(region.names[0])) if region.names else "" for region in regions]
    # The number that leads to the list stands before each name.
    widths = [(len(text) + 3) * NAME_SIZE * LETTER_WIDTH for text in texts]
    wanted = [
        Wanted(width, NAME_HEIGHT, [(float(x), float(y)) for x, y in part])
        for width, part in zip(widths, parts, strict=True)
    ]
    boxes = set_labels(wanted, Box(4, 4, WIDTH - 4, HEIGHT - 4))
    return [
        Label(text, _written((box.left + box.right) / 2), _written(box.bottom - 6)) if box and text else None
        for text, box in zip(texts, boxes, strict=True)
    ]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1].rstrip() + "…"


def _number_at(number: int, points: NDArray[np.float64]) -> Label:
    x, y = points.mean(axis=0)
    return Label(str(number), _written(x), _written(y + 16))


def _outline(points: NDArray[np.float64]) -> str:
    """The path of the hull of points; the style draws it with a broad pen, so that it passes around them."""
    corners = hull([(float(x), float(y)) for x, y in points])
    return "M" + "L".join(f"{_written(x)} {_written(y)}" for x, y in corners) + "Z"


def hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the convex hull, by Andrew's monotone chain ("Another efficient algorithm ...", 1979)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _chain(ordered)[:-1] + _chain(ordered[::-1])[:-1]


def _chain(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for x, y in points:
        while len(found) > 1 and _turns_right(found[-2], found[-1], (x, y)):
            found.pop()
        found.append((x, y))
    return found


def _turns_right(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0


def _written(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
