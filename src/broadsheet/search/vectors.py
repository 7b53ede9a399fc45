"""The vector index: exact cosine similarity over a memory-mapped matrix that all processes share.

The matrix is replaced as a whole by each update (a new file, then a pointer to it is renamed into place), so a reader
never sees half an update and needs no lock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

POINTER = "vectors.json"


class VectorIndex:
    """Unit vectors of papers in one folder, all made by the model whose fingerprint the folder keeps."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self.fingerprint = ""
        self._serial = 0
        # One value, so that a thread which searches never sees the numbers of one matrix with the rows of another.
        self._rows = (np.empty(0, np.int64), np.empty((0, 0), np.float32))
        self.reload()

    def reload(self) -> None:
        """See the newest matrix, if it was replaced since the last look."""
        pointer = self._folder / POINTER
        try:
            status = pointer.stat()
        except FileNotFoundError:
            return
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        told = json.loads(pointer.read_text(encoding="utf-8"))
        numbers = np.load(self._folder / f"numbers-{told['serial']}.npy")
        self._rows = numbers, np.load(self._folder / f"matrix-{told['serial']}.npy", mmap_mode="r")
        self._serial, self.fingerprint, self._stamp = told["serial"], told["fingerprint"], stamp

    def count(self) -> int:
        """How many papers have a vector."""
        return len(self._rows[0])

    def update(self, numbers: Sequence[int], vectors: np.ndarray, gone: Sequence[int], fingerprint: str) -> None:
        """Add or replace vectors, float32 of shape (len(numbers), dims), and remove those of ``gone``.

        Vectors of another model than ``fingerprint`` are dropped: they cannot be compared.
        """
        self.reload()
        known, rows = self._rows
        keep = ~np.isin(known, np.array([*numbers, *gone], np.int64))
        if fingerprint != self.fingerprint:
            keep[:] = False
        kept = [rows[keep]] if keep.any() else []
        added = [np.asarray(vectors, np.float32)] if len(numbers) else []
        matrix = np.concatenate([*kept, *added]) if kept or added else np.empty((0, 0), np.float32)
        self._replace(np.concatenate([known[keep], np.array(numbers, np.int64)]), matrix, fingerprint)

    def _replace(self, numbers: np.ndarray, matrix: np.ndarray, fingerprint: str) -> None:
        serial, old = self._serial + 1, self._serial
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
        numbers, matrix = self._rows
        if not len(numbers):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if allowed is None:
            return numbers, matrix @ vector
        chosen = np.flatnonzero(np.isin(numbers, allowed))
        return numbers[chosen], matrix[chosen] @ vector
