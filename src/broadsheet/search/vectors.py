"""The vector index: exact cosine similarity over a memory-mapped matrix that all processes share.

The matrix is replaced as a whole by each update (a new file, then a pointer to it is renamed into place), so a reader
never sees half an update and needs no lock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

POINTER = "vectors.json"
MOST_LOOKS = 10


@dataclass(frozen=True, slots=True)
class _State:
    """One matrix as read: what marked its pointer file, its serial number, its model, its papers and their rows.

    One value, so that a thread which searches never sees parts of two matrices.
    """

    stamp: tuple[int, int] = (0, 0)
    serial: int = 0
    fingerprint: str = ""
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    matrix: np.ndarray = field(default_factory=lambda: np.empty((0, 0), np.float32))


class VectorIndex:
    """Unit vectors of papers in one folder, all made by the model whose fingerprint the folder keeps."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._state = _State()
        self.reload()

    @property
    def fingerprint(self) -> str:
        """The model that made the vectors, or an empty string."""
        return self._state.fingerprint

    def reload(self) -> None:
        """See the newest matrix, if it was replaced since the last look."""
        # Several updates may come between the look at the pointer and the opening of the files: then look again.
        for _ in range(MOST_LOOKS):
            with suppress(FileNotFoundError):
                self._state = self._newest()
                return

    def _newest(self) -> _State:
        pointer = self._folder / POINTER
        try:
            status = pointer.stat()
        except FileNotFoundError:
            return self._state
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._state.stamp:
            return self._state
        told = json.loads(pointer.read_text(encoding="utf-8"))
        return _State(
            stamp=stamp,
            serial=told["serial"],
            fingerprint=told["fingerprint"],
            numbers=np.load(self._folder / f"numbers-{told['serial']}.npy"),
            matrix=np.load(self._folder / f"matrix-{told['serial']}.npy", mmap_mode="r"),
        )

    def count(self) -> int:
        """How many papers have a vector."""
        return len(self._state.numbers)

    def update(self, numbers: Sequence[int], vectors: np.ndarray, gone: Sequence[int], fingerprint: str) -> None:
        """Add or replace vectors, float32 of shape (len(numbers), dims), and remove those of ``gone``.

        Vectors of another model than ``fingerprint`` are dropped: they cannot be compared.
        """
        self.reload()
        known, rows = self._state.numbers, self._state.matrix
        keep = ~np.isin(known, np.array([*numbers, *gone], np.int64))
        if fingerprint != self.fingerprint:
            keep[:] = False
        kept = [rows[keep]] if keep.any() else []
        added = [np.asarray(vectors, np.float32)] if len(numbers) else []
        matrix = np.concatenate([*kept, *added]) if kept or added else np.empty((0, 0), np.float32)
        self._replace(np.concatenate([known[keep], np.array(numbers, np.int64)]), matrix, fingerprint)

    def _replace(self, numbers: np.ndarray, matrix: np.ndarray, fingerprint: str) -> None:
        old = self._state.serial
        serial = old + 1
        np.save(self._folder / f"numbers-{serial}.npy", numbers)
        np.save(self._folder / f"matrix-{serial}.npy", matrix)
        temporary = self._folder / f"{POINTER}.new"
        temporary.write_text(json.dumps({"serial": serial, "fingerprint": fingerprint}), encoding="utf-8")
        temporary.replace(self._folder / POINTER)
        self.reload()
        # A reader between its look at the pointer and its opening of the files still finds the previous pair.
        for name in ("numbers", "matrix"):
            (self._folder / f"{name}-{old - 1}.npy").unlink(missing_ok=True)

    def similarities(self, vector: np.ndarray, allowed: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """The cosine of every paper (of those with a number in ``allowed``) with ``vector``, float32 (dims,).

        Returns numbers, int64 of shape (n,), and cosines, float32 of shape (n,), in no order.
        """
        state = self._state
        numbers, matrix = state.numbers, state.matrix
        if not len(numbers):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if allowed is None:
            return numbers, matrix @ vector
        chosen = np.flatnonzero(np.isin(numbers, allowed))
        return numbers[chosen], matrix[chosen] @ vector
