"""Who asks again is told in few bytes that nothing changed, by tag and by time, and of every change."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.web.feeds import papers as feeds_of_papers
from broadsheet.web.feeds.answering import Changes
from tests.builders import WEDNESDAY, many, record, take
from tests.web.feeds.strict import KINDS
from tests.web.reading import Reader

ADDRESSES = ("/feed.{}?month=2025-10", "/feed.{}?sort=trending", "/comments/feed.{}")


@pytest.fixture
def filled(reader: Reader) -> Reader:
    take(*many(6, on=date(2025, 10, 13), days=3))
    return reader


def test_a_known_tag_or_time_is_answered_with_304(filled: Reader) -> None:
    for address in [one.format(kind) for one in ADDRESSES for kind in KINDS] + ["/feeds/public.opml"]:
        first = filled.get(address)
        assert first["Cache-Control"] == "no-cache"
        for known in ({"if-none-match": first["ETag"]}, {"if-modified-since": first["Last-Modified"]}):
            again = filled.get(address, 304, **known)
            assert again.content == b""
            assert again["ETag"] == first["ETag"]
            assert again["Cache-Control"] == "no-cache"


def test_head_says_what_get_would(filled: Reader) -> None:
    for kind in KINDS:
        address = f"/feed.{kind}?sort=newest"
        get, head = filled.get(address), filled.client.head(address)
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", get["ETag"])
        assert head["Content-Length"] == str(len(get.content))
        assert filled.client.head(address, headers={"if-none-match": get["ETag"]}).status_code == 304


def test_nothing_is_written_for_who_has_it_already(filled: Reader) -> None:
    tag = filled.get("/feed.atom?sort=newest")["ETag"]
    with patch.object(feeds_of_papers, "entries_of", side_effect=AssertionError("an entry was written")):
        filled.get("/feed.atom?sort=newest", 304, **{"if-none-match": tag})


def test_every_change_is_a_new_tag_and_a_later_time(filled: Reader) -> None:
    def changed(**fields: object) -> None:
        Paper.objects.filter(title__contains="Part 0:").update(**fields)

    changes: list[Any] = [
        lambda: take(record("One more", on=WEDNESDAY)),
        lambda: changed(title="Part 0: renamed"),
        lambda: changed(abstract="Written anew."),
        lambda: changed(code_url="https://github.com/example/other"),
        lambda: changed(is_hidden=True),
    ]
    address = "/feed.rss?sort=newest"
    before = filled.get(address)
    for change in changes:
        change()
        after = filled.get(address, 200, **{"if-modified-since": before["Last-Modified"]})
        assert filled.get(address, 200, **{"if-none-match": before["ETag"]})["ETag"] == after["ETag"]
        assert after["ETag"] != before["ETag"]
        assert after["Last-Modified"] != before["Last-Modified"]
        before = after


def test_votes_change_json_alone(filled: Reader) -> None:
    tags = {kind: filled.get(f"/feed.{kind}?sort=newest")["ETag"] for kind in KINDS}
    Paper.objects.update(votes_here_count=3)
    after = {kind: filled.get(f"/feed.{kind}?sort=newest")["ETag"] for kind in KINDS}
    assert {kind for kind in KINDS if tags[kind] != after[kind]} == {"json"}


def test_times_never_stand_still_over_a_change_and_few_feeds_are_remembered() -> None:
    changes = Changes(most=2)
    assert changes.since("a", "1", now=100) == 100
    assert changes.since("a", "1", now=200) == 100
    assert changes.since("a", "2", now=100) == 101
    assert changes.since("a", "3", now=100) == 102
    changes.since("b", "1", now=300)
    changes.since("c", "1", now=300)
    assert changes.since("a", "3", now=400) == 400
