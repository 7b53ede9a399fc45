"""The parts of attention in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from broadsheet.ranking.trending.weights import Part, Weights
from broadsheet.ranking.trending.why import PartTold, Why

NAMES: Mapping[str, str | Promise] = {
    "votes_here": gettext_lazy("Votes here"),
    "votes_elsewhere": gettext_lazy("Votes elsewhere"),
    "comments_here": gettext_lazy("Comments here"),
    "comments_elsewhere": gettext_lazy("Comments elsewhere"),
    "saves": gettext_lazy("Saves"),
    "stars": gettext_lazy("New stars of the code"),
    "pins": gettext_lazy("Pinned by a curator"),
    "category": gettext_lazy("Field"),
    "half_life_days": gettext_lazy("Half-life"),
}
"""What the weights are called."""
MEANINGS: Mapping[str, str | Promise] = {
    "votes_here": gettext_lazy("each person once, without votes that are held"),
    "votes_elsewhere": gettext_lazy("as the sources count them"),
    "comments_here": gettext_lazy("people, however much each says"),
    "comments_elsewhere": gettext_lazy("as the sources count them"),
    "saves": gettext_lazy("people, from three on; never who"),
    "stars": gettext_lazy("how often they doubled, a week"),
    "pins": gettext_lazy("at the top of a day"),
    "category": gettext_lazy("0: all fields alike, 1: only against what is usual in the field"),
    "half_life_days": gettext_lazy("days until a vote is worth half"),
}
_COUNTED: Mapping[Part, Promise] = {
    Part.VOTES_HERE: ngettext_lazy("%(n)d person voted here", "%(n)d people voted here", "n"),
    Part.VOTES_ELSEWHERE: ngettext_lazy("%(n)d vote elsewhere", "%(n)d votes elsewhere", "n"),
    Part.COMMENTS_HERE: ngettext_lazy("%(n)d person commented here", "%(n)d people commented here", "n"),
    Part.COMMENTS_ELSEWHERE: ngettext_lazy("%(n)d comment elsewhere", "%(n)d comments elsewhere", "n"),
    Part.SAVES: ngettext_lazy("%(n)d person saved it", "%(n)d people saved it", "n"),
    Part.STARS: ngettext_lazy("%(n)d new star a week", "%(n)d new stars a week", "n"),
    Part.PINS: ngettext_lazy("pinned by a curator", "pinned by curators", "n"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table of a paper's attention; ``share`` is in per cent."""

    what: str
    weight: str
    middle_on: date
    share: float


def figure(weight: float) -> str:
    """A weight without digits that say nothing: 3, 0.5."""
    return f"{weight:g}"


def counted(told: PartTold) -> str:
    """A part with its figure."""
    return str(_COUNTED[told.part] % {"n": told.count})


def lines_of(why: Why, weights: Weights) -> Sequence[Line]:
    """A paper's attention, the largest part first."""
    return [Line(counted(told), figure(weights.of(told.part)), told.middle_on, 100 * told.share) for told in why.parts]


def in_short(why: Why) -> str:
    """The parts that count most, in one line."""
    return " · ".join(counted(told) for told in why.parts[:3])


def risen(why: Why) -> str:
    """How unusual the early attention is; '' where it is not."""
    if why.early is None or why.rising <= 0:
        return ""
    supporters, expected = why.early
    words = ngettext(
        "%(n)d supporter so far, %(expected).1f to be expected",
        "%(n)d supporters so far, %(expected).1f to be expected",
        supporters,
    )
    return words % {"n": supporters, "expected": expected}
