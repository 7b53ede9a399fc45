"""The files behind the facts: memory-mapped columns, tables of sets, and dictionaries; one writer, many readers.

Columns are changed in place; sets and words are only ever appended, and before the rows that name them. A process that
is killed therefore leaves nothing that a row points to in vain.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
COLUMNS: Final = {
    "state": "<u1",
    "year": "<u2",
    "language": "<u2",
    "votes": "<i4",
    "comments": "<i4",
    "days": "<u4",
    "categories": "<u4",
    "organisations": "<u4",
}
"""25 bytes a paper; ``days``, ``categories`` and ``organisations`` name a set of the table of that name."""
GONE, ALIVE, WITH_CODE = 0, 1, 3
_GROWTH: Final = 65_536


def append(path: Path, data: bytes) -> None:
    """Append to a file and wait until the disk has it."""
    with path.open("ab", buffering=0) as file:
        file.write(data)
        os.fsync(file.fileno())


def mapped(path: Path, dtype: str, *, is_written: bool = False) -> Array:
    """A whole file as an array of memory-mapped pages; an empty file as an empty array."""
    if path.stat().st_size < np.dtype(dtype).itemsize:
        return np.empty(0, dtype)
    count = path.stat().st_size // np.dtype(dtype).itemsize
    return np.memmap(path, dtype, "r+" if is_written else "r", shape=(count,))


class Columns:
    """One file for each column, a row for each paper number, and the state of all: change counter and rows.

    The counter is odd while rows are changed: what was read meanwhile has to be read again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state_path = folder / "rows"
        if not self._state_path.exists():
            for name in COLUMNS:
                self._path(name).touch()
            temporary = folder / f"rows.{os.getpid()}"
            temporary.write_bytes(bytes(16))
            temporary.replace(self._state_path)
        self._state = mapped(self._state_path, "<u8")
        self._written: dict[str, Array] = {}

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.column"

    @property
    def counter(self) -> int:
        """Changes with every update; odd in the middle of one."""
        return int(self._state[0])

    def read(self) -> dict[str, Array]:
        """The columns as they are mapped now, each (rows,)."""
        rows = int(self._state[1])
        return {name: mapped(self._path(name), dtype)[:rows] for name, dtype in COLUMNS.items()}

    def write(self, numbers: Array, values: dict[str, Array], gone: Array) -> None:
        """Set rows (numbers (n,) without repetition, a value (n,) for each column) and mark others as gone; durable."""
        rows = max(int(self._state[1]), int(numbers.max(initial=-1)) + 1)
        if not rows:
            return
        self._grow(rows)
        columns = self._written
        state = mapped(self._state_path, "<u8", is_written=True)
        state[0] += 1 if state[0] % 2 == 0 else 2
        columns["state"][gone[gone < rows]] = GONE
        columns["state"][numbers] = GONE
        for name in COLUMNS.keys() - {"state"}:
            columns[name][numbers] = values[name]
        columns["state"][numbers] = values["state"]
        state[1] = rows
        state[0] += 1
        for array in (*columns.values(), state):
            if isinstance(array, np.memmap):
                array.flush()

    def _grow(self, rows: int) -> None:
        if rows <= len(self._written.get("state", ())):
            return
        wanted = max(1, -(-rows // _GROWTH)) * _GROWTH
        for name, dtype in COLUMNS.items():
            size = wanted * np.dtype(dtype).itemsize
            if self._path(name).stat().st_size < size:
                os.truncate(self._path(name), size)
            self._written[name] = mapped(self._path(name), dtype, is_written=True)


class Sets:
    """Sets of numbers, each stored once and named by its place; 0 is the empty set."""

    def __init__(self, folder: Path, name: str) -> None:
        self._values_path, self._ends_path = folder / f"{name}.values", folder / f"{name}.ends"
        if not self._ends_path.exists():
            self._values_path.touch()
            append(self._ends_path, bytes(8))
        self._places: dict[bytes, int] | None = None

    def read(self) -> tuple[Array, Array]:
        """All values, uint32 (v,), and where each set ends in them, uint64 (s,)."""
        ends = mapped(self._ends_path, "<u8")
        return mapped(self._values_path, "<u4")[: int(ends[-1])], ends

    def places(self, wanted: Sequence[Iterable[int]]) -> Array:
        """The place of each set, uint32 (n,); sets that are new are appended."""
        known = self._known()
        keys = [np.array(sorted(set(values)), "<u4").tobytes() for values in wanted]
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            end = self._values_path.stat().st_size // 4
            append(self._values_path, b"".join(new))
            lengths = np.array([len(key) // 4 for key in new], "<u8")
            append(self._ends_path, (end + np.cumsum(lengths)).astype("<u8").tobytes())
            known.update({key: place for place, key in enumerate(new, len(known))})
        return np.array([known[key] for key in keys], "<u4")

    def _known(self) -> dict[bytes, int]:
        is_whole = self._places is not None and len(self._places) * 8 == self._ends_path.stat().st_size
        if self._places is None or not is_whole:
            # Not read yet, or another process has written meanwhile.
            self._cut_what_was_half_written()
            values, ends = self.read()
            stored, stops = values.tobytes(), (ends * 4).tolist()
            starts = [0, *stops[:-1]]
            pairs = enumerate(zip(starts, stops, strict=True))
            self._places = {stored[start:stop]: place for place, (start, stop) in pairs}
        return self._places

    def _cut_what_was_half_written(self) -> None:
        ends = mapped(self._ends_path, "<u8")
        os.truncate(self._ends_path, len(ends) * 8)
        os.truncate(self._values_path, int(ends[-1]) * 4)


class Dictionary:
    """Words, each named by its line in a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.words"
        self._path.touch()
        self._size = 0
        self.words: list[str] = []
        self.places: dict[str, int] = {}
        self.read()

    def read(self) -> None:
        """See what a writer has appended."""
        if self._path.stat().st_size == self._size:
            return
        with self._path.open("rb") as file:
            file.seek(self._size)
            whole, end, _ = file.read().rpartition(b"\n")
        self._size += len(whole + end)
        for line in whole.splitlines():
            self.places[json.loads(line)] = len(self.words)
            self.words.append(json.loads(line))

    def add(self, words: Iterable[str]) -> None:
        """Append the words that are new."""
        self.read()
        new = [word for word in dict.fromkeys(words) if word not in self.places]
        if new:
            os.truncate(self._path, self._size)
            append(self._path, b"".join(json.dumps(word).encode("ascii") + b"\n" for word in new))
            self.read()
