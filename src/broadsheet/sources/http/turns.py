"""One polite queue a host, shared by all processes of an instance through files in one folder.

Each host, or group of hosts that belong together, has a file. Whoever asks the host holds the file's lock from before
the connection until it is closed, so one request is in flight at a time; the kernel lets go of the lock when a process
is killed. In the file stands when the host last saw a request, and until when it is to be left alone.

That moment is marked when a connection is begun, when something was sent and when the answer begins. The last mark is
therefore never before the arrival of the request at the server, and two arrivals are at least the interval apart even
if one request took long to get there. It is taken from the steady clock, which all processes share and nobody sets;
after a restart of the machine, when that clock means nothing, one interval is waited for. Waits that have to outlast a
restart (Retry-After, backoff) keep the wall clock's time as well, and are never longer than they were meant, whatever
either clock says.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from broadsheet.sources.door import BusyError, FetchError
from broadsheet.sources.http.limits import Limits
from broadsheet.sources.http.waiting import LONGEST_WISH, Clock, Patience, backoff

FAILURES_TO_OPEN = 5
"""After so many failures in a row a host is not asked before its time, however patient the caller."""
_POLL = 0.02
_SIZE = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Hosts that share one queue: each name stands for itself and all names below; ``interval`` in seconds.

    ``limits`` are those of its answers, unless the door was given others.
    """

    name: str
    hosts: tuple[str, ...]
    interval: float
    limits: Limits = field(default_factory=Limits)

    def covers(self, host: str) -> bool:
        """Whether the host is one of them."""
        return any(host == name or host.endswith(f".{name}") for name in self.hosts)


PACES: tuple[Pace, ...] = (
    # https://info.arxiv.org/help/api/tou.html: one request every three seconds, one connection, over all machines and
    # all the legacy interfaces (OAI-PMH, feeds, API) together.
    # A page of OAI-PMH has thousands of records, and the first one of a harvest is long in coming.
    Pace(
        name="arxiv.org",
        hosts=("arxiv.org",),
        interval=3.0,
        limits=Limits(read=60.0, total=180.0, size=64 * 2**20),
    ),
)
INTERVAL = 1.0
"""Seconds between two requests to a host that ``PACES`` does not name."""


@dataclass(slots=True)
class _State:
    """What the file of a host says. ``marked_at`` and ``until`` are the steady clock's, ``wall_until`` the wall's."""

    boot: str = ""
    marked_at: float = 0.0
    until: float = 0.0
    wall_until: float = 0.0
    wait: float = 0.0
    failures: int = 0
    status: int = 0

    def pause_left(self, clock: Clock, interval: float, came_at: float) -> float:
        """Seconds until the interval since the last request is over; ``came_at`` stands for one that is not known."""
        is_known = self.boot == clock.boot() and self.marked_at <= clock.steady()
        return max(0.0, interval - (clock.steady() - (self.marked_at if is_known else came_at)))

    def wait_left(self, clock: Clock) -> float:
        """Seconds until the host may be asked again after it failed or asked to wait."""
        if not self.wait:
            return 0.0
        left = self.until - clock.steady() if self.boot == clock.boot() else self.wall_until - clock.wall()
        return min(max(0.0, left), self.wait)


class Turn:
    """The right to ask one host, once. What came of it is told by one of ``fine``, ``failed`` and ``wished``."""

    def __init__(self, file: int, state: _State, clock: Clock, chance: random.Random) -> None:
        self._file, self._state, self._clock, self._chance = file, state, clock, chance

    @property
    def is_last_try(self) -> bool:
        """Whether the host has failed so often that this is only a look whether it is back."""
        return self._state.failures >= FAILURES_TO_OPEN

    def mark(self) -> None:
        """Note that the server may have seen something of a request just now."""
        self._state.marked_at = self._clock.steady()
        self._write()

    def fine(self) -> None:
        """The host answered."""
        self._state.failures = self._state.status = 0
        self._leave_alone(0.0)

    def failed(self, status: int = 0) -> None:
        """The host could not be reached, broke off or has a fault (5xx): a second time in a row means a wait."""
        self._state.failures += 1
        self._state.status = status
        self._leave_alone(backoff(self._state.failures - 1, self._chance))

    def wished(self, status: int, seconds: float | None) -> float:
        """The host asks to come back later; without ``seconds`` it is left alone as after a failure.

        Returns the seconds to wait.
        """
        self._state.status = status
        if seconds is None:
            self._state.failures += 1
            seconds = backoff(self._state.failures, self._chance)
        self._leave_alone(seconds)
        return seconds

    def _leave_alone(self, seconds: float) -> None:
        self._state.wait = min(seconds, LONGEST_WISH)
        self._state.until = self._clock.steady() + self._state.wait
        self._state.wall_until = self._clock.wall() + self._state.wait
        self._write()

    def _write(self) -> None:
        self._state.boot = self._clock.boot()
        # One write of one size: a killed process leaves the old state or the new one.
        os.pwrite(self._file, json.dumps(asdict(self._state)).encode().ljust(_SIZE), 0)


