"""What one process knows of the index at one moment: a value that is never changed, so searching needs no lock.

Rows are numbered through: first those of the main part, then those of the tails. A row counts while it is the newest of
its paper.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.hubs import Titles
from broadsheet.search.vectors.main_part import MainPart
from broadsheet.search.vectors.quantised import Codes, Floats, restored
from broadsheet.search.vectors.tail import Record, Tail

POINTER = "CURRENT"
MOST_LOOKS = 20
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which files are the index: the main part, the tails in order, the sample. ``issued`` numbers new names."""

    fingerprint: str = ""
    dims: int = 0
    main: str = ""
    tails: tuple[str, ...] = ()
    sample: str = ""
    issued: int = 0

    @staticmethod
    def read(folder: Path) -> Pointer:
        """Read the pointer; that of an empty index where there is none."""
        try:
            told: dict[str, Any] = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Pointer()
        return Pointer(**{**told, "tails": tuple(told["tails"])})

    def write(self, folder: Path) -> None:
        """Make these files the index, at once and for good."""
        draft = folder / f"{POINTER}.new"
        told = {name: getattr(self, name) for name in Pointer.__dataclass_fields__}
        with draft.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / POINTER)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def stamp(self, folder: Path) -> tuple[int, int]:
        """What tells one pointer file from the next without reading it."""
        try:
            status = (folder / POINTER).stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino


class Column:
    """Values by row that only grow. What was handed out stays as it was while more are added behind it."""

    def __init__(self, values: NDArray[Any]) -> None:
        self._kept = values
        self._length = len(values)

    def extended(self, values: NDArray[Any]) -> NDArray[Any]:
        """All values so far, with these added."""
        length = self._length + len(values)
        if length > len(self._kept):
            grown = np.empty(max(2 * length, 1_024), self._kept.dtype)
            grown[: self._length] = self._kept[: self._length]
            self._kept = grown
        self._kept[self._length : length] = values
        self._length = length
        return self._kept[:length]


@dataclass(frozen=True, slots=True)
class State:
    """One state of the index, as searched.

    ``numbers`` int64, ``factors`` float32 and ``hubness`` float16 by row; ``live`` bool by row; ``places`` int32 by
    number of paper: its row plus one, or 0. ``tail_codes`` int8 (rows, dims) for each tail.
    """

    pointer: Pointer
    stamp: tuple[int, int]
    main: MainPart | None
    titles: Titles | None
    tails: tuple[Tail, ...]
    tail_codes: tuple[Codes, ...]
    columns: tuple[Column, Column, Column]
    numbers: Numbers
    factors: Floats
    hubness: NDArray[np.float16]
    live: NDArray[np.bool_]
    places: NDArray[np.int32]
    count: int

    def blocks(self) -> list[tuple[int, Codes]]:
        """Every piece of the codes with its first row."""
        found, first = [], 0
        for codes in (*([self.main.codes] if self.main else []), *self.tail_codes):
            found.append((first, codes))
            first += len(codes)
        return found

    def codes_at(self, rows: Numbers) -> Codes:
        """The codes of rows, int8 (n, dims)."""
        found = np.empty((len(rows), self.pointer.dims), np.int8)
        for first, codes in self.blocks():
            here = (rows >= first) & (rows < first + len(codes))
            if here.all():
                return codes.take(rows - first, axis=0)
            found[here] = codes[rows[here] - first]
        return found

    def vectors_at(self, rows: Numbers) -> Floats:
        """The unit vectors of rows, float32 (n, dims)."""
        return restored(self.codes_at(rows), self.factors[rows])

    def rows_of(self, numbers: Numbers) -> Numbers:
        """The rows of papers, int64 (n,); -1 for those without a vector."""
        known = (numbers >= 0) & (numbers < len(self.places))
        rows = np.full(len(numbers), -1, np.int64)
        rows[known] = self.places[numbers[known]].astype(np.int64) - 1
        return rows

    def with_records(self, tail: Tail, found: Sequence[Record]) -> State:
        """The state after updates that were read from, or written to, its last tail."""
        numbers = np.concatenate([record.numbers for record in found])
        first, rows = len(self.numbers), len(self.numbers) + len(numbers)
        live = np.ones(rows, np.bool_)
        live[:first] = self.live
        places = _reaching(self.places, int(numbers.max(initial=-1)))
        for record in found:
            for changed in (record.gone, record.numbers):
                inside = changed[changed < len(places)]
                before = places[inside]
                live[before[before > 0] - 1] = False
                places[inside] = 0
            places[record.numbers] = np.arange(first + 1, first + 1 + len(record.numbers), dtype=np.int32)
            first += len(record.numbers)
        keep_numbers, keep_factors, keep_hubness = self.columns
        return replace(
            self,
            tails=(*self.tails[:-1], tail),
            tail_codes=(*self.tail_codes[:-1], tail.codes()),
            numbers=keep_numbers.extended(numbers),
            factors=keep_factors.extended(np.concatenate([record.factors for record in found])),
            hubness=keep_hubness.extended(np.concatenate([record.hubness for record in found])),
            live=live,
            places=places,
            count=int(np.count_nonzero(live)),
        )


