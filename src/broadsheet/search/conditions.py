"""What a paper must satisfy, as a tree of plain data that every engine and the database can evaluate.

``All``, ``Any`` and ``Not`` combine; the leaves test one thing each. Texts in leaves are folded already
(``catalogue.text.fold``). A leaf never raises: a text without any word that is indexed is satisfied by no paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

TextField = Literal["any", "title", "abstract", "authors", "organisations"]
"""Where a word must stand; ``any`` is title, abstract or authors, what unmarked words are searched in."""
FlagName = Literal["code", "comments"]
FigureName = Literal["votes", "comments"]


@dataclass(frozen=True, slots=True)
class HasWords:
    """Every word of ``text`` stands in the field, in any order; words match by their stem, stop words are ignored."""

    text: str
    field: TextField = "any"


@dataclass(frozen=True, slots=True)
class HasPhrase:
    """The words of ``text`` stand in the field side by side in this order (within one name, for authors)."""

    text: str
    field: TextField = "any"


@dataclass(frozen=True, slots=True)
class InCategory:
    """The paper is in a category (``cs.CL``) or in any of an archive (``cs.*``); case does not matter."""

    code: str


@dataclass(frozen=True, slots=True)
class OfOrganisation:
    """The paper carries the organisation with this slug."""

    slug: str


@dataclass(frozen=True, slots=True)
class ListedWithin:
    """The paper was listed on a day from ``first`` to ``last``, both included; None leaves that end open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class YearWithin:
    """The year of publication (or, where unknown, of the first listing) lies between, both ends included."""

    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class HasFlag:
    """The paper has a code link, or comments."""

    name: FlagName


@dataclass(frozen=True, slots=True)
class FigureWithin:
    """A count (of votes, of comments) lies between, both ends included."""

    name: FigureName
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The paper's text is in this language (ISO 639-1, small letters)."""

    code: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The paper is one of these, by row id."""

    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class UpTo:
    """The paper was in the catalogue when number ``last`` was the newest: what keeps paging stable."""

    last: int


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts, every paper."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; without parts, no paper."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


TextCondition: TypeAlias = HasWords | HasPhrase
FactCondition: TypeAlias = (
    InCategory | OfOrganisation | ListedWithin | YearWithin | HasFlag | FigureWithin | InLanguage | OneOf | UpTo
)
Condition: TypeAlias = TextCondition | FactCondition | All | Any | Not


def both(*parts: Condition | None) -> Condition | None:
    """All of the parts that are given; None when none is. Nested ``All`` are flattened, repeated parts dropped."""
    flat: dict[Condition, None] = {}
    for part in parts:
        if isinstance(part, All):
            flat |= dict.fromkeys(part.parts)
        elif part is not None:
            flat[part] = None
    if len(flat) == 1:
        return next(iter(flat))
    return All(tuple(flat)) if flat else None


def leaves(condition: Condition | None) -> Iterator[TextCondition | FactCondition]:
    """Every leaf of a tree, from left to right."""
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    elif condition is not None:
        yield condition


def asks_for_words(condition: Condition | None) -> bool:
    """Whether a tree has a leaf that only a word index can evaluate."""
    return any(isinstance(leaf, HasWords | HasPhrase) for leaf in leaves(condition))
