"""Dates that may lack their day or their month."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from broadsheet.sources.fields import FieldError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?!\d)", re.ASCII)
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)", re.ASCII)


def last_day(year: int, month: int | None = None, day: int | None = None) -> date:
    """The day, or the last one of its month or year where the day or the month is not known.

    The earliest day that any source states counts as the day of publication: one that is guessed must not precede it.
    Raises ``FieldError`` if there is no such day.
    """
    try:
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])
    except (ValueError, OverflowError, IndexError) as error:
        raise FieldError(f"there is no day {year}-{month}-{day or ''}".rstrip("-")) from error


def parse_partial(text: str) -> tuple[int, ...]:
    """Year, month and day of ``2020-01-31``, ``2020/01`` or a text with a year (``May 2020``), as far as told.

    Of an interval (``2020-01/2020-03``) the beginning counts. A month or day that does not exist is left out.
    """
    text = text.strip()
    if match := _ISO.match(text):
        year, month, day = (int(part) if part else 0 for part in match.groups())
        if not 1 <= month <= 12:
            return (year,) if year > 0 else ()
        is_day = 1 <= day <= 31 and _exists(year, month, day)
        return (year, month, day) if is_day else (year, month)
    found = _YEAR.search(text)
    if found is None:
        return ()
    month = parse_month(text) or 0
    return (int(found[1]), month) if month else (int(found[1]),)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return bool(last_day(year, month, day))
    except FieldError:
        return False


def parse_month(text: str) -> int | None:
    """The number of a month that is written as a number or an English name, in full or its first letters."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text) if 1 <= int(text[:4]) <= 12 else None
    for word in re.findall(r"[a-z]{3,}", text.lower()):
        if word[:3] in _MONTHS:
            return _MONTHS.index(word[:3]) + 1
    return None
