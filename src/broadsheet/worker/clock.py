"""The loop that does what is due. Each round looks, does, records, sleeps; a signal ends it between two rounds."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.delivery.sending import owners
from broadsheet.search.engines.base import EngineError
from broadsheet.search.extracts import extract_some
from broadsheet.search.maintenance import do_some, maintain
from broadsheet.worker.claims import release_of
from broadsheet.worker.crew import Crew
from broadsheet.worker.jobs import errands

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
# So few changed papers are no reason to go on at once: while people vote there are always a few more, and each step
# makes the index write anew, whether for one paper or for many.
FEW_PAPERS = 50


def run_worker(*, every: float, is_once: bool, beside: int | None = None) -> None:
    """Do what is due every ``every`` seconds until SIGTERM or SIGINT; with ``is_once``, until nothing is due.

    With ``beside``, the number of the process that started it, it ends when that process has. Jobs run in threads
    beside the index, so that new papers never wait for a harvest; with ``is_once`` first all jobs that are due, one
    after the other, and then the index.
    """
    stop = threading.Event()
    with _told_by_signals(stop), owners.alive(settings.HOME / "workers") as name:
        with owners.gone(settings.HOME / "workers") as gone:
            release_of(gone)
        crew = Crew(errands(), stop, name=name)
        crew.sync()
        if is_once:
            crew.do_due()
        upkeep = Upkeep(stop)
        while not stop.is_set() and (beside is None or os.getppid() == beside):
            try:
                is_busy = _do_a_round(crew, upkeep, is_once=is_once)
            except (OperationalError, InterfaceError) as error:
                if is_once:
                    raise
                # Locked for too long, or its server starts anew: both pass.
                logger.warning("the database cannot be used for now: %s", error)
                connection.close()
                stop.wait(PAUSE_SECONDS)
                continue
            if is_busy:
                continue
            if is_once:
                break
            stop.wait(every)
        stop.set()
        crew.finish()


def _do_a_round(crew: Crew, upkeep: Upkeep, *, is_once: bool) -> bool:
    """Start jobs and do one step of what is next; False when nothing, or next to nothing, was left to do."""
    if not is_once:
        crew.start_due()
    count = do_what_is_due()
    if count >= FEW_PAPERS or (count and is_once):
        return True
    if not is_once:
        upkeep.start()
    # Last, and only a step at a time: whatever comes meanwhile goes before it.
    return bool(enrich_some())


@contextmanager
def _told_by_signals(stop: threading.Event) -> Iterator[None]:
    """Within, SIGTERM and SIGINT set ``stop``; a second one does what it usually does."""

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, kept[number])

    kept = {int(number): signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in kept:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def do_what_is_due() -> int:
    """One short step; returns how many papers were indexed or embedded, 0 when nothing is due."""
    try:
        count = do_some()
    except EngineError as error:
        logger.warning("nothing can be indexed for now: %s", error)
        return 0
    if count:
        logger.info("%d papers indexed", count)
    return count


def enrich_some() -> int:
    """One short step for papers that can be found already: keyphrases, then extracts; returns for how many papers."""
    return keyphrase_some() or extract_some()


class Upkeep:
    """Keeps the index fast in a thread of its own, so that new papers never wait for it."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start a round, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            if maintain(self._stop.is_set):
                logger.info("the index was merged")
        except EngineError as error:
            logger.warning("the index cannot be kept fast for now: %s", error)
