"""Held papers as bytes and back: a head of signals and words in JSON, and flat arrays behind it, compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.ranking.personal.held import Held
from broadsheet.ranking.personal.kinds import Signal, SignalKind

VERSION = 2


class PackedError(ValueError):
    """Bytes that are not a profile of this version."""


def packed(held: Sequence[Held]) -> bytes:
    """The same held papers give the same bytes."""
    head = {
        "version": VERSION,
        "dims": len(held[0].dense) if held else 0,
        "signals": [[one.signal.paper_id, one.signal.kind.value, one.signal.day] for one in held],
        "words": [len(one.columns) for one in held],
        "wording": [len(one.wording) for one in held],
        "names": [len(one.names) for one in held],
        "shown": [one.shown for one in held],
    }
    told = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    flat = [
        *(one.dense.tobytes() for one in held),
        np.array([one.scale for one in held], "<f4").tobytes(),
        *(_steps(one.columns) for one in held),
        *(one.weights.astype("<f2").tobytes() for one in held),
        *(_steps(one.wording) for one in held),
        *(one.wording_weights.tobytes() for one in held),
        np.array([one.wording_scale for one in held], "<f4").tobytes(),
        *(one.names.astype("<i4").tobytes() for one in held),
    ]
    return zlib.compress(b"".join([len(told).to_bytes(4, "little"), told, *flat]), 6)


def _steps(columns: NDArray[np.int32]) -> bytes:
    """Sorted columns as the steps between them, first all low bytes, then the higher ones: most of these are 0."""
    steps = np.diff(columns, prepend=np.int32(0)).astype("<i4")
    return steps.view(np.uint8).reshape(-1, 4).T.tobytes()


def _columns(stepped: NDArray[np.uint8]) -> NDArray[np.int32]:
    """What ``_steps`` was made of."""
    steps = np.ascontiguousarray(stepped.reshape(4, -1).T).view("<i4").ravel()
    return np.cumsum(steps, dtype=np.int32)


def unpacked(body: bytes) -> tuple[Held, ...]:
    """The held papers. Raises PackedError for anything but what ``packed`` gave."""
    try:
        plain = zlib.decompress(body)
        end = 4 + int.from_bytes(plain[:4], "little")
        head = json.loads(plain[4:end])
        if head["version"] != VERSION:
            raise PackedError(f"a profile of version {head['version']}, not {VERSION}")
        return _held(head, plain[end:])
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise PackedError(f"not a profile: {error}") from error


def _held(head: dict[str, Any], flat: bytes) -> tuple[Held, ...]:
    count, dims, position = len(head["signals"]), head["dims"], 0

    def read(kind: str, length: int) -> np.ndarray[Any, Any]:
        nonlocal position
        found = np.frombuffer(flat, kind, length, position)
        position += found.nbytes
        return found

    dense = read("i1", count * dims).reshape(count, dims)
    scales = read("<f4", count)
    columns = [_columns(read("u1", 4 * length)) for length in head["words"]]
    weights = [read("<f2", length) for length in head["words"]]
    wording = [_columns(read("u1", 4 * length)) for length in head["wording"]]
    wording_weights = [read("u1", length) for length in head["wording"]]
    wording_scales = read("<f4", count)
    names = [read("<i4", length) for length in head["names"]]
    return tuple(
        Held(
            Signal(paper_id, SignalKind(kind), day),
            dense[row],
            scales[row],
            columns[row],
            weights[row],
            wording[row],
            wording_weights[row],
            wording_scales[row],
            names[row],
            tuple((column, word) for column, word in head["shown"][row]),
        )
        for row, (paper_id, kind, day) in enumerate(head["signals"])
    )
