"""The rows of recommendations by the API."""

from __future__ import annotations

from tests.access.table import API_MEMBERS_DO, API_MEMBERS_READ, Row, row

ROWS: list[Row] = [
    row("api:for_you", "/api/v1/for-you", GET=API_MEMBERS_READ),
    row("api:for_you_profile", "/api/v1/for-you/profile", {"recency": 0.5}, GET=API_MEMBERS_READ, PATCH=API_MEMBERS_DO),
    row("api:for_you_interest", "/api/v1/for-you/interests/none", DELETE="401 404 404 404 404 404 403 403 404"),
    row(
        "api:dismissal",
        "/api/v1/papers/{third}/dismissal",
        PUT="401 204 204 204 204 204 403 403 204",
        DELETE="401 204 204 204 204 204 403 403 204",
    ),
    row(
        "api:recommendations",
        "/api/v1/recommendations?like={paper}",
        {"text": "{paper}"},
        GET="200",
        POST=API_MEMBERS_READ,
    ),
]