def _reaching(places: NDArray[np.int32], largest: int) -> NDArray[np.int32]:
    """A copy of the places that has one for the largest number; some to spare, so that few updates make it grow."""
    if largest < len(places):
        return places.copy()
    grown = np.zeros(max(largest + 1, len(places) + len(places) // 4), np.int32)
    grown[: len(places)] = places
    return grown


def empty(pointer: Pointer, stamp: tuple[int, int], main: MainPart | None, titles: Titles | None) -> State:
    """The state of a main part without tails."""
    numbers = main.numbers if main else np.empty(0, np.int64)
    factors = main.factors if main else np.empty(0, np.float32)
    hubness = np.zeros(len(numbers), np.float16)
    places = np.zeros(int(numbers.max(initial=-1)) + 1, np.int32)
    places[numbers] = np.arange(1, len(numbers) + 1, dtype=np.int32)
    return State(
        pointer=pointer,
        stamp=stamp,
        main=main,
        titles=titles,
        tails=(),
        tail_codes=(),
        columns=(Column(numbers), Column(factors), Column(hubness)),
        numbers=numbers,
        factors=factors,
        hubness=hubness,
        live=np.ones(len(numbers), np.bool_),
        places=places,
        count=len(numbers),
    )


def read(folder: Path) -> State:
    """Read the whole index. Raises FileNotFoundError when a writer has replaced the files between two looks."""
    stamp = Pointer().stamp(folder)
    pointer = Pointer.read(folder)
    main = MainPart.open(folder, pointer.main, pointer.dims) if pointer.main else None
    titles, hubness = None, np.empty(0, np.float16)
    if pointer.sample:
        titles, hubness = load_sample(folder, pointer.sample)
    state = empty(pointer, stamp, main, titles)
    for name in pointer.tails:
        tail = Tail(folder, name, pointer.dims)
        state = replace(state, tails=(*state.tails, tail), tail_codes=(*state.tail_codes, tail.codes()))
        tail, found = tail.read()
        if found:
            state = state.with_records(tail, found)
    drawn = state.hubness.copy()
    drawn[: len(hubness)] = hubness[: len(drawn)]
    columns = (state.columns[0], state.columns[1], Column(drawn))
    return replace(state, columns=columns, hubness=drawn)


def read_patiently(folder: Path) -> State:
    """Read the whole index; look again when a writer has replaced files meanwhile."""
    for _ in range(MOST_LOOKS):
        with suppress(FileNotFoundError):
            return read(folder)
    return read(folder)


def load_sample(folder: Path, name: str) -> tuple[Titles, NDArray[np.float16]]:
    """The stored titles, and the hubness by row of the papers that were there when they were drawn."""
    with np.load(folder / f"{name}.npz") as kept:
        vectors = kept["vectors"].astype(np.float32)
        share, drawn_from = int(kept["share"]), int(kept["drawn_from"])
        return Titles(vectors, kept["numbers"], kept["thresholds"], share, drawn_from), kept["hubness"]


def save_sample(folder: Path, name: str, titles: Titles, hubness: NDArray[np.float16]) -> None:
    """Store titles that stand for questions, with the hubness of all rows, float16 (rows,)."""
    with (folder / f"{name}.npz").open("wb") as file:
        np.savez(
            file,
            numbers=titles.numbers,
            vectors=titles.vectors.astype(np.float16),
            thresholds=titles.thresholds,
            share=np.int64(titles.share),
            drawn_from=np.int64(titles.drawn_from),
            hubness=hubness,
        )
        file.flush()
        os.fsync(file.fileno())