class Turns:
    """Hands out turns. ``folder`` is shared by all processes that must be polite together."""

    def __init__(
        self,
        folder: Path,
        *,
        paces: Sequence[Pace] = PACES,
        interval: float = INTERVAL,
        clock: Clock | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._folder = folder
        self._paces, self._interval = tuple(paces), interval
        self._clock, self._chance = clock or Clock(), chance or random.SystemRandom()

    def pace(self, host: str) -> Pace:
        """The queue of a host."""
        own = Pace(name=host, hosts=(host,), interval=self._interval)
        return next((pace for pace in self._paces if pace.covers(host)), own)

    @contextmanager
    def turn(self, host: str, patience: Patience) -> Iterator[Turn]:
        """Wait for one's turn at a host and keep it while the block runs.

        Raises ``BusyError`` when that would take more patience than there is, or at once when the host has failed
        ``FAILURES_TO_OPEN`` times in a row and its time has not come.
        """
        pace = self.pace(host)
        file = self._open(pace)
        try:
            state = self._come_to_the_front(file, pace, patience)
            turn = Turn(file, state, self._clock, self._chance)
            turn.mark()
            yield turn
        finally:
            os.close(file)

    def _open(self, pace: Pace) -> int:
        # A readable part for people, and a hash for names that a file cannot have.
        readable = re.sub(r"[^a-z0-9.-]", "_", pace.name)[:80]
        name = f"{readable}-{hashlib.sha256(pace.name.encode()).hexdigest()[:12]}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FetchError(f"{self._folder}: the queues of hosts cannot be kept there ({error.strerror})") from error

    def _come_to_the_front(self, file: int, pace: Pace, patience: Patience) -> _State:
        came_at = self._clock.steady()
        while True:
            self._lock(file, pace, patience)
            state = _read(file)
            if state is None:
                return _State()
            wait = state.wait_left(self._clock)
            pause = state.pause_left(self._clock, pace.interval, came_at)
            if wait > 0 and state.failures >= FAILURES_TO_OPEN:
                raise BusyError(
                    f"{pace.name} has failed {state.failures} times in a row and is left alone for another"
                    f" {wait:.0f} s",
                    state.status,
                    wait,
                )
            if wait <= 0 and pause <= 0:
                return state
            longer = max(wait, pause)
            if not patience.covers(longer):
                raise BusyError(f"{pace.name} is to be asked again in {longer:.0f} s", state.status, longer)
            patience.spend(longer)
            if wait > pause:
                # Nobody may ask for a while: let others see that for themselves.
                fcntl.flock(file, fcntl.LOCK_UN)
            self._clock.sleep(longer)

    def _lock(self, file: int, pace: Pace, patience: Patience) -> None:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not patience.covers(_POLL):
                    raise BusyError(f"{pace.name} has others waiting for it", 0, max(pace.interval, 1.0)) from None
                patience.spend(_POLL)
                self._clock.sleep(_POLL)
            else:
                return


def _read(file: int) -> _State | None:
    """What the file says; None for a host that was never asked.

    A damaged file (the machine may have lost power) says that it was asked in another life of the machine.
    """
    content = os.pread(file, _SIZE, 0)
    if not content:
        return None
    try:
        told = json.loads(content)
        names = {name: type(value) for name, value in asdict(_State()).items()}
        return _State(**{name: names[name](value) for name, value in told.items() if name in names})
    except (ValueError, TypeError, AttributeError):
        return _State()
