"""Why a paper is where it is in the lists by attention: its figures, as they were when its trend was computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from broadsheet.catalogue.models import Trend
from broadsheet.ranking.trending.weights import PARTS, Part


@dataclass(frozen=True, slots=True)
class PartTold:
    """One part of a paper's attention.

    ``count`` is how many people, votes, comments or pins; of stars, by how many they grew in a week. All of it is worth
    as much now as if it had happened on ``middle_on``. ``share`` is its part of the attention, from 0 to 1.
    """

    part: Part
    count: int
    middle_on: date
    share: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper is where it is.

    ``points`` is its attention in per cent of what the paper at the top gets, ``factor`` what its ``field`` made of it.
    ``early`` are the supporters so far of a paper in its first week and how many were to be expected, ``rising`` how
    unusual that is, in powers of ten.
    """

    points: float
    parts: Sequence[PartTold]
    field: str
    factor: float
    rising: float
    early: tuple[int, float] | None

    @property
    def chance(self) -> int:
        """One of so many papers gets that many supporters so early by chance."""
        return round(10 ** min(self.rising, 9.0))


def why_of(paper_ids: Iterable[int]) -> Mapping[int, Why]:
    """Why, by row id; papers without attention are left out. Two questions to the database."""
    trends = list(Trend.objects.filter(paper__in=list(paper_ids)))
    if not trends:
        return {}
    top = float(Trend.objects.filter(paper__is_hidden=False).aggregate(top=Max("score"))["top"] or 0.0)
    return {trend.paper_id: _why(trend, top) for trend in trends}


def _why(trend: Trend, top: float) -> Why:
    told = trend.parts
    early, of = told.get("early"), told.get("of", {})
    parts = [_part(part, *of[part.value]) for part in PARTS if part.value in of]
    return Why(
        points=100 * float(2 ** min(trend.score - top, 0.0)),
        parts=sorted(parts, key=lambda it: -it.share),
        field=told.get("field", ""),
        factor=told.get("factor", 1.0),
        rising=trend.rising,
        early=(early[0], early[1]) if early else None,
    )


def _part(part: Part, amount: float, middle_on: str, share: float) -> PartTold:
    # Stars stand in the formula as the square of their doublings.
    count = 2 ** (amount**0.5) - 1 if part is Part.STARS else amount
    return PartTold(part, round(count), date.fromisoformat(middle_on), share)


def place_of(trend: Trend) -> int:
    """The place of a paper among all, from 1."""
    return 1 + Trend.objects.filter(paper__is_hidden=False, score__gt=trend.score).count()
