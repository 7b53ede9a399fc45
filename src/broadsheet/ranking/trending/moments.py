"""Times as days since ``formula.EPOCH``, told by the database: a hundred thousand of them are figures at once."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FloatField, Func
from django.db.models.sql.compiler import SQLCompiler

from broadsheet.ranking.trending.formula import DAY_SECONDS, EPOCH

JULIAN_OF_1970 = 2_440_587.5
"""The Julian day on which Unix time begins."""
_UNIX_DAYS = EPOCH.timestamp() / DAY_SECONDS


class Days(Func):
    """A time, or the beginning of a day (UTC), as days since ``EPOCH``; null stays null."""

    output_field = FloatField()
    template = f"(EXTRACT(EPOCH FROM %(expressions)s)::double precision / {DAY_SECONDS} - {_UNIX_DAYS})"
    arity = 1

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """SQLite has texts for times, and Julian days of these."""
        template = f"(JULIANDAY(%(expressions)s) - {JULIAN_OF_1970 + _UNIX_DAYS})"
        sql, params = self.as_sql(compiler, connection, template=template, **more)
        return sql, tuple(params)
