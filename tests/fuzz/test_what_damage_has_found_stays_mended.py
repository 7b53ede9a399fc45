"""Each fault that damaged files have shown, by the smallest file that showed it."""

from __future__ import annotations

import pytest

from broadsheet.sources.feeds import read_feed
from broadsheet.sources.record import SourceError


def test_a_day_that_cannot_be_read_is_no_warning() -> None:
    content = b'<rss version="2.0"><channel><item><title>Kites</title><pubDate>soon</pubDate></item></channel></rss>'
    assert [record.published_on for record in read_feed(content, "feed")] == [None]


def test_a_reference_to_half_a_pair_in_a_broken_feed_is_no_crash() -> None:
    content = (
        b'<rss version="2.0"><channel><title>A</title><item><title>&#xD800;</title></broken></item></channel></rss>'
    )
    with pytest.raises(SourceError, match="not a feed that can be read"):
        list(read_feed(content, "feed"))
