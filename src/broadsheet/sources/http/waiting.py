"""How long to wait: what a server asks for (Retry-After), and what is right when it only fails."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

LONGEST_WISH = 86_400.0
"""Seconds that a Retry-After may ask for; a larger one is cut to this."""
SHORTEST_BACKOFF, LONGEST_BACKOFF = 60.0, 21_600.0
_SECONDS = re.compile(r"\d{1,12}(?:\.\d*)?", re.ASCII)


def _boot() -> str:
    """What tells this run of the machine from others, as the steady clock begins anew with each."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _steady() -> float:
    # The clock that all processes share and that goes on while the machine sleeps.
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The two clocks of a machine: ``wall`` may be set back and forth, ``steady`` only begins anew when it starts."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = _steady
    sleep: Callable[[float], None] = time.sleep
    boot: Callable[[], str] = _boot


class Patience:
    """The seconds that a call may still spend waiting."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def covers(self, seconds: float) -> bool:
        """Whether so long a wait is still possible."""
        return seconds <= self.left

    def spend(self, seconds: float) -> None:
        """Note a wait."""
        self.left -= seconds


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait (RFC 9110, 10.2.3), at most ``LONGEST_WISH``; None without a valid wish.

    A date is measured from the answer's own ``Date``, so that a clock that goes wrong here or there does no harm.
    ``now`` is the wall clock's time in seconds.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WISH)
    until = _moment(text)
    if until is None:
        return None
    said_at = _moment(headers.get("date", ""))
    return min(max(0.0, until - (now if said_at is None else said_at)), LONGEST_WISH)


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def backoff(failures: int, chance: random.Random) -> float:
    """The seconds to leave a host alone after so many failures in a row: a minute, doubled each time, at most 6 hours.

    A fifth more or less by chance, so that many instances do not come back at one moment. 0 for no failure.
    """
    if failures < 1:
        return 0.0
    doubled = SHORTEST_BACKOFF * 2.0 ** min(failures - 1, 20)
    return min(doubled * chance.uniform(0.8, 1.2), LONGEST_BACKOFF)
