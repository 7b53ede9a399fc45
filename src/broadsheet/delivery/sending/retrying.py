"""When something that was refused for the time being is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, *[180] * 7))
"""After each try: soon at first, since greylisting (RFC 6647) lets one in after minutes, then every three hours; with
the last one about 22 hours have gone by."""
JITTER = 0.2
LONGEST = timedelta(hours=24)


def delay(tries: int, wish: float | None = None, chance: random.Random | None = None) -> timedelta | None:
    """How long to wait after so many tries; None when it is enough.

    ``wish`` are the seconds that the other side asks for; as long as a day is waited if it does. Up to a fifth more or
    less, so that what failed together does not come back together.
    """
    if tries > len(DELAYS):
        return None
    base = max(DELAYS[max(tries, 1) - 1], timedelta(seconds=min(wish or 0.0, LONGEST.total_seconds())))
    return base * (chance or random.SystemRandom()).uniform(1 - JITTER if not wish else 1.0, 1 + JITTER)
