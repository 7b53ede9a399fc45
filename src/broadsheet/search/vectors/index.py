"""The vector index: added to by one process at a time, merged aside by one, searched by any number at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.hubs import Titles
from broadsheet.search.vectors.lists import StoppedError
from broadsheet.search.vectors.merging import hubness_of, is_worth_it, merge, only_one
from broadsheet.search.vectors.moments import Moments
from broadsheet.search.vectors.nearest import nearest
from broadsheet.search.vectors.quantised import Asked, Floats, quantise, restored
from broadsheet.search.vectors.state import Pointer, State, read_patiently, save_sample
from broadsheet.search.vectors.tail import Record, Tail

Numbers = NDArray[np.int64]
ROWS_AT_ONCE = 16_384


class VectorFingerprintError(ValueError):
    """Vectors of one model were offered to an index of another's: they cannot be compared."""


class VectorIndex:
    """Unit vectors of papers in one folder, all made by the model whose fingerprint the folder keeps.

    Papers are known by their numbers: row ids of a database, not much larger than there are papers. Safe to use from
    several threads; every call answers from one state of the index.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index, or make an empty one."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.RLock()
        self._moments: tuple[tuple[int, int], Moments] | None = None
        self._state = read_patiently(self._folder)

    @property
    def fingerprint(self) -> str:
        """The model that made the vectors, or an empty string."""
        return self._state.pointer.fingerprint

    @property
    def dims(self) -> int:
        """The dimensions of the vectors, or 0."""
        return self._state.pointer.dims

    def count(self) -> int:
        """How many papers have a vector."""
        return self._state.count

    def numbers(self) -> Numbers:
        """The papers that have a vector: int64 (n,), sorted."""
        state = self._state
        return np.sort(state.numbers[state.live])

    def reload(self) -> None:
        """See what any process has written; costs two looks at files when that is nothing.

        Another thread that is just doing it is not waited for: this one answers from what is known meanwhile.
        """
        if not self._is_behind(self._state) or not self._lock.acquire(blocking=False):
            return
        try:
            self._state = self._renewed(self._state)
        finally:
            self._lock.release()

    def _renewed(self, state: State) -> State:
        with suppress(FileNotFoundError):
            if state.stamp == Pointer().stamp(self._folder) and state.tails:
                tail, found = state.tails[-1].read()
                return state.with_records(tail, found) if found else state
        return read_patiently(self._folder)

    def _is_behind(self, state: State) -> bool:
        try:
            return state.stamp != Pointer().stamp(self._folder) or (
                bool(state.tails) and state.tails[-1].size() != state.tails[-1].position
            )
        except FileNotFoundError:
            return True

    def update(
        self, numbers: Sequence[int] | Numbers, vectors: Floats, gone: Sequence[int] | Numbers, fingerprint: str
    ) -> None:
        """Add or replace unit vectors, float32 (len(numbers), dims), and remove those of ``gone``.

        Durable, and seen by this process, when it returns. The caller sees to it that one process updates at a time.
        A number in both is added; the last counts of one that is given twice. Raises VectorFingerprintError for vectors
        of another model than the index's, unless that is empty, and ValueError for numbers below zero and vectors of
        another shape.
        """
        added = np.asarray(numbers, np.int64).ravel()
        removed = np.setdiff1d(np.asarray(gone, np.int64).ravel(), added)
        removed = removed[removed >= 0]
        rows = np.asarray(vectors, np.float32)
        if len(added) and (rows.ndim != 2 or len(rows) != len(added) or not rows.shape[1]):
            raise ValueError(f"{len(added)} papers came with vectors of shape {rows.shape}")
        if (added < 0).any():
            raise ValueError("papers have numbers from 0")
        with self._lock:
            self.reload()
            if len(added):
                self._accept(fingerprint, rows.shape[1])
            elif not self._state.tails:
                return
            _, last = np.unique(added[::-1], return_index=True)
            kept = np.sort(len(added) - 1 - last)
            self._append(added[kept], rows[kept] if len(added) else np.empty((0, self.dims), np.float32), removed)

    def _accept(self, fingerprint: str, dims: int) -> None:
        """Make the index one of this model, if it is empty; otherwise it must be already."""
        pointer = self._state.pointer
        if self._state.tails and (pointer.fingerprint, pointer.dims) == (fingerprint, dims):
            return
        if self._state.count and pointer.fingerprint != fingerprint:
            raise VectorFingerprintError(
                f"the index has vectors of model {pointer.fingerprint[:16]!r}, not of {fingerprint[:16]!r}"
            )
        if self._state.count and pointer.dims != dims:
            raise ValueError(f"the index has vectors of {pointer.dims} dimensions, and was given some of {dims}")
        tail = Tail(self._folder, f"tail-{pointer.issued:08}", dims)
        tail.begin()
        Pointer(fingerprint, dims, tails=(tail.name,), issued=pointer.issued + 1).write(self._folder)
        self._state = read_patiently(self._folder)

    def _append(self, numbers: Numbers, vectors: Floats, gone: Numbers) -> None:
        state = self._state
        before = state.rows_of(np.concatenate([numbers, gone]))
        before = before[before >= 0]
        if not len(numbers) and not len(before):
            return
        codes, factors = (
            quantise(vectors) if len(numbers) else (np.empty((0, self.dims), np.int8), np.empty(0, np.float32))
        )
        stored = restored(codes, factors)
        hubness = (
            state.titles.hubness(numbers, stored).astype(np.float16)
            if state.titles
            else np.zeros(len(numbers), np.float16)
        )
        moments = self._current_moments(state).with_vectors(stored, state.vectors_at(before))
        record = Record(numbers, factors, hubness, gone)
        tail = state.tails[-1].append(codes, record)
        self._state = state = state.with_records(tail, [record])
        moments.marked(tail.name, tail.position).save(self._folder)

    def _current_moments(self, state: State) -> Moments:
        """The moments of this state: those stored, or, when a writer was killed before it stored them, computed."""
        tail = state.tails[-1]
        stored = Moments.load(self._folder, self.dims)
        if stored is not None and stored.count == state.count:
            is_last = (stored.tail, stored.position) == (tail.name, tail.position)
            if is_last or (not tail.position and stored.tail not in state.pointer.tails[-1:]):
                return stored
        moments = Moments.none(self.dims)
        rows = np.flatnonzero(state.live)
        nothing = np.empty((0, self.dims), np.float32)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            moments = moments.with_vectors(state.vectors_at(rows[start : start + ROWS_AT_ONCE]), nothing)
        return moments

    def titles_are_outgrown(self) -> bool:
        """Whether the titles that hubness is told from should be drawn anew, since the index has doubled."""
        titles = self._state.titles or Titles.none(self.dims)
        return titles.are_outgrown(self._state.count)

    def adopt(
        self,
        titles: Titles,
        should_stop: Callable[[], bool] = lambda: False,
        swap_lock: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> bool:
        """Tell every paper's hubness from these titles, now and in later updates; whether that was done.

        Runs beside searches and updates as ``maintain`` does, with the same arguments.
        """
        with only_one(self._folder) as alone:
            self.reload()
            if not alone:
                return False
            try:
                told = hubness_of(self._state, titles, should_stop)
            except StoppedError:
                return False
            with swap_lock():
                self._adopt(titles, told)
        return True

    def _adopt(self, titles: Titles, told: NDArray[np.float16]) -> None:
        self.reload()
        hubness = np.array(self._state.hubness, np.float16)
        hubness[: len(told)] = told
        pointer = Pointer.read(self._folder)
        name = f"sample-{pointer.issued:08}"
        save_sample(self._folder, name, titles, hubness)
        replace(pointer, sample=name, issued=pointer.issued + 1).write(self._folder)
        if pointer.sample:
            (self._folder / f"{pointer.sample}.npz").unlink(missing_ok=True)
        self.reload()

    def nearest(
        self, vector: Floats, limit: int, allowed: NDArray[np.bool_] | None = None, effort: float = 1.0
    ) -> tuple[Numbers, Floats]:
        """The ``limit`` papers nearest to ``vector``, float32 (dims,), among those with ``allowed[number]``.

        ``allowed`` is bool, of any length: numbers beyond its end are not allowed. Returns numbers, int64 (n,), and
        cosines, float32 (n,), best first, ties by number. All allowed papers are compared when they are few, and the
        likely ones otherwise: at least 0.95 of the ten nearest are found, whatever is allowed. With ``effort`` below 1
        so much less is compared, where there are too many to compare all of them.
        """
        return nearest(self._state, vector, limit, allowed, effort)

    def cosines(self, vector: Floats, numbers: Sequence[int] | Numbers) -> Floats:
        """The cosine of each paper with ``vector``, float32 (dims,): float32 (n,), NaN where a paper has no vector."""
        state = self._state
        rows = state.rows_of(np.asarray(numbers, np.int64))
        known = np.flatnonzero(rows >= 0)
        found = np.full(len(rows), np.nan, np.float32)
        if len(known):
            found[known] = Asked(vector).products(state.codes_at(rows[known])) * state.factors[rows[known]]
        return found

    def vectors_of(self, numbers: Sequence[int] | Numbers) -> tuple[Floats, NDArray[np.bool_]]:
        """The stored unit vectors of papers, float32 (n, dims), and which there are, bool (n,); zeros for others."""
        state = self._state
        rows = state.rows_of(np.asarray(numbers, np.int64))
        there = rows >= 0
        if len(rows) and there.all():
            return state.vectors_at(rows), there
        found = np.zeros((len(rows), state.pointer.dims), np.float32)
        if there.any():
            found[there] = state.vectors_at(rows[there])
        return found, there

    def hubness(self, numbers: Sequence[int] | Numbers) -> Floats:
        """How much of a hub each paper is, float32 (n,): see ``search.hubs``. NaN where a paper has no vector."""
        state = self._state
        rows = state.rows_of(np.asarray(numbers, np.int64))
        found: Floats = np.where(rows >= 0, state.hubness[rows] if len(state.hubness) else np.nan, np.nan).astype(
            np.float32
        )
        return found

    def spread(self, vector: Floats) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of all papers with a unit vector, float32 (dims,)."""
        dims = self.dims
        if not self._state.count:
            return 0.0, 0.0
        stamp = Moments.stamp(self._folder)
        known = self._moments
        if known is None or known[0] != stamp:
            stored = Moments.load(self._folder, dims)
            if stored is None:
                return 0.0, 0.0
            self._moments = known = (stamp, stored)
        return known[1].spread(np.asarray(vector, np.float32))

    def maintain(
        self,
        should_stop: Callable[[], bool] = lambda: False,
        swap_lock: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> bool:
        """Merge what was added and removed since the last time, if that is worth it; whether it was done.

        Takes as long as it takes, beside searches and updates; ``swap_lock`` is the lock that keeps updates apart, and
        is held for milliseconds at the beginning and the end. Ends early, with nothing done, when ``should_stop`` says
        so or another process is at it.
        """
        with only_one(self._folder) as alone:
            self.reload()
            if not alone or not is_worth_it(self._state):
                return False
            try:
                merge(self._folder, should_stop, swap_lock)
            except StoppedError:
                return False
            self.reload()
            return True
