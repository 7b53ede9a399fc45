"""What a profile holds of a paper: rounded so that it is small, and rounded once, so that it is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats, Signal
from broadsheet.ranking.personal.lexicon import COLUMNS

MOST_WORDS, MOST_WORDING, MOST_NAMES, MOST_SHOWN = 48, 512, 64, 12
_STEPS, _WORDING_STEPS = 127, 255


@dataclass(frozen=True, slots=True)
class Held:
    """One signal with the paper it is about.

    ``dense``: int8 (d,) with its ``scale``; ``columns``: int32 of the most telling words with their ``weights``,
    float16; ``wording``: the same of how it is written, with uint8 weights and their ``wording_scale``;
    ``names``: int32, the columns of its people; ``shown``: columns with the words that readers see.
    """

    signal: Signal
    dense: NDArray[np.int8]
    scale: np.float32
    columns: NDArray[np.int32]
    weights: NDArray[np.float16]
    wording: NDArray[np.int32]
    wording_weights: NDArray[np.uint8]
    wording_scale: np.float32
    names: NDArray[np.int32]
    shown: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, signal: Signal, features: Features, row: int) -> Held:
        """What is kept of a row of features."""
        vector = features.dense[row]
        largest = float(np.abs(vector).max(initial=0.0))
        scale = np.float32(largest / _STEPS if largest else 1.0)
        words = features.words[[row]]
        # Ties by column: what is kept may not hang on how a row was made.
        chosen = np.lexsort((words.indices, -words.data))[:MOST_WORDS]
        readable = features.readable(row)
        shown = [(int(column), readable[int(column)]) for column in words.indices[chosen[:MOST_SHOWN]]]
        chosen = chosen[np.argsort(words.indices[chosen])]
        wording = features.wording[[row]]
        # Common words tell as much here as rare ones do: of a long text those with the lowest columns are kept, which
        # are as good as drawn by lot.
        kept = np.argsort(wording.indices)[:MOST_WORDING]
        wording_scale = np.float32(float(wording.data.max(initial=0.0)) / _WORDING_STEPS or 1.0)
        names = np.empty(0, np.int32) if features.names is None else features.names[[row]].indices
        return cls(
            signal,
            np.rint(vector / scale).astype(np.int8),
            scale,
            words.indices[chosen].astype(np.int32),
            words.data[chosen].astype(np.float16),
            wording.indices[kept].astype(np.int32),
            np.rint(wording.data[kept] / wording_scale).astype(np.uint8),
            wording_scale,
            np.sort(names)[:MOST_NAMES].astype(np.int32),
            tuple(shown),
        )


def dense_of(held: Sequence[Held]) -> Floats:
    """The vectors, float32 (n, d)."""
    if not held:
        return np.empty((0, 0), np.float32)
    return np.stack([one.dense.astype(np.float32) * one.scale for one in held])


def words_of(held: Sequence[Held]) -> csr_array:
    """The words, float32 CSR (n, COLUMNS)."""
    return _rows([one.columns for one in held], [one.weights.astype(np.float32) for one in held])


def wording_of(held: Sequence[Held]) -> csr_array:
    """How they are written, float32 CSR (n, COLUMNS)."""
    return _rows(
        [one.wording for one in held], [one.wording_weights.astype(np.float32) * one.wording_scale for one in held]
    )


def names_of(held: Sequence[Held]) -> csr_array:
    """The people, float32 CSR (n, COLUMNS), rows of length 1."""
    sizes = [np.full(len(one.names), 1 / np.sqrt(max(1, len(one.names))), np.float32) for one in held]
    return _rows([one.names for one in held], sizes)


def _rows(columns: Sequence[NDArray[np.int32]], values: Sequence[Floats]) -> csr_array:
    starts = np.concatenate([[0], np.cumsum([len(row) for row in columns])]).astype(np.int32)
    flat = np.concatenate([*columns, np.empty(0, np.int32)]), np.concatenate([*values, np.empty(0, np.float32)])
    return csr_array((flat[1], flat[0], starts), shape=(len(columns), COLUMNS))
