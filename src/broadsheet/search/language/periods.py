"""Days, weeks, months, years and spans of numbers as people type them after ``date:``, ``year:`` and ``votes:``.

ISO 8601 for dates; every reader here raises ``ValueError`` for what it does not know.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

Bound = TypeVar("Bound", int, date)
Span = tuple[Bound | None, Bound | None]

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_YEAR = re.compile(r"[1-9]\d{3}", re.ASCII)
_AGO = re.compile(r"([1-9]\d{0,3})([dwDW])", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_SIGN = re.compile(r"(>=|<=|=>|=<|>|<|=|≥|≤)\s*(.*)")
_ONE_DAY = timedelta(days=1)


def days(text: str, today: date) -> Span[date]:
    """First and last day, both included, of ``2025-10-29``, a week, a month, a year, ``today``, ``7d`` or a span."""
    try:
        return _span(text, lambda part: _period(part, today), lambda day, step: day + step * _ONE_DAY)
    except OverflowError:
        raise ValueError(text) from None


def years(text: str) -> Span[int]:
    """First and last year, both included, of ``2024``, ``2024..2025``, ``>2023``, ``..2020``."""
    return _span(text, _year, lambda year, step: year + step)


def counts(text: str) -> Span[int]:
    """Least and most, both included, of ``10``, ``5..20``, ``>10``, ``<=3``."""
    return _span(text, _count, lambda count, step: count + step)


def written(span: Span[int] | Span[date]) -> str:
    """A span as it is typed: ``a``, ``a..b``, ``a..`` or ``..b``."""
    first, last = ("" if bound is None else str(bound) for bound in span)
    return first if first == last else f"{first}..{last}"


def _span(
    text: str, read: Callable[[str], tuple[Bound, Bound]], move: Callable[[Bound, int], Bound]
) -> tuple[Bound | None, Bound | None]:
    if match := _SIGN.fullmatch(text):
        first, last = read(match[2])
        sign = match[1]
        if sign == ">":
            return move(last, 1), None
        if sign == "<":
            return None, move(first, -1)
        if sign == "=":
            return first, last
        return (first, None) if sign in (">=", "=>", "≥") else (None, last)
    left, dots, right = text.partition("..")
    if not dots:
        return read(text)
    if not left and not right:
        raise ValueError(text)
    spans = [read(part.strip(". ")) for part in (left, right) if part]
    # Whoever types a span backwards means the same span.
    spans.sort()
    return spans[0][0] if left else None, spans[-1][1] if right else None


def _period(text: str, today: date) -> tuple[date, date]:
    name = text.lower()
    if name in ("today", "yesterday"):
        day = today if name == "today" else today - _ONE_DAY
        return day, day
    if match := _AGO.fullmatch(text):
        length = int(match[1]) * (7 if match[2] in "wW" else 1)
        return today - (length - 1) * _ONE_DAY, today
    if match := _DAY.fullmatch(text):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return day, day
    if match := _WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + 6 * _ONE_DAY
    if match := _MONTH.fullmatch(text):
        first = date(int(match[1]), int(match[2]), 1)
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    year, _ = _year(text)
    return date(year, 1, 1), date(year, 12, 31)


def _year(text: str) -> tuple[int, int]:
    if not _YEAR.fullmatch(text):
        raise ValueError(text)
    return int(text), int(text)


def _count(text: str) -> tuple[int, int]:
    digits = text.replace(",", "").replace("_", "")
    if not _COUNT.fullmatch(digits):
        raise ValueError(text)
    return int(digits), int(digits)
