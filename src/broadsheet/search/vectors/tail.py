"""What was added and removed since the last merge: a file of codes, and a log which says what of it counts.

An update first appends its codes, then one record to the log; both are on the disk before it returns. A record is whole
or it does not count: it carries the CRC-32 of all it says, and reading ends at the first that is not whole. So whatever
kills a writer, everything before its last update is there, and the next update writes over what it has left.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.quantised import Codes, Floats

HEAD = struct.Struct("<4sIII")
MARK = b"BVT1"

Numbers = NDArray[np.int64]
Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Record:
    """One update: papers added or replaced, int64 (n,), their factors float32 and hubness float16; and those gone."""

    numbers: Numbers
    factors: Floats
    hubness: Halves
    gone: Numbers

    def packed(self) -> bytes:
        """The record as it stands in the log."""
        said = b"".join(
            column.astype(kind).tobytes()
            for column, kind in (
                (self.numbers, "<i8"),
                (self.gone, "<i8"),
                (self.factors, "<f4"),
                (self.hubness, "<f2"),
            )
        )
        counts = struct.pack("<II", len(self.numbers), len(self.gone))
        return HEAD.pack(MARK, len(self.numbers), len(self.gone), zlib.crc32(said, zlib.crc32(counts))) + said


def records(log: bytes) -> Iterator[tuple[Record, int]]:
    """The whole records at the beginning of a piece of a log, each with the position after it."""
    position = 0
    while position + HEAD.size <= len(log):
        mark, added, gone, check = HEAD.unpack_from(log, position)
        begin = position + HEAD.size
        end = begin + added * (8 + 4 + 2) + gone * 8
        if mark != MARK or end > len(log):
            return
        said = memoryview(log)[begin:end]
        if zlib.crc32(said, zlib.crc32(struct.pack("<II", added, gone))) != check:
            return
        cuts = np.cumsum([0, added * 8, gone * 8, added * 4, added * 2])
        columns = [
            np.frombuffer(said[start:stop], kind)
            for start, stop, kind in zip(cuts[:-1], cuts[1:], ("<i8", "<i8", "<f4", "<f2"), strict=True)
        ]
        yield Record(numbers=columns[0], gone=columns[1], factors=columns[2], hubness=columns[3]), end
        position = end


@dataclass(frozen=True, slots=True)
class Tail:
    """A log and its codes, by name, read up to a position in bytes and to as many rows."""

    folder: Path
    name: str
    dims: int
    position: int = 0
    rows: int = 0

    @property
    def log(self) -> Path:
        """The file of records."""
        return self.folder / f"{self.name}.log"

    @property
    def codes_file(self) -> Path:
        """The file of codes, a row of int8 (dims,) for each paper added, in the log's order."""
        return self.folder / f"{self.name}.codes"

    def begin(self) -> None:
        """Make both files, empty."""
        for path in (self.log, self.codes_file):
            path.touch()

    def size(self) -> int:
        """How long the log is now, in bytes; longer than ``position`` when there is something new to read."""
        return self.log.stat().st_size

    def read(self) -> tuple[Tail, list[Record]]:
        """The records after ``position``, and the tail read so far."""
        with self.log.open("rb") as file:
            file.seek(self.position)
            piece = file.read()
        found, end = [], 0
        for record, after in records(piece):
            found.append(record)
            end = after
        rows = self.rows + sum(len(record.numbers) for record in found)
        return Tail(self.folder, self.name, self.dims, self.position + end, rows), found

    def codes(self) -> Codes:
        """The codes read so far, int8 (rows, dims), memory-mapped."""
        if not self.rows:
            return np.empty((0, self.dims), np.int8)
        return np.asarray(np.memmap(self.codes_file, np.int8, "r", shape=(self.rows, self.dims)))

    def append(self, codes: Codes, record: Record) -> Tail:
        """Write an update behind what was read; whatever an interrupted one left there is written over."""
        if len(codes):
            _write(self.codes_file, self.rows * self.dims, codes.tobytes())
        said = record.packed()
        _write(self.log, self.position, said)
        rows = self.rows + len(record.numbers)
        return Tail(self.folder, self.name, self.dims, self.position + len(said), rows)


def _write(path: Path, position: int, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        # First cut, then write: the end of an interrupted update must not stand behind a shorter one.
        os.ftruncate(descriptor, position)
        done = 0
        while done < len(content):
            done += os.pwrite(descriptor, content[done:], position + done)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
