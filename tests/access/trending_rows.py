"""The rows of what is trending, why, and how it is weighed."""

from __future__ import annotations

from tests.access.table import ADMINS_DO, ADMINS_READ, Row, row

ROWS: list[Row] = [
    row("web:trending", "/trending", GET="200"),
    row("web:why", "/papers/{paper}/why", GET="200"),
    row("web:trending_weights", "/trending/weights", {"do": "save", "saves": "2"}, GET=ADMINS_READ, POST=ADMINS_DO),
]
