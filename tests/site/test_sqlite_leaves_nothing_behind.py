"""A transaction that cannot begin, since the database is locked, leaves nothing that another thread would free."""

from __future__ import annotations

import gc
from pathlib import Path
from sqlite3 import ProgrammingError

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.utils import ConnectionHandler

from broadsheet.site import sqlite

pytestmark = pytest.mark.django_db


def test_a_begin_that_fails_closes_its_cursor(tmp_path: Path) -> None:
    one, other = _connection(tmp_path), _connection(tmp_path)
    with one.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked") as refused:
        other.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    # The traceback still holds it, as a traceback that waits for the garbage collector does.
    held = [thing for thing in gc.get_objects() if type(thing) is SQLiteCursorWrapper]
    mine = [thing for thing in held if thing.connection is other.connection]
    assert mine, refused
    for left in mine:
        with pytest.raises(ProgrammingError, match="closed"):
            left.fetchall()
    one.close()
    other.close()


def _connection(folder: Path) -> BaseDatabaseWrapper:
    options = sqlite.OPTIONS | {"timeout": 0, "init_command": "PRAGMA journal_mode=WAL"}
    told = {"ENGINE": sqlite.ENGINE, "NAME": str(folder / "some.sqlite3"), "OPTIONS": options}
    return ConnectionHandler({"default": told})["default"]
