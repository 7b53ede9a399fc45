"""Questions to the database that are put into words once: that takes longer than answering them.

A question is made with stand-ins where its values go. Its words are kept, and asking it puts the values in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import DateTimeField, QuerySet, Value

# Numbers that no row has and moments at which nothing happened, which every database takes for values.
_NUMBER, _MOMENT = -2_000_000_011, datetime(1901, 2, 3, 4, 5, 6, tzinfo=UTC)


class Question:
    """A question that ``made`` makes of its values: whole numbers and moments, always of the same kinds.

    The values go nowhere but into conditions. ``moments`` are the columns of the answer that are moments.
    """

    def __init__(self, made: Callable[..., QuerySet[Any, Any]], *, moments: Iterable[int] = ()) -> None:
        self._made = made
        self._moments = frozenset(moments)
        self._words: dict[tuple[object, ...], tuple[str, tuple[Any, ...]]] = {}

    def rows(self, *values: int | datetime) -> list[tuple[Any, ...]]:
        """The rows of the answer."""
        connection = connections["default"]
        stand_ins = [_stand_in(place, value) for place, value in enumerate(values)]
        kinds = connection.vendor, *map(type, values)
        if kinds not in self._words:
            self._words[kinds] = self._made(*stand_ins).query.sql_with_params()
        words, given = self._words[kinds]
        adapt = connection.ops.adapt_datetimefield_value
        named = {
            (adapt(one) if isinstance(one, datetime) else one): (adapt(value) if isinstance(value, datetime) else value)
            for one, value in zip(stand_ins, values, strict=True)
        }
        with connection.cursor() as cursor:
            cursor.execute(words, [named.get(one, one) for one in given])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        convert = connection.ops.get_db_converters(Value(None, output_field=DateTimeField()))
        if not (self._moments and convert):
            return rows
        return [
            tuple(_moment(one, convert, connection) if at in self._moments else one for at, one in enumerate(row))
            for row in rows
        ]


def _stand_in(place: int, value: int | datetime) -> int | datetime:
    return _MOMENT + timedelta(seconds=place) if isinstance(value, datetime) else _NUMBER - place


def _moment(value: Any, convert: Iterable[Callable[..., Any]], connection: Any) -> Any:
    for one in convert:
        value = one(value, None, connection)
    return value
