"""The rows of what is recommended, and of what was learnt."""

from __future__ import annotations

from tests.access.table import MEMBERS_OPEN, MEMBERS_READ, Row, row

ABOUT_ONESELF = "302 302 302 302 302 302 302 302 302"

ROWS: list[Row] = [
    # Who told nothing yet is led to the ways to begin.
    row("web:for_you", "/for-you", GET="200 200 302 200 302 302 302 200 200"),
    row("web:for_you_feed", "/for-you/feed.atom", GET=MEMBERS_READ),
    row(
        "web:for_you_start",
        "/for-you/start",
        {"do": "pick", "paper": "{third}"},
        GET=MEMBERS_OPEN,
        POST="302 302 302 302 302 302 403 302 302",
    ),
    row("web:for_you_profile", "/for-you/profile", GET=MEMBERS_READ),
    row("web:for_you_change", "/for-you/profile/change", {"off": "1"}, POST=ABOUT_ONESELF),
    row("web:recommended", "/recommended?like={third}", GET="200"),
    row("web:recommended", "/recommended?collection={private}", GET="400 200 400 400 400 400 400 400 400"),
]
