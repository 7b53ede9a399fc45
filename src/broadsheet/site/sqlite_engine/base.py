"""Django's SQLite engine with a BEGIN that leaves nothing behind where it fails.

Django 5.2 runs BEGIN by a cursor that it never closes. Where the database is locked, the traceback keeps that cursor,
and as it refers to itself, only the garbage collector of whatever thread comes by frees it; and to free it SQLite takes
the mutex of its connection. If that connection waits for the write lock by then, and the thread that comes by is the
one that holds it, each waits for the other, with all of Python held up, until the ``timeout`` is over.
"""

from __future__ import annotations

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    transaction_mode: str | None

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"BEGIN {self.transaction_mode or ''}")
