"""Dividing vectors into lists: spherical k-means on the integers, each of its clusters divided once more.

The centres are found on a sample (Lloyd's algorithm with the cosine: Dhillon and Modha, "Concept decompositions for
large sparse text data using clustering", 2001). Everything is drawn with a fixed seed, so that the same vectors give
the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.vectors.main_part import Lists
from broadsheet.search.vectors.quantised import STEPS, Codes, Floats, packed, products, quantise, restored

# Below this many rows all of them are compared: that takes half a millisecond, and lists would save little of it.
LEAST_ROWS = 20_000
# Clusters of sqrt(rows) / 4 members keep both levels cheap. Divided in four, they need less than half as many rows
# compared for the same recall (measured: benchmarks/vector_libraries.py); divided further, the centres cost more.
CLUSTERS_PER_ROOT = 4
PARTS = 4
LEAST_PART = 20
SAMPLED_PER_CLUSTER = 40
ROUNDS, ROUNDS_WITHIN = 8, 5
ROWS_AT_ONCE = 4_096
THREADS = 2
SEED = 20_260

Get = TypeVar("Get")
ShouldStop = Callable[[], bool]


class StoppedError(Exception):
    """The caller wanted the work to end."""


def in_pieces(work: Callable[[int, int], Get], rows: int, should_stop: ShouldStop) -> Iterator[Get]:
    """Do ``work(begin, end)`` for all rows in pieces, on two threads, in order. Raises StoppedError between pieces."""
    starts = range(0, rows, ROWS_AT_ONCE)
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(starts), 4 * THREADS):
            if should_stop():
                raise StoppedError
            part = starts[first : first + 4 * THREADS]
            yield from pool.map(lambda begin: work(begin, min(begin + ROWS_AT_ONCE, rows)), part)


def clusters(codes_at: Callable[[NDArray[np.int64]], Codes], rows: int, should_stop: ShouldStop) -> Floats:
    """The centres of clusters of ``rows`` vectors, of which ``codes_at`` gives codes: float32 (k, dims) of length 1."""
    drawn = np.random.default_rng(SEED)
    count = round(CLUSTERS_PER_ROOT * rows**0.5)
    sample = np.sort(drawn.choice(rows, min(rows, SAMPLED_PER_CLUSTER * count), replace=False))
    codes = codes_at(sample)
    centres = _directions(codes[np.sort(drawn.choice(len(codes), count, replace=False))].astype(np.float32))
    for _ in range(ROUNDS):
        assigned = assign(lambda begin, end: codes[begin:end], len(codes), centres, should_stop)
        order, offsets = in_order(assigned, count)
        for number in range(count):
            members = order[offsets[number] : offsets[number + 1]]
            # An empty cluster begins again at a random vector.
            chosen = members if len(members) else drawn.integers(len(codes), size=1)
            centres[number] = codes[chosen].astype(np.float32).sum(axis=0)
        centres = _directions(centres)
    return centres


def assign(
    codes_of: Callable[[int, int], Codes], rows: int, centres: Floats, should_stop: ShouldStop
) -> NDArray[np.int32]:
    """The nearest centre, of directions float32 (k, dims), for each of the rows that ``codes_of`` gives: int32 (n,)."""
    # One scale for all centres, so that the largest product is the largest cosine.
    largest = max(float(np.abs(centres).max(initial=0.0)), 1e-9)
    columns = packed(np.rint(centres * (STEPS / largest)).astype(np.int8))
    pieces = in_pieces(lambda begin, end: products(codes_of(begin, end), columns).argmax(axis=1), rows, should_stop)
    return np.concatenate([np.empty(0, np.int64), *pieces]).astype(np.int32)


def in_order(assigned: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows by list, int64 (n,), and the lists' offsets, int64 (count + 1,)."""
    order = np.argsort(assigned, kind="stable")
    offsets = np.searchsorted(assigned[order], np.arange(count + 1)).astype(np.int64)
    return order, offsets


def divide(vectors: Floats, count: int) -> NDArray[np.int32]:
    """Divide the vectors of one cluster, float32 (n, dims), into ``count`` parts: the part of each, int32 (n,)."""
    drawn = np.random.default_rng(SEED)
    centres = vectors[drawn.choice(len(vectors), count, replace=False)]
    for number in range(ROUNDS_WITHIN + 1):
        parts: NDArray[np.int32] = (
            (vectors @ centres.T - np.square(centres).sum(axis=1) / 2).argmax(axis=1).astype(np.int32)
        )
        if number == ROUNDS_WITHIN:
            break
        for part in range(count):
            members = vectors[parts == part]
            if len(members):
                centres[part] = members.mean(axis=0)
    return parts


def part_count(members: int, rows: int) -> int:
    """Into how many parts a cluster of so many of the rows is divided."""
    usual = rows**0.5 / CLUSTERS_PER_ROOT
    return max(1, min(members // LEAST_PART, round(float(members / usual * PARTS))))


def described(
    codes: Codes, factors: Floats, offsets: NDArray[np.int64], trained_on: int, should_stop: ShouldStop
) -> Lists:
    """The lists of rows that lie in their order, with the means of their vectors."""
    means = np.zeros((len(offsets) - 1, codes.shape[1]), np.float32)
    for number, (begin, end) in enumerate(pairwise(offsets)):
        if number % 256 == 0 and should_stop():
            raise StoppedError
        if end > begin:
            means[number] = restored(codes[begin:end], factors[begin:end]).mean(axis=0)
    lengths = np.linalg.norm(means, axis=1)
    mean_codes, mean_factors = quantise(means)
    # For vectors of length 1, the mean square distance from their mean is 1 - the square of its length.
    squares = float(np.square(lengths) @ np.diff(offsets)) / max(len(codes), 1)
    stray = max(1 - squares, 0.0) ** 0.5
    return Lists(offsets, mean_codes, (mean_factors * lengths).astype(np.float32), stray, trained_on)


def directions_of(lists: Lists) -> Floats:
    """The directions of the lists' means, float32 (k, dims) of length 1."""
    return _directions(lists.codes.astype(np.float32))


def _directions(vectors: Floats) -> Floats:
    found: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return found
