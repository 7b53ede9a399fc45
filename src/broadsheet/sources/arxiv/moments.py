"""Moments as mail (RFC 5322) and the web (RFC 3339) write them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime


def mail_moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment of ``Wed, 25 Jun 2008 15:29:38 GMT``, in UTC; ``zone`` is that of a text without one.

    None where the text is empty or no moment.
    """
    try:
        return _in_utc(parsedate_to_datetime(text.strip()), zone) if text.strip() else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def web_moment(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment of ``2025-08-20T04:00:19Z``, in UTC; as ``mail_moment``."""
    try:
        return _in_utc(datetime.fromisoformat(text.strip()), zone) if text.strip() else None
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
