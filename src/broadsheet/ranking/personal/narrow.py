"""Few rows among a million columns, without what they do not have: what makes products with them quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.kinds import Floats

Doubles = NDArray[np.float64]
MOST_FULL: Final = 4_000_000
"""Rows of so many numbers, zeros among them, are multiplied as full ones: quicker, but more would fill memory."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Rows, n of them, with only the k columns that any of them has.

    ``columns``: int64 (k,), sorted. ``places``: int32 (all columns,), where each column is among these, or -1.
    ``rows``: float32 CSR (n, k). ``across``: float32 (k, n), the same turned, full or sparse.
    """

    columns: NDArray[np.int64]
    places: NDArray[np.int32]
    rows: csr_array
    across: Floats | csr_array

    @classmethod
    def of(cls, rows: csr_array) -> Self:
        """The rows without the columns that none has."""
        places = np.full(rows.shape[1], -1, np.int32)
        places[rows.indices] = 0
        columns = np.flatnonzero(places == 0)
        places[columns] = np.arange(len(columns), dtype=np.int32)
        narrow = csr_array((rows.data, places[rows.indices], rows.indptr), shape=(rows.shape[0], len(columns)))
        is_small = narrow.shape[0] * narrow.shape[1] <= MOST_FULL
        across = np.ascontiguousarray(narrow.toarray().T) if is_small else csr_array(narrow.T)
        return cls(columns, places, narrow, across)

    def products(self, others: csr_array) -> Doubles:
        """Of each of other rows, m of them with all columns, with each of these: float64 (m, n)."""
        places = self.places[others.indices]
        has_place = places >= 0
        starts = np.concatenate([[0], np.cumsum(has_place)])[others.indptr].astype(np.int32)
        shape = others.shape[0], len(self.columns)
        found = csr_array((others.data[has_place], places[has_place], starts), shape=shape) @ self.across
        return np.asarray(found if isinstance(found, np.ndarray) else found.toarray(), np.float64)

    def summed(self, weights: Floats) -> Floats:
        """The sum of the rows times their weights, float32 (k,)."""
        found = np.repeat(weights, np.diff(self.rows.indptr)) * self.rows.data
        return np.bincount(self.rows.indices, found, minlength=len(self.columns)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Renumbered:
    """Many rows whose columns are numbered anew, the commonest first, so that what is read often lies together.

    ``places``: int32 (all columns,), the new number of each, or -1 for one that no row has; None where each has still
    the number that it had. ``rows``: float32 CSR.
    """

    places: NDArray[np.int32] | None
    rows: csr_array

    @classmethod
    def of(cls, rows: csr_array) -> Self:
        """Number the columns anew."""
        counts = np.bincount(rows.indices, minlength=rows.shape[1])
        columns = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        places = np.full(rows.shape[1], -1, np.int32)
        places[columns] = np.arange(len(columns), dtype=np.int32)
        shape = rows.shape[0], len(columns)
        return cls(places, csr_array((rows.data, places[rows.indices], rows.indptr), shape=shape))

    def times(self, columns: NDArray[np.int64], values: Floats) -> Floats:
        """The product of each row with the one that has these values in these columns, float32 (rows,)."""
        vector = np.zeros(self.rows.shape[1], np.float32)
        places = columns if self.places is None else self.places[columns]
        vector[places[places >= 0]] = values[places >= 0]
        found: Floats = self.rows @ vector
        return found
