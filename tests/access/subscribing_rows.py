"""The rows of subscriptions: a person's own, those of addresses without an account, and ending by a link."""

from __future__ import annotations

from tests.access.table import INSIDERS_READ, MEMBERS_DO, MEMBERS_OPEN, MEMBERS_READ, OWNER_DOES, OWNER_OPENS, Row, row

OWNER_DOES_EVEN_SUSPENDED = "302 302 404 404 404 404 404 302 302"
NOTHING_TO_CONFIRM = "302 403 403 403 403 403 403 302 302"
# The instance of the table sends no mail, so it takes no addresses; members are led to their own form.
NO_ADDRESSES = "404 302 302 302 302 302 302 404 404"
DIGEST = {
    "do": "keep",
    "name": "The morning paper",
    "line": "1",
    "on-1": "on",
    "kind-1": "query",
    "query-1": "last=day&sort=trending",
    "count-1": "10",
    "rhythm": "daily",
    "time": "07:00",
    "zone": "UTC",
    "abstracts": "short",
}

ROWS: list[Row] = [
    row("web:subscriptions", "/subscriptions", GET=MEMBERS_READ),
    row("web:subscription_new", "/subscriptions/new", DIGEST, GET=MEMBERS_OPEN, POST=MEMBERS_DO),
    row("web:subscription", "/subscriptions/{digest}", DIGEST, GET=OWNER_OPENS, POST=OWNER_DOES),
    row("web:subscription_preview", "/subscriptions/{digest}/preview", GET=INSIDERS_READ),
    row("web:subscription_act", "/subscriptions/{digest}/act", {"do": "pause"}, POST=OWNER_DOES_EVEN_SUSPENDED),
    row("web:subscription_end", "/subscriptions/{digest}/end", GET=INSIDERS_READ, POST=OWNER_DOES_EVEN_SUSPENDED),
    row("web:ask_again", "/subscriptions/write-again", POST=NOTHING_TO_CONFIRM),
    row("web:write_again", "/subscriptions/write-again/no-token", GET="403", POST="403"),
    row("web:subscription_by_secret", "/subscriptions/by/{digest_secret}", DIGEST, GET="302", POST="302"),
    row("web:subscription_by_secret", "/subscriptions/by/{address_secret}", DIGEST, GET="200", POST="302"),
    row("web:subscribe", "/subscribe", DIGEST, GET=NO_ADDRESSES, POST=NO_ADDRESSES),
    row("web:confirm_subscription", "/subscribe/no-token", GET="403", POST="403"),
    row("web:unsubscribe", "/unsubscribe/{digest_secret}", {"List-Unsubscribe": "One-Click"}, GET="200", POST="200"),
]
