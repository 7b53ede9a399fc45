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
    title_key: str = ""
    authors: tuple[str, ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()
    """Slug and folded name of each."""
    categories: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    """Every day on which the paper was listed."""
    published_on: date | None = None
    has_code: bool = False
    votes_count: int = 0
    comments_count: int = 0
    language: str = ""

    @property
    def first_listed_on(self) -> date | None:
        """The first day on which the paper was listed."""
        return min(self.days, default=None)

    @property
    def year(self) -> int | None:
        """The year of publication, or of the first listing where that is unknown."""
        day = self.published_on or self.first_listed_on
        return day.year if day else None
