"""The rows of the page of deliveries, and of where a mail provider tells of letters (nowhere, without a provider)."""

from __future__ import annotations

from tests.access.table import ADMINS_DO, ADMINS_READ, Row, row

ROWS: list[Row] = [
    row("web:deliveries", "/deliveries", GET=ADMINS_READ),
    row("web:deliveries_sending", "/deliveries/sending", {"do": "resume"}, POST=ADMINS_DO),
    row("web:deliveries_doubts", "/deliveries/doubts", {"key": "none", "do": "give up"}, POST=ADMINS_DO),
    row("web:deliveries_address", "/deliveries/address", {"address": "reader@example.org"}, POST=ADMINS_READ),
    row("web:deliveries_suppress", "/deliveries/suppress", {"addresses": "gone@example.org"}, POST=ADMINS_DO),
    row("web:mail_events", "/mail/events/postmark", POST="404"),
]
