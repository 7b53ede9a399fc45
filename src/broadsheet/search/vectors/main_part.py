"""The main part of the index: rows of codes in the order of their lists, never changed once it is in use.

A list is the papers nearest to one centre. What a question needs is in a few lists, and every list is one piece of the
file of codes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.quantised import Codes, Floats

CODES, NUMBERS, FACTORS, LISTS = "codes", "numbers.npy", "factors.npy", "lists.npz"


@dataclass(frozen=True, slots=True)
class Lists:
    """How the rows are divided: list l is rows ``offsets[l]`` to ``offsets[l + 1]``, int64 (k + 1,).

    The mean of its vectors is kept as codes int8 (k, dims) of its direction, and ``weights`` float32 (k,), which make
    the product of a vector with the mean of its product with the codes. ``stray`` is the usual distance of a member
    from the mean of its list (root mean square). ``trained_on`` is how many rows there were when the lists were made.
    """

    offsets: NDArray[np.int64]
    codes: Codes
    weights: Floats
    stray: float
    trained_on: int

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, slots=True)
class MainPart:
    """Memory-mapped codes int8 (n, dims), with numbers int64 (n,) and factors float32 (n,), and their lists."""

    name: str
    codes: Codes
    numbers: NDArray[np.int64]
    factors: Floats
    lists: Lists

    @staticmethod
    def open(folder: Path, name: str, dims: int) -> MainPart:
        """Open a part by its name. Raises FileNotFoundError when a merge has replaced it meanwhile."""
        place = folder / name
        numbers = np.load(place / NUMBERS)
        with np.load(place / LISTS) as kept:
            lists = Lists(
                offsets=kept["offsets"],
                codes=kept["codes"],
                weights=kept["weights"],
                stray=float(kept["stray"]),
                trained_on=int(kept["trained_on"]),
            )
        codes = (
            np.asarray(np.memmap(place / CODES, np.int8, "r", shape=(len(numbers), dims)))
            if len(numbers)
            else np.empty((0, dims), np.int8)
        )
        return MainPart(name, codes, numbers, np.load(place / FACTORS), lists)


def save_lists(place: Path, lists: Lists) -> None:
    """Write the lists of a part."""
    with (place / LISTS).open("wb") as file:
        np.savez(
            file,
            offsets=lists.offsets,
            codes=lists.codes,
            weights=lists.weights,
            stray=np.float32(lists.stray),
            trained_on=np.int64(lists.trained_on),
        )


def settle(folder: Path) -> None:
    """Put every file of a folder, and the folder itself, on the disk."""
    for path in [*folder.iterdir(), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
