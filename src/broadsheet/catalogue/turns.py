"""Whose turn it is to write, where a database has one writer at a time (SQLite).

SQLite lets nobody queue: who finds it taken looks again after ever longer pauses, up to a tenth of a second, and a
writer that goes on at once after a commit takes the next turn before anybody has looked. So whoever has a person
waiting looks again every few milliseconds and leaves a mark in the home folder, and whoever writes much gives way
between two transactions while there is a fresh mark. PostgreSQL needs neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction

# Longer than several looks of somebody who waits.
GIVEN_WAY_SECONDS = 0.02
LOOKED_EVERY_SECONDS = 0.003
MARK_HOLDS_SECONDS = 1.0
"""After somebody had to wait, others are expected for so long."""


def give_way() -> None:
    """Let others write who wait, between two transactions of a writer that has many."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with suppress(FileNotFoundError):
        if time.time() - _mark().stat().st_mtime < MARK_HOLDS_SECONDS:
            time.sleep(GIVEN_WAY_SECONDS)


def _mark() -> Path:
    return Path(settings.HOME) / "writer-waits"


@contextmanager
def soon() -> Iterator[None]:
    """A transaction that begins as soon as the writer before it has ended; for what a person waits for.

    Raises ``OperationalError`` where the database stays locked for as long as its ``timeout`` allows.
    """
    with ExitStack() as stack:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            _begin(stack)
        else:
            stack.enter_context(transaction.atomic())
        yield


def _begin(stack: ExitStack) -> None:
    patience = float(connection.settings_dict.get("OPTIONS", {}).get("timeout", 5))
    until, is_marked = time.monotonic() + patience, False
    _wait_in_sqlite(0)
    try:
        while True:
            try:
                stack.enter_context(transaction.atomic())
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= until:
                    raise
                if not is_marked:
                    _mark().touch()
                    is_marked = True
                time.sleep(LOOKED_EVERY_SECONDS)
            else:
                return
    finally:
        _wait_in_sqlite(patience)


def _wait_in_sqlite(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
