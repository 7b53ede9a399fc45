"""The rows of maps and topics."""

from __future__ import annotations

from tests.access.table import Row, row

ROWS: list[Row] = [
    row("web:map", "/map?q=reading", GET="200"),
    row("web:map", "/map?inside=saved", GET="302 200 200 200 200 200 200 302 302"),
    row("web:map_day", "/map/date/2025-10-15", GET="200"),
    row("web:map_week", "/map/week/2025-W42", GET="200"),
    row("web:map_month", "/map/month/2025-10", GET="200"),
    row("web:topics", "/topics", GET="200"),
]
