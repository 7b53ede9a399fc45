"""The dates on a saved Daily Papers page, which leave the year out when it is the year of the visit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as the page prints it: ``Jul 14`` or ``Dec 12, 2024``."""

    text: str
    month: int
    day: int
    year: int | None

    def in_year(self, year: int | None) -> date:
        """The day, in the given year if none is printed; raises ``ValueError`` if there is no such day."""
        try:
            return date(self.year or year or 0, self.month, self.day)
        except ValueError as error:
            raise ValueError(f"there is no {self.text!r} in {self.year or year}") from error


@dataclass(frozen=True, slots=True)
class PageDates:
    """What turns the printed dates of one page into days.

    ``year`` is the year of the capture, ``printed_on`` the date in the header, ``latest`` the last day that a card can
    bear; each is ``None`` where it is unknown.
    """

    year: int | None
    printed_on: date | None
    latest: date | None

    @classmethod
    def of_page(cls, header: PrintedDate | None, year: int | None, captured_on: date | None) -> PageDates:
        """Raise ``ValueError`` if the date in the header does not exist or is later than the capture."""
        printed_on = header.in_year(year) if header and (header.year or year) else None
        if printed_on and captured_on and printed_on > captured_on:
            raise ValueError(f"{printed_on} is later than the capture ({captured_on})")
        return cls(year, printed_on, captured_on or printed_on)

    def resolve(self, printed: PrintedDate) -> date:
        """The day that a card prints; raises ``ValueError`` if it does not exist or lies after the page."""
        day = printed.in_year(self.year)
        if self.latest and day > self.latest:
            raise ValueError(f"{printed.text!r} would be {day}, later than the page ({self.latest})")
        return day


def parse_date(text: str) -> PrintedDate | None:
    """Read ``Jul 14`` or ``Dec 12, 2024``; ``None`` for any other text."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    month, day, year = match.groups()
    return PrintedDate(text=text, month=_MONTHS.index(month) + 1, day=int(day), year=int(year) if year else None)


def capture_year(cards: Sequence[PrintedDate]) -> int | None:
    """The year in which a page was captured, from the dates of its cards alone.

    The site leaves out the year exactly when it is the current one, so the year of the capture is none of the printed
    years and comes after all of them: the earliest such year is taken. It is unknown (``None``) when no card leaves
    its year out, as then nothing on the page is known to be of that year, and when no card prints one.
    """
    years = [card.year for card in cards if card.year is not None]
    return max(years) + 1 if years and len(years) < len(cards) else None
