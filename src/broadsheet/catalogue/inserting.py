"""Many rows of one table at once, without an object for each.

Django's ``bulk_create`` spends more on building objects and SQL than the database on storing them. This sends one
prepared statement with all rows (``executemany``), inside the transaction that the caller has opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

# Values of these types reach the database in a form of its own; all others go as they are.
_ADAPTED = (models.DateField, models.JSONField)


def insert(model: type[models.Model], names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows that hold the named fields in order; fields that are not named must be null or have no column.

    A foreign key is named by its attribute (``paper_id``). Raises ``IntegrityError`` as ``bulk_create`` does.
    """
    rows = list(rows)
    if not rows:
        return
    about = model._meta  # noqa: SLF001  (the documented way to a model's fields)
    known = {field.attname: field for field in about.concrete_fields}
    fields = [known[name] for name in names]
    adapted = [(n, field) for n, field in enumerate(fields) if isinstance(field, _ADAPTED)]
    if adapted:
        rows = [_adapt(row, adapted) for row in rows]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    # Names of tables and columns are the program's own; values go as parameters.
    statement = f"INSERT INTO {quote(about.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _adapt(row: tuple[Any, ...], adapted: list[tuple[int, Any]]) -> tuple[Any, ...]:
    values = list(row)
    for place, field in adapted:
        values[place] = field.get_db_prep_save(values[place], connection)
    return tuple(values)
