"""Properties of arXiv's readers: whatever a field says comes out of every format as it was, but for its blanks."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.sources.arxiv.api import read_api
from broadsheet.sources.arxiv.feed import read_feed
from broadsheet.sources.arxiv.listing import batches_of, read_listing
from broadsheet.sources.arxiv.oai import read_oai
from broadsheet.sources.arxiv.paper import unwrapped
from broadsheet.sources.record import PaperRecord, SourceError
from tests.sources.arxiv.answers import oai, raw, split
from tests.sources.arxiv.test_feeds_are_read import item, rss
from tests.sources.arxiv.test_listings_are_read import HEADING, entry, page, section
from tests.sources.arxiv.test_the_query_api_is_read import entry as api_entry
from tests.sources.arxiv.test_the_query_api_is_read import feed as api_feed

# What XML may hold. Line ends of other kinds are read as plain ones, and no blank is more than a blank.
letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])
texts = st.text(letters | st.just("\n"), min_size=1, max_size=60).filter(str.strip)


def paper(records: tuple[object, ...]) -> PaperRecord:
    (record,) = records
    assert isinstance(record, PaperRecord)
    return record


@given(texts, texts)
def test_titles_and_abstracts_come_out_of_every_format(title: str, abstract: str) -> None:
    found = [
        paper(read_oai(oai(raw(title=title, abstract=abstract)), "x").records),
        paper(read_oai(oai(split(title=title, abstract=abstract)), "x").records),
        paper(read_api(api_feed(api_entry(title=title, summary=abstract)), "x").records),
    ]
    assert [one.title for one in found] == [" ".join(title.split())] * 3
    assert ["".join(one.abstract.split()) for one in found] == ["".join(abstract.split())] * 3


@given(texts.filter(lambda text: not text.lower().lstrip().startswith("abstract")))
def test_abstracts_come_out_of_a_feed(abstract: str) -> None:
    (found,) = read_feed(rss(item(abstract=abstract)), "x").entries
    assert "".join(found.paper.abstract.split()) == "".join(abstract.split())


@given(st.text(st.sampled_from("ab \n"), max_size=40))
def test_text_without_line_breaks_is_left_alone(text: str) -> None:
    once = unwrapped(text)
    assert "".join(once.split()) == "".join(text.split())
    if "\n" not in once:
        assert unwrapped(once) == once


numbers = st.lists(st.integers(1, 99999), unique=True, max_size=12)


@given(numbers, numbers)
def test_every_id_of_a_listing_comes_out_once(new: list[int], replaced: list[int]) -> None:
    first = [f"2608.{number:05d}" for number in new]
    second = [f"2607.{number:05d}" for number in replaced]
    parts = [
        section(title, f"showing {len(some)} of {len(some)} entries", *map(entry, some))
        for title, some in (("New submissions", first), ("Replacement submissions", second))
    ]
    (batch,) = batches_of([read_listing(page(HEADING, *parts), "x")], "cs.CL")
    assert (batch.refs.get("new", ()), batch.refs.get("replace", ())) == (tuple(first), tuple(second))
    assert batch.is_complete


@given(st.binary(max_size=400))
@example(b"<![\x00")
@example(b"<!")
@example(b"<![CDATA[<dt><a href='/abs/2608.00001'>]]>")
def test_no_bytes_do_anything_but_be_refused(content: bytes) -> None:
    for read in (read_oai, read_api, read_feed, read_listing):
        with pytest.raises(SourceError, match=r"^x"):
            read(content, "x")


@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_listing_with_a_wrong_byte_is_read_or_refused(place: int, byte: int) -> None:
    content = bytearray(page(HEADING, section("New submissions", "showing 1 of 1 entries", entry("2608.00001"))))
    content[place % len(content)] = byte
    with suppress(SourceError):
        batches_of([read_listing(bytes(content), "x")], "cs.CL")
