"""SQLite as Broadsheet uses it: the newest library that is installed, write-ahead log, waiting instead of failing."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

ENGINE = "broadsheet.site.sqlite_engine"
# IMMEDIATE takes the write lock when a transaction begins, so two writers wait for each other instead of failing
# half-way; NORMAL is durable against a crash of the process, and WAL against corruption on power loss.
OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
}


def use_newest() -> None:
    """Put ``pysqlite3`` in the place of the standard module where its wheel is installed.

    It carries an SQLite without the WAL-reset race of versions up to 3.51.2. Must run before Django opens a database.
    """
    if "django.db.backends.sqlite3.base" in sys.modules:
        return
    try:
        newest = importlib.import_module("pysqlite3")
    except ImportError:
        return
    sys.modules["sqlite3"] = newest
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")


def database(path: Path) -> dict[str, Any]:
    """The Django database entry for a file."""
    return {"ENGINE": ENGINE, "NAME": str(path)}
