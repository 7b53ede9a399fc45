"""Many rows of one table at once, without an object or an expression for each.

Django's ``bulk_create`` spends more on building objects and SQL than the database on storing them. This sends one
prepared statement with all rows (``executemany``), inside the transaction that the caller has opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models

Row = tuple[Any, ...]


class Written(str):
    """A value of a JSON column that has been written as JSON already."""

    __slots__ = ()


def insert(model: type[models.Model], names: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Insert rows that hold the named fields in order; fields that are not named must be null or have no column.

    A foreign key is named by its attribute (``paper_id``). Raises ``IntegrityError`` as ``bulk_create`` does.
    """
    rows = list(rows)
    if not rows:
        return
    about = model._meta  # noqa: SLF001  (the documented way to a model's fields)
    known = {field.attname: field for field in about.concrete_fields}
    fields = [known[name] for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    # Names of tables and columns are the program's own; values go as parameters.
    statement = f"INSERT INTO {quote(about.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, _adapted(fields, rows))


def update(model: type[models.Model], names: tuple[str, ...], rows: Iterable[tuple[int, Row]]) -> None:
    """Set the named fields of rows, each given by its id and its values in order.

    ``bulk_update`` would write one statement with a case for every value of every row, which takes longer to put
    together than to carry out.
    """
    rows = list(rows)
    if not rows:
        return
    about = model._meta  # noqa: SLF001  (the documented way to a model's fields)
    fields = [about.get_field(name) for name in names]
    quote = connection.ops.quote_name
    settings = ", ".join(f"{quote(str(getattr(field, 'column', '')))} = %s" for field in fields)
    statement = f"UPDATE {quote(about.db_table)} SET {settings} WHERE {quote('id')} = %s"  # noqa: S608  (as above)
    values = _adapted(fields, [row for _, row in rows])
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(*row, pk) for row, (pk, _) in zip(values, rows, strict=True)])


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Row ids that no other row has or will get, in rising order; for rows that the caller inserts at once.

    Must be called inside a transaction that keeps other writers out, since on SQLite nothing else holds the ids back.
    """
    table = model._meta.db_table  # noqa: SLF001  (documented)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [f'"{table}"', count]
            )
            return sorted(number for (number,) in cursor.fetchall())
        # AUTOINCREMENT keeps the highest id ever used, also of rows that are gone, and follows ids that are given.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        newest = cursor.fetchone()
    first = (newest[0] if newest else 0) + 1
    return list(range(first, first + count))


def _adapted(fields: list[Any], rows: list[Row]) -> list[Row]:
    """The rows with dates, moments and JSON in the form in which the database takes them."""
    adapters = [(place, adapter) for place, field in enumerate(fields) if (adapter := _adapter(field)) is not None]
    if not adapters:
        return rows
    adapted = []
    for row in rows:
        values = list(row)
        for place, adapter in adapters:
            values[place] = adapter(values[place])
        adapted.append(tuple(values))
    return adapted


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        # None is the database's NULL, as Django stores it, and not JSON's.
        if connection.vendor == "sqlite":
            return lambda value: (
                None if value is None else str(value) if isinstance(value, Written) else json.dumps(value)
            )
        return lambda value: field.get_db_prep_save(
            json.loads(value) if isinstance(value, Written) else value, connection
        )
    if isinstance(field, models.DateField):
        # Rows of one batch have few different days, and one moment of arrival.
        seen: dict[Any, Any] = {}

        def adapt(value: Any) -> Any:
            if value not in seen:
                seen[value] = field.get_db_prep_save(value, connection)
            return seen[value]

        return adapt
    return None
