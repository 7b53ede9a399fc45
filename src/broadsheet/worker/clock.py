"""The loop that does what is due. Each round looks, does, records, sleeps; a signal ends it between two rounds."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from broadsheet.catalogue.models import ChangedPaper
from broadsheet.search.maintenance import update_index

logger = logging.getLogger(__name__)


def run_worker(*, every: float, is_once: bool) -> None:
    """Do what is due every ``every`` seconds until SIGTERM or SIGINT; with ``is_once``, one round."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    if not is_once:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    while True:
        do_what_is_due()
        if is_once or stop.wait(every):
            return


def do_what_is_due() -> int:
    """One round; returns how many papers were indexed."""
    if not ChangedPaper.objects.exists():
        return 0
    count = update_index()
    logger.info("%d papers indexed", count)
    return count
