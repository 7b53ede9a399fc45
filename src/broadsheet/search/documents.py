"""What the index knows of a paper, in plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """One paper as it is indexed: ``number`` is its row id; the texts are folded already."""

    number: int
    title: str
    abstract: str
    authors: str = ""
    title_key: str = ""
    categories: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    has_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a hit must satisfy. ``numbers`` limits the answer to given papers."""

    categories: tuple[str, ...] = ()
    day_from: date | None = None
    day_to: date | None = None
    has_code: bool = False
    numbers: frozenset[int] | None = None

    def __bool__(self) -> bool:
        return bool(self.categories or self.day_from or self.day_to or self.has_code or self.numbers is not None)
