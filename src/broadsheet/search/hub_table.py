"""The hubness of every paper of an index, in one file beside it.

It changes slowly, so it is computed for all papers at once when an index is built and again when it has grown by a
fifth; a paper that came in between counts as neither hub nor outsider. The file is replaced whole; without it, nothing
is taken off.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.hubs import MOST_COMPARED, MOST_TITLES, Floats, titles_for

FILE: Final = "hubs.npz"
GROWTH: Final = 1.2
# Fewer titles say nothing about which papers are near to all questions.
FEWEST: Final = 50
_ROWS_AT_ONCE: Final = 4_096
# An odd number that spreads consecutive ones over 64 bits: 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
_SPREADING: Final = np.uint64(0x9E3779B97F4A7C15)

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HubTable:
    """Papers, int64 (n,) sorted, with their hubness, float16 (n,), less its mean; ``fingerprint`` names the model."""

    numbers: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    hubness: NDArray[np.float16] = field(default_factory=lambda: np.empty(0, np.float16))
    fingerprint: str = ""

    def of(self, numbers: Numbers) -> Floats:
        """The hubness of papers, float32 (len(numbers),); 0 where it is not known."""
        if not len(self.numbers):
            return np.zeros(len(numbers), np.float32)
        place = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        known = self.numbers[place] == numbers
        return np.where(known, self.hubness[place], 0).astype(np.float32)

    def is_outgrown(self, count: int, fingerprint: str) -> bool:
        """Whether an index of ``count`` vectors of a model should have its table computed anew."""
        if count < FEWEST:
            return False
        return self.fingerprint != fingerprint or count > GROWTH * max(len(self.numbers), 1)

    def save(self, folder: Path) -> None:
        """Replace the table in ``folder``."""
        temporary = folder / f"{FILE}.{os.getpid()}.new"
        with temporary.open("wb") as file:
            np.savez(file, numbers=self.numbers, hubness=self.hubness, fingerprint=np.array(self.fingerprint))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / FILE)


class HubFile:
    """The table in a folder as it is now, read again when it was replaced; safe for threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[int, int], HubTable] = ((0, 0), HubTable())

    def table(self) -> HubTable:
        """The newest table; an empty one where there is none."""
        path = self._folder / FILE
        try:
            status = path.stat()
        except FileNotFoundError:
            return HubTable()
        stamp, table = self._seen
        if stamp != (status.st_mtime_ns, status.st_ino):
            with np.load(path) as stored:
                table = HubTable(stored["numbers"], stored["hubness"], str(stored["fingerprint"]))
            self._seen = (status.st_mtime_ns, status.st_ino), table
        return table


def computed(
    numbers: Numbers,
    fingerprint: str,
    vectors_of: Callable[[Numbers], Floats],
    titles_of: Callable[[Numbers], Floats],
) -> HubTable:
    """The table of the papers ``numbers``, int64 (n,) sorted, which all have vectors of the model ``fingerprint``.

    ``vectors_of`` gives the unit vectors (k, dims) of papers, ``titles_of`` those of their titles as questions; it is
    asked once, for at most MOST_TITLES papers. Takes about 2 min for a million papers and 0.5 GB of memory.
    """
    if len(numbers) < FEWEST:
        return HubTable(fingerprint=fingerprint)
    asked = _sample(numbers, MOST_TITLES)
    compared = _sample(numbers, MOST_COMPARED)
    titles = titles_for(titles_of(asked), asked, compared, vectors_of(compared))
    hubness = np.empty(len(numbers), np.float32)
    for start in range(0, len(numbers), _ROWS_AT_ONCE):
        part = numbers[start : start + _ROWS_AT_ONCE]
        hubness[start : start + len(part)] = titles.hubness(part, vectors_of(part))
    return HubTable(numbers, (hubness - hubness.mean()).astype(np.float16), fingerprint)


def _sample(numbers: Numbers, most: int) -> Numbers:
    """At most ``most`` papers, always the same ones of the same papers, sorted."""
    hashed = numbers.astype(np.uint64) * _SPREADING
    chosen = np.argsort(hashed ^ (hashed >> np.uint64(32)), kind="stable")[:most]
    return np.sort(numbers[chosen])
