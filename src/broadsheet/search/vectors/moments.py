"""The first and second moments of all stored vectors, from which follow the mean and deviation of any vector's cosines.

For a unit vector q, the cosines with vectors x have the mean q.m, where m is the mean of the x, and the mean square
q'Sq, where S is the mean of xx'.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.quantised import Floats

FILE = "moments"
HEAD = struct.Struct("<16sQQ")


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over ``count`` vectors: of the vectors, float64 (dims,), and of their outer products, float64 (dims, dims).

    ``tail`` and ``position`` say up to which update: the tail's name and the length of its log.
    """

    count: int
    sums: NDArray[np.float64]
    products: NDArray[np.float64]
    tail: str = ""
    position: int = 0

    @staticmethod
    def none(dims: int) -> Moments:
        """The moments of no vectors."""
        return Moments(0, np.zeros(dims), np.zeros((dims, dims)))

    def with_vectors(self, added: Floats, removed: Floats) -> Moments:
        """The moments after unit vectors were added and others removed, float32 (n, dims) each."""
        return Moments(
            self.count + len(added) - len(removed),
            self.sums + added.sum(axis=0, dtype=np.float64) - removed.sum(axis=0, dtype=np.float64),
            self.products + (added.T @ added) - (removed.T @ removed),
        )

    def marked(self, tail: str, position: int) -> Moments:
        """The same, as of an update."""
        return Moments(self.count, self.sums, self.products, tail, position)

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of all vectors with a unit vector (dims,); zeros where none are."""
        if self.count <= 0:
            return 0.0, 0.0
        asked = vector.astype(np.float64)
        mean = float(asked @ self.sums) / self.count
        square = float(asked @ self.products @ asked) / self.count
        return mean, max(square - mean * mean, 0.0) ** 0.5

    @staticmethod
    def stamp(folder: Path) -> tuple[int, int]:
        """What tells one stored file of moments from the next."""
        try:
            status = (folder / FILE).stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    def save(self, folder: Path) -> None:
        """Write the moments, replacing those that are there."""
        draft = folder / f"{FILE}.new"
        with draft.open("wb") as file:
            file.write(HEAD.pack(self.tail.encode("ascii"), self.position, self.count))
            file.write(self.sums.astype("<f8").tobytes())
            file.write(self.products.astype("<f8").tobytes())
        draft.replace(folder / FILE)

    @staticmethod
    def load(folder: Path, dims: int) -> Moments | None:
        """Read what is stored; None where nothing usable is."""
        try:
            content = (folder / FILE).read_bytes()
        except FileNotFoundError:
            return None
        if len(content) != HEAD.size + 8 * (dims + dims * dims):
            return None
        tail, position, count = HEAD.unpack_from(content)
        values = np.frombuffer(content, "<f8", offset=HEAD.size)
        return Moments(
            count, values[:dims], values[dims:].reshape(dims, dims), tail.rstrip(b"\0").decode("ascii"), position
        )
