"""The row of the report of calibration."""

from __future__ import annotations

from tests.access.table import ADMINS_READ, Row, row

ROWS: list[Row] = [row("web:calibration", "/calibration", GET=ADMINS_READ)]
