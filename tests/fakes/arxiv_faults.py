"""How the fake arXiv misbehaves: rules that spoil some of its answers."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from threading import Lock
from typing import Any

# What is done to an answer once it is made.
SPOILED = (
    *("busy-seconds", "busy-date", "error", "html", "truncated", "hung-up", "slow", "endless", "gzip-bomb"),
    *("wrong-charset", "duplicate", "redirect", "redirect-metadata"),
)
# What is done while it is made: these are asked for by the makers of the answers.
MADE_WRONG = (
    *("expired-token", "out-of-order", "stale", "late", "short", "fewer", "deleted"),
    *("broken-record", "control-character"),
)
KINDS = (*SPOILED, *MADE_WRONG)
BOMB_MEBIBYTES = 512


@dataclass
class Fault:
    """Something goes wrong with the requests whose path begins with ``path``.

    ``at`` are the numbers of those requests, counted from 1 since the fault was added; none of them means every one.
    ``times`` is how often it happens at the most. ``options`` are those of the kind: ``seconds`` of ``busy-seconds``,
    ``busy-date`` and ``slow`` (between two pieces), ``status`` of ``error``, ``ids`` of ``deleted``, ``count`` of
    ``short`` and ``fewer``, ``day`` (an ISO date) of ``stale``, ``late`` and ``short``: only that day's batch.
    """

    kind: str
    path: str = ""
    at: frozenset[int] = frozenset()
    times: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"the fake arXiv knows no fault {self.kind!r}, only {', '.join(KINDS)}")

    def applies(self) -> bool:
        """Whether it hits the request that was just counted."""
        return (not self.at or self.seen in self.at) and (self.times is None or self.done < self.times)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(
        self, kind: str, path: str = "", *, at: set[int] | None = None, times: int | None = None, **options: Any
    ) -> Fault:
        fault = Fault(kind, path, frozenset(at or ()), times, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def hit(self, path: str) -> dict[str, Fault]:
        """The faults of one request, by kind; counts it."""
        found: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                if path.startswith(fault.path):
                    fault.seen += 1
                    if fault.applies():
                        found[fault.kind] = fault
                        # Those that concern one day's batch are counted by whoever makes that batch.
                        fault.done += 0 if "day" in fault.options else 1
        return found


def concerns(faults: dict[str, Fault], kind: str, day: date) -> bool:
    """Whether a fault of a kind hits this day's batch."""
    fault = faults.get(kind)
    return fault is not None and fault.options.get("day", day.isoformat()) == day.isoformat()


def told_index(faults: dict[str, Fault], days: Sequence[date], index: int) -> int:
    """Index of the newest day that is told of: one less while that day's batch is late."""
    return index - 1 if index >= 0 and concerns(faults, "late", days[index]) else index


@dataclass
class Reply:
    """An answer as it goes out; ``pieces`` in place of ``body`` is sent piece by piece, without a length."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None
    length: int | None = None


def spoil(reply: Reply, faults: dict[str, Fault], last: Reply | None) -> Reply:
    """What goes out in place of a good answer; ``last`` is the good one that went out before on that path."""
    for kind, fault in faults.items():
        if kind in SPOILED:
            return _spoiled(kind, fault.options, reply, last)
    return reply


def _spoiled(kind: str, options: dict[str, Any], reply: Reply, last: Reply | None) -> Reply:
    seconds = options.get("seconds", 1)
    if kind in {"busy-seconds", "busy-date"}:
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
        value = later if kind == "busy-date" else str(seconds)
        return Reply(b"Retry later", 503, "text/plain", {"Retry-After": value})
    if kind == "error":
        return Reply(b"It did not work", options.get("status", 500), "text/plain")
    if kind == "html":
        return Reply(b"<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>", media_type="text/html")
    if kind.startswith("redirect"):
        place = "http://169.254.169.254/latest/" if kind == "redirect-metadata" else "http://10.0.0.1/private"
        return Reply(b"", 302, headers={"Location": options.get("location", place)})
    if kind == "duplicate":
        return last or reply
    if kind == "gzip-bomb":
        return Reply(_bomb(), media_type=reply.media_type, headers={"Content-Encoding": "gzip"})
    body = reply.body
    if kind == "truncated":
        reply.body = body[: len(body) * 3 // 5]
    elif kind == "hung-up":
        reply.body, reply.length = body[: len(body) // 2], len(body)
    elif kind == "wrong-charset":
        reply.body = body.decode().encode("cp1252", errors="replace")
    elif kind == "slow":
        reply.pieces = _slowly(body, seconds)
    elif kind == "endless":
        reply.pieces = _endless(body)
    return reply


@cache
def _bomb() -> bytes:
    """Half a gibibyte of nothing, packed: one mebibyte in blocks that stand by themselves, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, again = (packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (BOMB_MEBIBYTES - 1) + packer.flush()


def _slowly(body: bytes, seconds: float) -> Iterator[bytes]:
    for start in range(0, len(body), 64):
        yield body[start : start + 64]
        time.sleep(seconds)


def _endless(body: bytes) -> Iterator[bytes]:
    yield body
    while True:
        yield b" " * 65536
