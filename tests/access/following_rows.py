"""The rows of what follows a question: saved searches, their feeds and webhooks, on pages and by the API."""

from __future__ import annotations

from tests.access.table import (
    API_MEMBERS_MAKE,
    API_MEMBERS_READ,
    INSIDERS_READ,
    MEMBERS_DO,
    MEMBERS_READ,
    OWNER_DOES,
    OWNER_OPENS,
    Row,
    row,
)

OWNER_DOES_EVEN_SUSPENDED = "302 302 404 404 404 404 404 302 302"
OWNER_IS_SHOWN = "302 200 404 404 404 404 403 302 302"
# The instance of the table sends no mail.
NO_MAIL = "302 400 404 404 404 404 403 302 302"
API_OWNER_READS = "401 200 404 404 404 404 404 200 200"
API_OWNER_DOES = "401 200 404 404 404 404 403 403 200"
API_OWNER_ENDS = "401 204 404 404 404 404 403 403 204"
# A public address, so that nobody's name has to be looked up; nothing is sent there.
WEBHOOK = {"format": "json", "url": "https://93.184.216.34/hook", "often": "weekly", "at": "08:00"}
KEPT = {"question": "q=words", "way": "keep", "name": "Words"}
DIGEST = {"name": "Evening", "sections": [{"query": "last=day&sort=trending"}], "time": "19:00"}

ROWS: list[Row] = [
    row("web:follow_search", "/search/follow?q=words", KEPT, GET="200", POST=MEMBERS_DO),
    row("web:searches", "/searches", GET=MEMBERS_READ),
    row("web:saved_search", "/searches/{search}", GET=INSIDERS_READ),
    row(
        "web:saved_search_edit",
        "/searches/{search}/edit",
        {"name": "Pages", "question": "q=pages"},
        GET=OWNER_OPENS,
        POST=OWNER_DOES,
    ),
    row("web:saved_search_delete", "/searches/{search}/delete", GET=OWNER_OPENS, POST=OWNER_DOES),
    row("web:saved_search_feeds", "/searches/{search}/feeds", POST=OWNER_DOES),
    row("web:saved_search_mail", "/searches/{search}/mail", {"mail-often": "daily"}, POST=NO_MAIL),
    row("web:saved_search_webhook", "/searches/{search}/webhooks", WEBHOOK, POST=OWNER_IS_SHOWN),
    row(
        "web:webhook",
        "/webhooks/{webhook}",
        {"format": "json", "often": "weekly", "at": "08:00"},
        GET=INSIDERS_READ,
        POST=OWNER_DOES_EVEN_SUSPENDED,
    ),
    row("web:webhook_act", "/webhooks/{webhook}/act", {"do": "off"}, POST=OWNER_DOES_EVEN_SUSPENDED),
    row("web:search_feed", "/feeds/search/{search_secret}.atom", GET="200"),
    row("api:saved_searches", "/api/v1/searches", {"query": "q=words"}, GET=API_MEMBERS_READ, POST=API_MEMBERS_MAKE),
    row("api:search_preview", "/api/v1/searches/preview?q=words", GET="200"),
    row(
        "api:saved_search",
        "/api/v1/searches/{search}",
        {"name": "Renamed"},
        GET=API_OWNER_READS,
        PATCH=API_OWNER_DOES,
        DELETE=API_OWNER_ENDS,
    ),
    row("api:saved_search_feeds", "/api/v1/searches/{search}/feeds", POST=API_OWNER_DOES),
    row("api:saved_search_papers", "/api/v1/searches/{search}/papers", GET=API_OWNER_READS),
    row("api:subscriptions", "/api/v1/subscriptions", DIGEST, GET=API_MEMBERS_READ, POST=API_MEMBERS_MAKE),
    row(
        "api:subscription",
        "/api/v1/subscriptions/{digest}",
        {"time": "19:00"},
        GET=API_OWNER_READS,
        PATCH=API_OWNER_DOES,
        DELETE=API_OWNER_ENDS,
    ),
    row("api:subscription_test", "/api/v1/subscriptions/{webhook}/test", POST=API_OWNER_DOES),
    row("api:subscription_secret", "/api/v1/subscriptions/{webhook}/secret", POST=API_OWNER_DOES),
    row("api:subscription_deliveries", "/api/v1/subscriptions/{webhook}/deliveries", GET=API_OWNER_READS),
]
