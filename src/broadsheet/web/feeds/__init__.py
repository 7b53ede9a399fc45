"""Every list, what people say, and what one person follows, as RSS 2.0, Atom 1.0 and JSON Feed 1.1."""

from __future__ import annotations

from broadsheet.web.feeds.answering import answered, feed_of
from broadsheet.web.feeds.query import MOST_ENTRIES, feed, page_of, title_of

__all__ = ["MOST_ENTRIES", "answered", "feed", "feed_of", "page_of", "title_of"]
