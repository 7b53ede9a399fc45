"""The facts of all papers at one moment, and the conditions on them as masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.attributes.files import GONE, WITH_CODE, Array
from broadsheet.search.conditions import (
    All,
    Any,
    Condition,
    FactCondition,
    FigureWithin,
    HasFlag,
    HasPhrase,
    HasWords,
    InCategory,
    InLanguage,
    ListedWithin,
    Not,
    OfOrganisation,
    OneOf,
    UpTo,
    YearWithin,
)

Mask = NDArray[np.bool_]
UNKNOWN = 65_000
"""A place that no language has."""
_CHEAP = (OneOf, UpTo, HasFlag)


@dataclass(frozen=True)
class SetColumn:
    """A fact with several values: which set each paper has, the values of all sets, and where each set ends."""

    places: Array
    values: Array
    ends: Array

    @cached_property
    def owners(self) -> Array:
        """The set that each value belongs to."""
        ends = self.ends.astype(np.int64)
        lengths = ends - np.concatenate([[0], ends[:-1]])
        return np.repeat(np.arange(len(self.ends), dtype=np.uint32), lengths)

    def any_of(self, is_hit: Mask) -> Mask:
        """Which papers have a value for which ``is_hit`` (v,) holds. Raises ``IndexError`` while sets are added."""
        sets = np.zeros(len(self.ends), np.bool_)
        sets[self.owners[is_hit]] = True
        found: Mask = sets[self.places]
        return found

    def counted(self, numbers: Array, count: int) -> Array:
        """How many of given papers have each of the values 0 to ``count - 1``, (count,)."""
        if len(numbers) * 10 < len(self.ends):
            return np.bincount(self.of(numbers)[0], minlength=count)
        papers = np.bincount(self.places[numbers], minlength=len(self.ends))
        if len(papers) > len(self.ends):
            raise IndexError("a set was added after the sets were mapped")
        used = papers[self.owners]
        return np.bincount(self.values, weights=used, minlength=count).astype(np.int64)

    def of(self, numbers: Array) -> tuple[Array, Array]:
        """The values of given papers, (m,), and for each of them the place of its paper in ``numbers``, (m,)."""
        places = self.places[numbers]
        ends = self.ends[places].astype(np.int64)
        starts = np.where(places > 0, self.ends[places - np.minimum(places, 1)], 0).astype(np.int64)
        lengths = ends - starts
        papers = np.repeat(np.arange(len(numbers)), lengths)
        within = np.arange(len(papers)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.values[np.repeat(starts, lengths) + within], papers


@dataclass(frozen=True)
class Facts:
    """What is known of all papers, by number: columns (rows,), facts with several values, and words by their places."""

    counter: int
    columns: dict[str, Array]
    sets: dict[str, SetColumn]
    words: dict[str, list[str]]
    places: dict[str, dict[str, int]]

    @property
    def is_settled(self) -> bool:
        """Whether no update was under way when the columns were mapped."""
        return self.counter % 2 == 0

    @property
    def alive(self) -> Mask:
        """Which numbers are papers."""
        alive: Mask = self.columns["state"] != GONE
        return alive

    def known(self, numbers: Array) -> Mask:
        """Which of the numbers (n,) are papers."""
        state = self.columns["state"]
        inside: Mask = (numbers >= 0) & (numbers < len(state))
        return (
            inside & (state[np.where(inside, numbers, 0)] != GONE) if len(state) else np.zeros(len(numbers), np.bool_)
        )

    def mask(self, must: Condition, kept: Callable[[Condition, Callable[[], Mask]], Mask]) -> Mask:
        """Which numbers satisfy ``must``, numbers that are no papers included at random.

        ``kept`` gives what was computed for a condition before, or computes it. Raises ``TypeError`` for a condition
        on a text.
        """
        match must:
            case All(parts):
                return reduce(_and, (self.mask(part, kept) for part in parts), self.alive)
            case Any(parts):
                return reduce(_or, (self.mask(part, kept) for part in parts), self._none())
            case Not(part):
                return ~self.mask(part, kept)
            case HasWords() | HasPhrase():
                raise TypeError(f"{must!r} is no condition on a fact")
            case _:
                return self._leaf(must) if isinstance(must, _CHEAP) else kept(must, lambda: self._leaf(must))

    def _none(self) -> Mask:
        return np.zeros(len(self.columns["state"]), np.bool_)

    def _leaf(self, must: FactCondition) -> Mask:
        match must:
            case InCategory() | OfOrganisation() | ListedWithin():
                mask = self._of_sets(must)
            case InLanguage(code):
                mask = self.columns["language"] == self.places["language"].get(code, UNKNOWN) + 1
            case HasFlag("code"):
                mask = self.columns["state"] == WITH_CODE
            case HasFlag():
                mask = self.columns["comments"] > 0
            case YearWithin(first, last):
                mask = _within(self.columns["year"], 1 if first is None else max(first, 1), last)
            case FigureWithin(name, least, most):
                mask = _within(self.columns[name], least, most)
            case OneOf(numbers):
                mask = self._none()
                mask[[number for number in numbers if 0 <= number < len(mask)]] = True
            case UpTo(last_number):
                mask = self._none()
                mask[: max(last_number + 1, 0)] = True
        return mask

    def _of_sets(self, must: InCategory | OfOrganisation | ListedWithin) -> Mask:
        if isinstance(must, ListedWithin):
            column = self.sets["days"]
            first, last = (must.first or date.min).toordinal(), (must.last or date.max).toordinal()
            return column.any_of(_within(column.values, first, last))
        if isinstance(must, OfOrganisation):
            column, place = self.sets["organisations"], self.places["organisation"].get(must.slug)
            return self._none() if place is None else column.any_of(column.values == place)
        column, code = self.sets["categories"], must.code.lower()
        archive = code.partition(".")[0] if code.endswith(".*") else None
        codes = [known.lower() for known in self.words["category"]]
        wanted = [known == code if archive is None else known.partition(".")[0] == archive for known in codes]
        return column.any_of(np.array(wanted, np.bool_)[column.values]) if any(wanted) else self._none()


def _and(one: Mask, other: Mask) -> Mask:
    return one & other


def _or(one: Mask, other: Mask) -> Mask:
    return one | other


def _within(values: Array, first: int | None, last: int | None) -> Mask:
    """Which values lie between, both ends included; ends may lie outside of the values' type."""
    limits = np.iinfo(values.dtype)
    if (first is not None and first > limits.max) or (last is not None and last < limits.min):
        return np.zeros(len(values), np.bool_)
    lower: Mask | None = None if first is None or first <= limits.min else values >= values.dtype.type(first)
    upper: Mask | None = None if last is None or last >= limits.max else values <= values.dtype.type(last)
    if lower is None or upper is None:
        found = upper if lower is None else lower
        return np.ones(len(values), np.bool_) if found is None else found
    lower &= upper
    return lower
