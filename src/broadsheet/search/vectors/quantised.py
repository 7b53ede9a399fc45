"""Vectors as 8-bit integers, and cosines computed with them by the processor's integer instructions (numkong).

A unit vector is stored as its components divided by the largest of them and rounded to -127..127. Only its direction is
kept: a cosine is the product with the integers, divided by their length. A question is not rounded that far: it is the
sum of two such vectors, the second for what the rounding of the first has left, so that its error is nothing beside
that of the stored one.
"""

from __future__ import annotations

import numkong
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Codes = NDArray[np.int8]
STEPS = 127


def quantise(vectors: Floats) -> tuple[Codes, Floats]:
    """Unit vectors float32 (n, dims) as codes int8 (n, dims) and factors float32 (n,): 1 / length of the codes.

    A vector of zeros has the factor 0, and so the cosine 0 with everything.
    """
    rows = np.asarray(vectors, np.float32)
    largest = np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
    codes = np.rint(rows * (STEPS / np.where(largest > 0, largest, 1))).astype(np.int8)
    return codes, factors_of(codes)


def factors_of(codes: Codes) -> Floats:
    """1 / length of each row of int8 (n, dims), float32 (n,); 0 where the length is."""
    lengths = np.sqrt(np.einsum("ij,ij->i", codes, codes, dtype=np.float32))
    factors: Floats = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return factors


def restored(codes: Codes, factors: Floats) -> Floats:
    """The stored unit vectors, float32 (n, dims), from codes int8 (n, dims) and factors float32 (n,)."""
    vectors: Floats = codes.astype(np.float32)
    vectors *= factors[:, None]
    return vectors


def products(rows: Codes, columns: numkong.PackedMatrix) -> NDArray[np.int32]:
    """All inner products of int8 (n, dims) with packed int8 (m, dims): int32 (n, m)."""
    return np.asarray(numkong.dots_packed(rows, columns))


def packed(columns: Codes) -> numkong.PackedMatrix:
    """Codes int8 (m, dims) in the form in which ``products`` takes its second operand."""
    return numkong.dots_pack(np.ascontiguousarray(columns))


class Asked:
    """A question's vector, float32 (dims,), ready to be compared with stored ones. Its length does not matter."""

    def __init__(self, vector: Floats) -> None:
        asked = np.asarray(vector, np.float32).ravel()
        length = float(np.linalg.norm(asked))
        largest = float(np.abs(asked).max(initial=0.0))
        scaled = asked * (STEPS / largest) if largest > 0 else asked
        coarse = np.rint(scaled)
        fine = np.rint((scaled - coarse) * 2 * STEPS)
        self._columns = packed(np.stack([coarse, fine]).astype(np.int8))
        step = largest / STEPS / length if length > 0 else 0.0
        self._weights = np.array([step, step / (2 * STEPS)], np.float32)

    def products(self, codes: Codes) -> Floats:
        """The products of the unit vector asked for with rows of int8 (n, dims), float32 (n,)."""
        both: Floats = products(codes, self._columns).astype(np.float32) @ self._weights
        return both
