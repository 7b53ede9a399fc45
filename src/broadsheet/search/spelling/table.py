"""A sorted table of words with their document frequencies in one memory-mapped file, and what is near a word in it.

The file is a header line (JSON), then arrays, each aligned to eight bytes: counts uint32 (n,), signatures uint64 (n,),
offsets uint32 (n + 1,) and the words themselves, sorted, one behind the other. A signature has a bit for each letter
that a word holds and another for each that it holds twice; one edit changes at most two bits, so that nearly all of
half a million words are passed over by one XOR and one count of bits, before any distance is computed.
"""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

FORMAT = "broadsheet-words-1"
MOST_WORDS = 500_000
_LETTERS = range(ord("a"), ord("z") + 1)
_HEADER_LENGTH = 128


class Near(NamedTuple):
    """A word near another: how many papers hold it, and the edits between (Damerau's, optimal string alignment)."""

    word: str
    papers: int
    distance: int


class Table:
    """The table in one file, read only. Raises ``ValueError`` for a file that is no whole table."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            try:
                header = json.loads(file.read(_HEADER_LENGTH))
            except ValueError:
                header = None
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise ValueError(f"{path} is no table of words")
        size, letters = int(header["words"]), int(header["letters"])
        starts = _layout(size)
        if path.stat().st_size != starts[-1] + letters:
            raise ValueError(f"{path} is cut short")
        # As a plain array: a memmap makes an object of itself for every element that is looked at.
        data = np.asarray(np.memmap(path, np.uint8, "r"))
        self._counts: NDArray[np.uint32] = data[starts[0] : starts[0] + 4 * size].view(np.uint32)
        self._signatures: NDArray[np.uint64] = data[starts[1] : starts[1] + 8 * size].view(np.uint64)
        self._offsets: NDArray[np.uint32] = data[starts[2] : starts[2] + 4 * (size + 1)].view(np.uint32)
        self._letters: NDArray[np.uint8] = data[starts[3] :]
        self._size = size
        self._most = int(self._counts.max(initial=0))

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> str:
        if index >= self._size:
            raise IndexError(index)
        return self._letters[self._offsets[index] : self._offsets[index + 1]].tobytes().decode("ascii")

    def items(self) -> Iterator[tuple[str, int]]:
        """Every word with its count, sorted."""
        text, offsets = self._letters.tobytes().decode("ascii"), self._offsets.tolist()
        for index, count in enumerate(self._counts.tolist()):
            yield text[offsets[index] : offsets[index + 1]], count

    def count(self, word: str) -> int:
        """How many papers hold a word; 0 for an unknown one."""
        index = bisect_left(self, word)
        return int(self._counts[index]) if index < self._size and self[index] == word else 0

    def near(self, word: str, distance: int, least: int, *, same_initial: bool) -> list[Near]:
        """The words within ``distance`` edits that at least ``least`` papers hold, in no order; not the word itself."""
        if least > self._most:
            return []
        first, last = 0, self._size
        if same_initial:
            first, last = bisect_left(self, word[0]), bisect_left(self, chr(ord(word[0]) + 1))
        differing = np.bitwise_count(self._signatures[first:last] ^ np.uint64(signature(word)))
        found = np.flatnonzero((differing <= 2 * distance) & (self._counts[first:last] >= least)) + first
        lengths = self._offsets[found + 1].astype(np.int64) - self._offsets[found]
        out = []
        for index in found[np.abs(lengths - len(word)) <= distance].tolist():
            other = self[index]
            edits = OSA.distance(word, other, score_cutoff=distance)
            if 0 < edits <= distance:
                out.append(Near(other, int(self._counts[index]), edits))
        return out


def signature(word: str) -> int:
    """The letters of a word as a set of bits: bit i for the i-th letter, bit 26 + i where it stands twice."""
    bits = 0
    for letter in word:
        bit = 1 << (ord(letter) - _LETTERS[0])
        bits |= bit << 26 if bits & bit else bit
    return bits


def write_table(path: Path, counts: Mapping[str, int]) -> None:
    """Write a table of the most frequent words; the file is there whole or not at all."""
    kept = [word for word, count in counts.items() if count > 0]
    if len(kept) > MOST_WORDS:
        kept = sorted(kept, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    kept.sort()
    lengths = np.fromiter(map(len, kept), np.int64, len(kept))
    offsets = np.zeros(len(kept) + 1, np.uint32)
    np.cumsum(lengths, out=offsets[1:])
    letters = np.frombuffer("".join(kept).encode("ascii"), np.uint8)
    header = {"format": FORMAT, "words": len(kept), "letters": len(letters)}
    parts: tuple[NDArray[np.generic], ...] = (
        np.minimum(np.fromiter((counts[word] for word in kept), np.int64, len(kept)), 2**32 - 1).astype(np.uint32),
        _signatures(letters, lengths),
        offsets,
        letters,
    )
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        file.write(json.dumps(header).ljust(_HEADER_LENGTH).encode())
        for start, part in zip(_layout(len(kept)), parts, strict=True):
            file.seek(start)
            file.write(part.tobytes())
        file.truncate(_layout(len(kept))[-1] + len(letters))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _layout(size: int) -> tuple[int, int, int, int]:
    """Where the arrays start: counts, signatures, offsets, words."""
    starts, at = [], _HEADER_LENGTH
    for length in (4 * size, 8 * size, 4 * (size + 1)):
        starts.append(at)
        at += -(-length // 8) * 8
    return starts[0], starts[1], starts[2], at


def _signatures(letters: NDArray[np.uint8], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The signatures of words that stand one behind the other, uint64 (n,)."""
    bits = np.zeros(len(lengths), np.uint64)
    words = np.repeat(np.arange(len(lengths)), lengths)
    for place, letter in enumerate(_LETTERS):
        times = np.bincount(words[letters == letter], minlength=len(lengths))
        bits |= (times > 0).astype(np.uint64) << np.uint64(place)
        bits |= (times > 1).astype(np.uint64) << np.uint64(place + 26)
    return bits
