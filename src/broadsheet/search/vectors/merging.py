"""Merging tails into a new main part, aside and without a lock; only the beginning and the end take the writers' lock.

It begins by giving updates a new tail, so that what is merged no longer changes. At its end the pointer names the new
part and the tails begun since. Whatever is interrupted leaves files that no pointer names; the next merge removes them.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.hubs import Titles
from broadsheet.search.vectors import main_part
from broadsheet.search.vectors.lists import (
    LEAST_ROWS,
    ShouldStop,
    StoppedError,
    assign,
    clusters,
    described,
    directions_of,
    divide,
    in_order,
    in_pieces,
    part_count,
)
from broadsheet.search.vectors.quantised import restored
from broadsheet.search.vectors.state import Pointer, State, read_patiently, save_sample
from broadsheet.search.vectors.tail import Tail

LOCK = "merge.lock"
# A merge writes the whole index, so it has to be worth it: when the rows behind the main part, all of which every
# question is compared with, or the rows that no longer count, are a twentieth of the index, and not for less than a
# few thousand, which cost a tenth of a millisecond.
SHARE_OF_TAIL = 0.05
LEAST_TAIL = 4_096
# New centres are found when there are twice as many papers as when the present ones were.
GROWTH = 2.0
ROWS_AT_ONCE = 16_384
SwapLock = Callable[[], AbstractContextManager[object]]
Rows = NDArray[np.int64]


def is_worth_it(state: State) -> bool:
    """Whether enough was added or removed since the last merge."""
    behind = len(state.numbers) - (len(state.main.numbers) if state.main else 0)
    dead = len(state.numbers) - state.count
    return max(behind, dead) >= max(LEAST_TAIL, SHARE_OF_TAIL * state.count)


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Try to be the one that merges; says whether this is."""
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def merge(folder: Path, should_stop: ShouldStop, swap_lock: SwapLock) -> None:
    """Make a new main part of all that is there and put it into use. Raises StoppedError; then nothing has changed."""
    with swap_lock():
        begun, name = _begun(folder)
    # Read without the lock: updates that come meanwhile are merged as well, and applied once more to what was merged.
    state = read_patiently(folder)
    merged = begun.tails[:-1]
    new = replace(begun, main=f"main-{name}", sample=f"sample-{name}")
    try:
        rows = _built(folder / new.main, state, should_stop)
        save_sample(folder, new.sample, state.titles or Titles.none(state.pointer.dims), state.hubness[rows])
    except StoppedError:
        shutil.rmtree(folder / new.main, ignore_errors=True)
        raise
    with swap_lock():
        now = Pointer.read(folder)
        # Otherwise the index was emptied for another model meanwhile, and what was made is no part of it.
        if (now.fingerprint, now.tails[: len(merged)]) == (begun.fingerprint, merged):
            replace(now, main=new.main, sample=new.sample, tails=now.tails[len(merged) :]).write(folder)
            unused = [now.main, now.sample, *merged]
        else:
            unused = [new.main, new.sample]
    # Large files take long to remove, so not under the lock.
    _remove(folder, unused)


def _begun(folder: Path) -> tuple[Pointer, str]:
    """Begin a new tail for the updates to come, if there are any in the last; returns the pointer and a new name."""
    pointer = Pointer.read(folder)
    _remove(folder, _unused(folder, pointer))
    name, tails = f"{pointer.issued:08}", pointer.tails
    if Tail(folder, tails[-1], pointer.dims).size():
        tail = Tail(folder, f"tail-{name}", pointer.dims)
        tail.begin()
        tails = (*tails, tail.name)
    pointer = replace(pointer, tails=tails, issued=pointer.issued + 1)
    pointer.write(folder)
    return pointer, name


def _unused(folder: Path, pointer: Pointer) -> list[str]:
    """What interrupted merges have left. The caller holds the writers' lock, and nothing else merges."""
    named = {pointer.main, *pointer.tails, pointer.sample}
    there = {path.name.partition(".")[0] for path in folder.iterdir()}
    return [name for name in there - named if name.startswith(("main-", "tail-", "sample-"))]


