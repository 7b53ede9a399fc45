"""The rows of all addresses but those of Django's admin, which is for admins as a whole."""

from __future__ import annotations

from tests.access import (
    api_rows,
    calibration_rows,
    deliveries_rows,
    feeds_rows,
    following_rows,
    foryou_rows,
    letters_rows,
    library_rows,
    packages_rows,
    recommending_rows,
    subscribing_rows,
    topics_rows,
    trending_rows,
    web_rows,
)
from tests.access.table import Row

UNTABLED = ("admin:",)
ROWS: list[Row] = [
    *api_rows.ROWS,
    *calibration_rows.ROWS,
    *deliveries_rows.ROWS,
    *feeds_rows.ROWS,
    *following_rows.ROWS,
    *web_rows.ROWS,
    *letters_rows.ROWS,
    *library_rows.ROWS,
    *foryou_rows.ROWS,
    *recommending_rows.ROWS,
    *subscribing_rows.ROWS,
    *topics_rows.ROWS,
    *trending_rows.ROWS,
    *packages_rows.ROWS,
]
