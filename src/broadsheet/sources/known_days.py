"""The day of a date that is stated in parts, of which the last ones may be missing, as in the answers of registries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from broadsheet.sources.fields import FieldError
from broadsheet.sources.partial_dates import last_day, parse_month


def day_of(parts: Sequence[object], exact: date | None = None) -> date | None:
    """The day that a year, a month and a day name (numbers or texts, months also by name); None where none is named.

    Where only the month or the year is known: ``exact``, a day known from elsewhere, if it lies in that span, else the
    span's last day (``partial_dates`` says why). A span that is not over yet has no such day.
    """
    if not parts or (year := _number(parts[0])) is None:
        return None
    month = _number(parts[1]) if len(parts) > 1 else None
    if month is None and len(parts) > 1 and isinstance(parts[1], str):
        month = parse_month(parts[1])
    day = _number(parts[2]) if month is not None and len(parts) > 2 else None
    try:
        last = last_day(year, month, day)
    except FieldError:
        return None
    if day is not None:
        return last
    first = date(year, month or 1, 1)
    if exact is not None and first <= exact <= last:
        return exact
    return last if last <= datetime.now(UTC).date() else None


def _number(part: object) -> int | None:
    if isinstance(part, str) and part.strip().isascii() and part.strip().isdigit():
        part = int(part.strip()[:8])
    return part if isinstance(part, int) and not isinstance(part, bool) and part > 0 else None
