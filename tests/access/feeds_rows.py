"""The rows of feeds: those of everybody, and those that whoever knows their address reads."""

from __future__ import annotations

from tests.access.table import MEMBERS_READ, Row, row

ANY_MEMBER_DOES = "302 302 302 302 302 302 302 302 302"
NOBODY_KNOWS = "404"
SECRET = "{feed_secret}"

ROWS: list[Row] = [
    row("web:feed", "/feed.atom", GET="200"),
    row("web:feed", "/feed.atom?inside=saved", GET="400 200 200 200 200 200 200 400 400"),
    row("web:feed", "/feed.atom?collection={private}", GET="400 200 400 400 400 400 400 400 400"),
    row("web:feed", "/feed.json?collection={public}", GET="200"),
    row("web:feeds", "/feeds", GET="200"),
    row("web:feed_secret", "/feeds/secret", {"do": "new"}, POST=ANY_MEMBER_DOES),
    row("web:feed_secret", "/feeds/secret", {"do": "close"}, POST=ANY_MEMBER_DOES),
    row("web:my_opml", "/feeds.opml", GET=MEMBERS_READ),
    row("web:public_opml", "/feeds/public.opml", GET="200"),
    row("web:private_opml", f"/feeds/private/{SECRET}.opml", GET="200"),
    row("web:private_opml", f"/feeds/private/{'0' * 40}.opml", GET=NOBODY_KNOWS),
    row("web:private_feed", f"/feeds/private/{SECRET}/for-you.rss", GET="200"),
    row("web:private_feed", f"/feeds/private/{SECRET}/following.atom", GET="200"),
    row("web:private_feed", f"/feeds/private/{SECRET}/saved.json", GET="200"),
    row("web:private_feed", f"/feeds/private/{'0' * 40}/saved.json", GET=NOBODY_KNOWS),
    row("web:private_collection_feed", f"/feeds/private/{SECRET}/collections/{{private}}.atom", GET="200"),
    row("web:private_collection_feed", f"/feeds/private/{'0' * 40}/collections/{{public}}.atom", GET=NOBODY_KNOWS),
    row("web:private_group_feed", f"/feeds/private/{SECRET}/groups/{{group}}.atom", GET="200"),
    row("web:private_group_feed", f"/feeds/private/{'0' * 40}/groups/{{group}}.atom", GET=NOBODY_KNOWS),
    row("web:submissions_feed", "/people/{account}/submissions.atom", GET="200"),
]
