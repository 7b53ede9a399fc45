"""The jobs that one worker has under way: each in a thread of its own, and a heartbeat that keeps their claims.

Threads, so that a harvest of days delays neither the index nor another source. Each closes its connection to the
database when its job is done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from broadsheet.sources.door import BusyError
from broadsheet.sources.record import SourceError
from broadsheet.worker import claims
from broadsheet.worker.claims import LEASE, Claim
from broadsheet.worker.errands import Errand, sync

logger = logging.getLogger(__name__)

JOBS_AT_ONCE = 4
BEATS_IN_A_LEASE = 6
# As long as the current page of a harvest may take: what a service manager usually grants before it kills.
PATIENCE_SECONDS = 60


class Run:
    """One job under way, and whether it should go on."""

    def __init__(self, taken: Claim, errand: Errand, stop: threading.Event, claimed_until: datetime) -> None:
        self.taken = taken
        self.errand = errand
        self.claimed_until = claimed_until
        self._stop = stop
        self._is_lost = False

    def should_stop(self) -> bool:
        """Whether the worker ends, or the claim is gone: another worker may be doing the job already."""
        return self._stop.is_set() or self._is_lost or timezone.now() >= self.claimed_until

    def beat(self, lease: timedelta) -> None:
        """Extend the claim; a claim that another worker has taken over is lost for good."""
        now = timezone.now()
        if claims.extend(self.taken, now, lease=lease):
            self.claimed_until = now + lease
        else:
            self._is_lost = True
            logger.warning("job %s was taken over by another worker", self.taken.name)

    def do(self) -> None:
        """Do the job and record what came of it."""
        name, began = self.taken.name, time.monotonic()
        try:
            result = self.errand.do(self.should_stop)
        except BusyError as error:
            claims.put_off(self.taken, timezone.now(), error.retry_after, str(error))
            logger.info("job %s waits: %s", name, error)
        except SourceError as error:
            claims.fail(self.taken, timezone.now(), str(error))
            logger.warning("job %s failed: %s", name, error)
        except Exception as error:
            logger.exception("job %s failed", name)
            claims.fail(self.taken, timezone.now(), f"{type(error).__name__}: {error}")
        else:
            if result is None:
                claims.release(self.taken)
                logger.info("job %s is interrupted and goes on later", name)
            else:
                claims.succeed(self.taken, timezone.now(), result)
                logger.info("job %s is done in %.1f s: %s", name, time.monotonic() - began, result)


class Crew:
    """Takes jobs that are due and does them."""

    def __init__(
        self, errands: Sequence[Errand], stop: threading.Event, *, lease: timedelta = LEASE, name: str = ""
    ) -> None:
        self._errands = {errand.name: errand for errand in errands}
        self._prompt = frozenset(errand.name for errand in errands if errand.is_prompt)
        self._name = name
        self._stop = stop
        self._lease = lease
        self._runs: list[Run] = []
        self._threads: list[threading.Thread] = []
        self._is_over = threading.Event()
        self._heart: threading.Thread | None = None

    def sync(self) -> None:
        """Bring the rows of jobs in line with the settings."""
        sync(list(self._errands.values()), timezone.now())

    def start_due(self) -> None:
        """Start what is due, each job in a thread, as long as there is room; for prompt ones there always is."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while not self._stop.is_set() and (run := self._take(self._startable())) is not None:
            thread = threading.Thread(target=self._do_in_thread, args=(run,), name=run.taken.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def do_due(self) -> int:
        """Do what is due, one job after the other, each at most once; returns how many."""
        done: set[int] = set()
        while not self._stop.is_set() and (run := self._take(self._errands, frozenset(done))) is not None:
            done.add(run.taken.job)
            self._do(run)
        self._is_over.set()
        return len(done)

    def finish(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait until the jobs under way have ended; those that do not are taken over when their lease is."""
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._is_over.set()

    def _startable(self) -> Collection[str]:
        under_way = sum(thread.name not in self._prompt for thread in self._threads)
        return self._errands if under_way < JOBS_AT_ONCE else self._prompt

    def _take(self, names: Collection[str], without: frozenset[int] = frozenset()) -> Run | None:
        if not names:
            return None
        now = timezone.now()
        taken = claims.claim_next(now, names=names, without=without, lease=self._lease, by=self._name)
        if taken is None:
            return None
        run = Run(taken, self._errands[taken.name], self._stop, now + self._lease)
        self._runs.append(run)
        if self._heart is None:
            self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
            self._heart.start()
        return run

    def _do(self, run: Run) -> None:
        try:
            run.do()
        finally:
            self._runs.remove(run)

    def _do_in_thread(self, run: Run) -> None:
        try:
            self._do(run)
        except DatabaseError:
            logger.exception("what came of job %s could not be recorded", run.taken.name)
        finally:
            connection.close()

    def _beat(self) -> None:
        while not self._is_over.wait(self._lease.total_seconds() / BEATS_IN_A_LEASE):
            for run in tuple(self._runs):
                try:
                    run.beat(self._lease)
                except DatabaseError as error:
                    logger.warning("the claim of job %s could not be extended: %s", run.taken.name, error)
            connection.close()