def _remove(folder: Path, names: Sequence[str]) -> None:
    """Remove the files of these parts; those who have them mapped keep them."""
    for name in filter(None, names):
        shutil.rmtree(folder / name, ignore_errors=True)
        for ending in ("log", "codes", "npz"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)


def _built(place: Path, state: State, should_stop: ShouldStop) -> Rows:
    """Write the main part into a new folder; returns the rows of ``state`` that it has, in its order."""
    place.mkdir()
    rows = np.flatnonzero(state.live).astype(np.int64)
    # Papers of the index in the order of their numbers give the same part whatever came when.
    rows = rows[np.argsort(state.numbers[rows], kind="stable")]
    order, offsets, trained_on = _divided(state, rows, should_stop)
    rows = rows[order]
    with (place / main_part.CODES).open("wb") as file:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            if should_stop():
                raise StoppedError
            file.write(state.codes_at(rows[start : start + ROWS_AT_ONCE]).tobytes())
    dims = state.pointer.dims
    codes = (
        np.asarray(np.memmap(place / main_part.CODES, np.int8, "r", shape=(len(rows), dims)))
        if len(rows)
        else np.empty((0, dims), np.int8)
    )
    factors = state.factors[rows]
    np.save(place / main_part.NUMBERS, state.numbers[rows])
    np.save(place / main_part.FACTORS, factors)
    main_part.save_lists(place, described(codes, factors, offsets, trained_on, should_stop))
    main_part.settle(place)
    return rows


def _divided(state: State, rows: Rows, should_stop: ShouldStop) -> tuple[Rows, Rows, int]:
    """The order of rows by list, the lists' offsets, and how many rows the lists were made for."""
    if len(rows) < LEAST_ROWS:
        return np.arange(len(rows)), np.array([0, len(rows)], np.int64), len(rows)
    lists = state.main.lists if state.main else None
    if lists is None or len(lists) < 2 or len(rows) >= GROWTH * lists.trained_on:
        return _divided_anew(state, rows, should_stop)
    assert state.main is not None
    old = rows < len(state.main.numbers)
    assigned = (np.searchsorted(lists.offsets, rows, side="right") - 1).astype(np.int32)
    added = rows[~old]
    assigned[~old] = assign(
        lambda begin, end: state.codes_at(added[begin:end]), len(added), directions_of(lists), should_stop
    )
    return *in_order(assigned, len(lists)), lists.trained_on


def _divided_anew(state: State, rows: Rows, should_stop: ShouldStop) -> tuple[Rows, Rows, int]:
    centres = clusters(lambda chosen: state.codes_at(rows[chosen]), len(rows), should_stop)
    assigned = assign(lambda begin, end: state.codes_at(rows[begin:end]), len(rows), centres, should_stop)
    order, bounds = in_order(assigned, len(centres))
    parts, first = np.empty(len(rows), np.int32), 0
    for number, (begin, end) in enumerate(pairwise(bounds)):
        if number % 64 == 0 and should_stop():
            raise StoppedError
        count = part_count(int(end - begin), len(rows))
        members = rows[order[begin:end]]
        parts[begin:end] = first + (divide(state.vectors_at(members), count) if count > 1 else 0)
        first += count
    within, offsets = in_order(parts, first)
    return order[within], offsets, len(rows)


def hubness_of(state: State, titles: Titles, should_stop: ShouldStop) -> NDArray[np.float16]:
    """The hubness of every row, float16 (rows,)."""

    def of_piece(begin: int, end: int) -> NDArray[np.float16]:
        part = np.arange(begin, end)
        vectors = restored(state.codes_at(part), state.factors[part])
        return titles.hubness(state.numbers[part], vectors).astype(np.float16)

    return np.concatenate([np.empty(0, np.float16), *in_pieces(of_piece, len(state.numbers), should_stop)])
