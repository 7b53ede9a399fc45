"""The words of texts and their wording as numbered columns, and how telling each column is.

*Words* say what a text is about: stems and pairs of them. *Wording* is how it is written: all the words as they stand,
those that tell nothing too, and the signs between them, singly and in pairs; the pairs of the last sentence once more
for themselves, since people close in a way of their own; and its manner. People who write on many subjects still write
alike, and what a person takes next is often by those who wrote what they took last.

Columns are hashes, so no vocabulary has to be kept or agreed on: a word has the same column on every instance and on
every day. How telling a column is (its inverse document frequency) is learnt from texts and kept in a ``Lexicon``.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.catalogue.text import index_text
from broadsheet.ranking.personal.kinds import Floats
from broadsheet.ranking.personal.manner import sentences_of, traits_of
from broadsheet.search.words.analysis import UNTELLING_WORDS, stem

COLUMNS = 1 << 20
Columns = NDArray[np.int64]

_WORD = re.compile(r"[^\W_]{2,}")
# "InternVL2.5" is "intern", "vl", "2", ".", "5": what the next of its kind has in common with it. Letters without an
# upper and a lower case stand alone.
_WRITTEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\sA-Za-z]")
# The larger it is, the more do rare terms of the wording count.
_WORDING_POWER = 1.3
# How often each trait of the manner is taken to stand in a text.
_TRAIT_TIMES = 6
_WRITTEN_SEED = 0x77726974
_CLOSING_SEED = 0x636C6F73
_TRAIT_SEED = 0x74726169
_PAIR_FACTOR = 0x9E3779B1
_NAME_SEED = 0x6E616D65


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of texts and their wording, and how often each stands there: float32 CSR (texts, COLUMNS).

    Both have their columns in one space.
    """

    counts: csr_array
    wording: csr_array

    def frequencies(self) -> NDArray[np.int32]:
        """In how many of the texts each column is, int32 (COLUMNS,)."""
        columns = np.concatenate([self.counts.indices, self.wording.indices])
        return np.bincount(columns, minlength=COLUMNS).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How telling each column is: ``weights`` float32 (COLUMNS,), learnt from ``texts_count`` texts."""

    weights: Floats
    texts_count: int

    @classmethod
    def of(cls, terms: Terms) -> Lexicon:
        """Learn from texts: the smoothed inverse document frequency, ln((1 + n) / (1 + df)) + 1."""
        count = terms.counts.shape[0]
        weights = np.log((1 + count) / (1 + terms.frequencies())) + 1
        return cls(weights.astype(np.float32), count)

    def weighed(self, counts: csr_array) -> csr_array:
        """TF-IDF rows of length 1, float32 CSR (texts, COLUMNS); a term counts 1 + ln(how often it stands there)."""
        return self._rows(counts, 1 + np.log(counts.data), 1.0)

    def weighed_wording(self, counts: csr_array) -> csr_array:
        """The same of wording, where a term counts the root of how often it stands there, and a rare one more."""
        return self._rows(counts, np.sqrt(counts.data), _WORDING_POWER)

    def _rows(self, counts: csr_array, values: Floats, power: float) -> csr_array:
        weighed = values * self.weights[counts.indices] ** np.float32(power)
        return unit_rows(csr_array((weighed, counts.indices, counts.indptr), shape=counts.shape))


def terms_of(texts: Sequence[str]) -> Terms:
    """The words of each text, without those that tell nothing, and its wording."""
    return Terms(_counted([_columns(text) for text in texts]), _counted([_wording(text) for text in texts]))


def names_of(names: Sequence[Sequence[str]]) -> csr_array:
    """The folded names of each paper's people as rows of length 1, float32 CSR (papers, COLUMNS)."""
    rows = [np.array([name_column(name) for name in people], np.int64) for people in names]
    return unit_rows(_counted(rows))


def name_column(name: str) -> int:
    """The column of a person's name, however it is written in capitals, accents and spaces."""
    return zlib.crc32(index_text(name).encode(), _NAME_SEED) % COLUMNS


def readable_terms(text: str) -> dict[int, str]:
    """The columns of a text with the words as they stand there first: what to show a reader for a column."""
    found: dict[int, str] = {}
    words = _telling(text)
    hashes = [_hash(word) for word in words]
    for place, word in enumerate(words):
        found.setdefault(hashes[place] % COLUMNS, word)
        if place:
            found.setdefault(_pair(hashes[place - 1], hashes[place]) % COLUMNS, f"{words[place - 1]} {word}")
    return found


def unit_rows(rows: csr_array) -> csr_array:
    """The same rows with length 1; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    counts = np.diff(rows.indptr)
    values = (rows.data / np.repeat(lengths, counts)).astype(np.float32)
    return csr_array((values, rows.indices, rows.indptr), shape=rows.shape)


def _telling(text: str) -> list[str]:
    return [word for word in _WORD.findall(index_text(text)) if _hash(word)]


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    """The hash of a folded word's stem; 0 for a word that tells nothing."""
    if word in UNTELLING_WORDS or not (found := stem(word)):
        return 0
    return zlib.crc32(found.encode()) or 1


def _pair(first: int, second: int) -> int:
    return (first * _PAIR_FACTOR + second) >> 7 & 0xFFFFFFFF


def _columns(text: str) -> Columns:
    return _with_pairs([found for word in _WORD.findall(index_text(text)) if (found := _hash(word))])


def _wording(text: str) -> Columns:
    found = [_with_pairs([_written_hash(word) for word in _WRITTEN.findall(text)])]
    if len(sentences := sentences_of(text)) > 1:
        closing = [_written_hash(word) ^ _CLOSING_SEED for word in _WRITTEN.findall(sentences[-1])]
        found.append(_with_pairs(closing)[len(closing) :])
    traits = [_trait_column(trait) for trait in traits_of(text)]
    return np.concatenate([*found, np.repeat(np.array(traits, np.int64), _TRAIT_TIMES)])


@lru_cache(maxsize=1_000)
def _trait_column(trait: str) -> int:
    return zlib.crc32(trait.encode(), _TRAIT_SEED) % COLUMNS


@lru_cache(maxsize=200_000)
def _written_hash(word: str) -> int:
    return zlib.crc32(word.lower().encode(), _WRITTEN_SEED)


def _with_pairs(hashes: Sequence[int]) -> Columns:
    # Pairs as _pair makes them, in 64 bits without sign.
    single = np.array(hashes, np.uint64)
    pairs = (single[:-1] * np.uint64(_PAIR_FACTOR) + single[1:]) >> np.uint64(7) & np.uint64(0xFFFFFFFF)
    return (np.concatenate([single, pairs]) % np.uint64(COLUMNS)).astype(np.int64)


def _counted(rows: Sequence[Columns]) -> csr_array:
    lengths = np.array([len(row) for row in rows], np.int64)
    # 32 bits, as long as that is enough: products of sparse rows take as long as reading them.
    starts = np.concatenate([[0], np.cumsum(lengths)])
    starts = starts.astype(np.int32) if starts[-1] < 2**31 else starts
    columns = np.concatenate([*rows, np.empty(0, np.int64)]).astype(np.int32)
    counts = csr_array((np.ones(len(columns), np.float32), columns, starts), shape=(len(rows), COLUMNS))
    counts.sum_duplicates()
    return counts
