"""Each fault that damaged files have shown, by the smallest file that showed it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from broadsheet.sources.bibliography import BibliographyError, read_bibliography
from broadsheet.sources.feeds import read_feed
from broadsheet.sources.files import read_file
from broadsheet.sources.record import SourceError
from tests.sources.files.samples import SAMPLES


def test_a_day_that_cannot_be_read_is_no_warning() -> None:
    content = b'<rss version="2.0"><channel><item><title>Kites</title><pubDate>soon</pubDate></item></channel></rss>'
    assert [record.published_on for record in read_feed(content, "feed")] == [None]


def test_a_reference_to_half_a_pair_in_a_broken_feed_is_no_crash() -> None:
    content = (
        b'<rss version="2.0"><channel><title>A</title><item><title>&#xD800;</title></broken></item></channel></rss>'
    )
    with pytest.raises(SourceError, match="not a feed that can be read"):
        list(read_feed(content, "feed"))


LONG = 200_000
SLOW = {
    "[" * LONG: "deep",
    "\n" * LONG + "x": "blank lines",
    "TY  - JOUR" + "a" * LONG: "one long line",
    "<html>" + "<article>" * (LONG // 9): "cards without an end",
    "<html><article><h3>" + "<b>" * (LONG // 3) + "</article>": "a heading of tags",
    "<html>" + '<article><h3><a href="/papers/' * (LONG // 30): "links without an end",
    '<html><article><h3><a href="/papers/2501.00001">A</a></h3>' + "<p>" * (LONG // 3): "open paragraphs",
    '<html><article><h3><a href="/papers/2501.00001">A</a></h3>' + '<link rel="canonical" ' * (LONG // 22): "open tags",
}


@pytest.mark.parametrize("text", SLOW, ids=SLOW.values())
@pytest.mark.timeout(20)
def test_what_grows_without_an_end_is_read_in_no_time(tmp_path, text) -> None:
    path = tmp_path / "hostile.data"
    path.write_text(text, "utf-8")
    with suppress(SourceError):
        list(read_file(path).records)


@pytest.mark.timeout(20)
def test_blank_lines_of_what_is_pasted_are_read_in_no_time() -> None:
    with pytest.raises(BibliographyError):
        read_bibliography("\n" * 400_000)


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE bomb [<!ENTITY e0 "boom">{ENTITIES}]>'
XML = ("zotero-rdf", "arxiv-oai", "arxiv-api", "arxiv-feed", "feed", "pubmed")


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.format in XML], ids=lambda one: one.format)
@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.timeout(20)
def test_entities_are_never_expanded(tmp_path, sample, is_told) -> None:
    text = re.sub(r"<!DOCTYPE[^>]*>\s*", "", sample.content.decode()).replace("Kites", "&e11;")
    head, mark, rest = text.partition("?>")
    path = tmp_path / "bomb.xml"
    path.write_text(f"{head}{mark}{BOMB}{rest}", "utf-8")
    found = []
    with suppress(SourceError):
        found = list(read_file(path, format=sample.format if is_told else None).records)
    assert "boom" not in repr(found)
