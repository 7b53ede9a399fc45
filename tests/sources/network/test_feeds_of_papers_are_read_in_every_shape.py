"""RSS and Atom feeds of papers: the shapes in which journals and archives write them, and feeds that are broken."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.sources.door import FetchError
from broadsheet.sources.feeds import Feed, read_feed, split_authors
from broadsheet.sources.protocol import HarvestRequest
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
)
from tests.sources.network import feeds
from tests.sources.network.fake_door import FakeDoor

ADDRESS = "https://jar.example.org/papers/feed.xml"
DOI = IdentifierRecord(scheme="doi", value="10.5555/kites")


def read(feed: str | bytes, **options: str) -> list[PaperRecord | BadRecord]:
    content = feed if isinstance(feed, bytes) else feed.encode()
    return list(read_feed(content, "feed", url=ADDRESS, **options))


def one(feed: str | bytes) -> PaperRecord:
    (record,) = read(feed)
    assert isinstance(record, PaperRecord), record
    return record


def reasons(feed: str | bytes) -> list[str]:
    return [record.reason for record in read(feed) if isinstance(record, BadRecord)]


def people(*names: str) -> tuple[AuthorRecord, ...]:
    return tuple(AuthorRecord(name=name) for name in names)


def test_a_search_saved_at_pubmed() -> None:
    assert one(feeds.PUBMED) == PaperRecord(
        title="Kites in air",
        # Identifiers inside the abstract are those of other papers.
        abstract="BACKGROUND: Kites fly, unlike those of doi 10.5555/other.\n\nRESULTS: p < 0.05.",
        ref="pubmed:123",
        authors=people("Ada Example", "Ben B Example"),
        identifiers=(DOI, IdentifierRecord(scheme="pmid", value="123")),
        links=(LinkRecord(kind="abstract", url="https://pubmed.ncbi.nlm.nih.gov/123/?utm_source=x&ff=2025"),),
        published_on=date(2025, 6, 3),
        where="feed: item 1",
    )


def test_a_server_of_preprints() -> None:
    address = "http://biorxiv.org/cgi/content/short/2025.06.01.000001v1?rss=1"
    assert one(feeds.BIORXIV) == PaperRecord(
        title="Kites of E. coli",
        abstract="They do not fly.",
        ref=address,
        authors=people("A. B. Example", "C. van Example"),
        identifiers=(IdentifierRecord(scheme="doi", value="10.1101/2025.06.01.000001"),),
        links=(LinkRecord(kind="abstract", url=address),),
        published_on=date(2025, 6, 2),
        where="feed: item 1",
    )


def test_a_journal_that_says_above_the_abstract_where_it_appeared() -> None:
    found = one(feeds.JOURNAL)
    assert (found.abstract, found.identifiers) == ("They do not fly.", (DOI,))
    assert found.authors == people("Ada Example", "Ben Example")
    assert (found.published_on, found.journal_ref) == (date(2025, 6, 3), "Journal of Air")


def test_a_publisher_that_has_all_in_the_description() -> None:
    found = one(feeds.PUBLISHER)
    assert (found.abstract, found.identifiers) == ("", ())
    assert found.authors == people("Ada Example", "Ben Example")
    assert (found.published_on, found.journal_ref) == (date(2025, 6, 30), "Journal of Air, Volume 5")


def test_a_society_whose_addresses_hold_the_doi() -> None:
    found = one(feeds.SOCIETY)
    assert (found.abstract, found.identifiers) == ("They do not fly.", (DOI,))
    assert (found.published_on, found.journal_ref) == (date(2025, 6, 3), "Proceedings on Air")


def test_a_journal_with_relative_links_and_another_charset_than_it_states() -> None:
    expected = PaperRecord(
        title="Ünruly kites",
        abstract="They < fly.",
        ref="https://jar.example.org/papers/v5/example25a.html",
        authors=people("Ada Example", "Ben Example"),
        categories=("kites",),
        links=(
            LinkRecord(kind="abstract", url="https://jar.example.org/papers/v5/example25a.html"),
            LinkRecord(kind="pdf", url="https://jar.example.org/papers/v5/example25a.pdf"),
        ),
        published_on=date(2025, 6, 3),
        where="feed: item 1",
    )
    # It states ISO-8859-1: as stated, in UTF-8, and in UTF-8 against what the header says too.
    assert read(feeds.ATOM.encode("latin-1")) == [expected]
    assert read(feeds.ATOM.encode()) == [expected]
    assert read(feeds.ATOM.encode(), charset="iso-8859-1") == [expected]
    assert read(feeds.ATOM.replace("ISO-8859-1", "utf-8").encode("latin-1"))[0] == expected


def test_arxiv_s_own() -> None:
    found = one(feeds.ARXIV)
    assert (found.ref, found.abstract, found.version_number) == ("2501.00001", "They fly.", 3)
    assert found.identifiers == (IdentifierRecord(scheme="arxiv", value="2501.00001"),)
    assert (found.authors, found.categories) == (people("Ada Example", "Ben Example"), ("cs.LG",))
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Example", ["Ada Example"]),
        ("Ada Example, Ben Example and Chi Example", ["Ada Example", "Ben Example", "Chi Example"]),
        ("Ada Example, Ben Example, and Chi Example", ["Ada Example", "Ben Example", "Chi Example"]),
        ("Ada Example & Ben Example", ["Ada Example", "Ben Example"]),
        ("Example, Ada; Example, Ben", ["Ada Example", "Ben Example"]),
        ("Example, A. B., Other, C.-D.", ["A. B. Example", "C.-D. Other"]),
        ("Example, A.", ["A. Example"]),
        ("", []),
        (" ; , ", []),
    ],
)
def test_names_in_one_text_are_told_apart(text: str, names: list[str]) -> None:
    assert split_authors(text) == names


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("link", "https://doi.org/10.5555/kites"),
        ("link", "https://www.example.org/doi/full/10.5555/kites"),
        ("link", "https://www.example.org/doi/10.5555/kites?rss=1"),
        ("link", "https://www.example.org/article/10.5555/kites/meta"),
        ("guid", "10.5555/kites"),
        ("guid", "doi:10.5555/KITES"),
        ("prism:doi", "doi:10.5555/kites"),
        ("dc:identifier", "https://doi.org/10.5555/kites"),
        ("description", "&lt;p&gt;doi: 10.5555/kites&lt;/p&gt;&lt;p&gt;They fly.&lt;/p&gt;"),
    ],
)
def test_identifiers_are_found_where_feeds_put_them(place: str, value: str) -> None:
    assert one(feeds.rss(f"<title>Kites</title><{place}>{value}</{place}>")).identifiers == (DOI,)


def test_a_retracted_paper_is_one_and_a_notice_is_none() -> None:
    assert one(feeds.rss("<title>RETRACTED: Kites</title>")).statements == (StatementRecord(kind="retracted"),)
    notice = BadRecord(where="feed: item 1", reason="a notice about another paper, not a paper")
    assert read(feeds.rss("<title>Correction to: Kites</title>")) == [notice]


def test_an_entry_that_cannot_be_used_does_not_cost_the_others() -> None:
    records = read(feeds.rss("<title>One</title>", "<description>No title</description>", "<title>Three</title>"))
    assert [type(record) for record in records] == [PaperRecord, BadRecord, PaperRecord]
    assert records[1] == BadRecord(where="feed: item 2", reason="the entry has no title")


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_can_be() -> None:
    broken = feeds.rss("<title>One & two</title><description>They <b> fly.</description>", "<title>Three</title>")
    records = read(broken)
    assert [record.title for record in records if isinstance(record, PaperRecord)] == ["One & two", "Three"]
    assert [reason.partition(",")[0] for reason in reasons(broken)] == ["the feed is not well-formed"]


def test_a_feed_that_is_cut_off_gives_what_is_whole() -> None:
    whole = feeds.rss("<title>One</title>", "<title>Two</title><description>They fly, and how.</description>")
    cut = whole[: whole.index(", and how")]
    records = read(cut)
    assert [record.title for record in records if isinstance(record, PaperRecord)] == ["One"]
    assert reasons(cut) == ["the feed is cut off in this entry or behind it"]
    assert records[-1].where == "feed: item 2"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"<catalogue><book/></catalogue>", "feed: not a feed"),
        (b"", "feed: not a feed"),
        (b'{"items": []}', "feed: not a feed"),
        (b'<!DOCTYPE rss [<!ENTITY a "aa">]><rss version="2.0"><channel/></rss>', "declares types or entities"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(content)


def test_a_feed_without_entries_has_no_papers() -> None:
    assert read(feeds.rss()) == []


def test_a_feed_is_harvested_whole_in_one_page() -> None:
    door = FakeDoor({ADDRESS: feeds.rss("<title>One</title><category>Air</category>", "<title>Two</title>", "")})
    source = Feed(ADDRESS)
    assert (source.name, source.slug) == (f"feed:{ADDRESS}", "jar.example.org")
    (page,) = source.harvest(door, HarvestRequest(since=date(2025, 1, 1)), None)
    assert (len(page.records), page.checkpoint) == (3, None)
    (page,) = source.harvest(door, HarvestRequest(categories=("air",)), None)
    # What cannot be read may be of the category.
    assert [getattr(record, "title", "bad") for record in page.records] == ["One", "bad"]
    assert list(source.fetch(door, [])) == []


def test_a_feed_gives_news_once_what_it_gave_is_stored() -> None:
    door = FakeDoor({ADDRESS: feeds.rss("<title>One</title><category>Air</category>")})
    source, everything = Feed(ADDRESS), HarvestRequest()
    pages = source.harvest(door, everything, None)
    next(pages)
    # Whoever reads it died before it was stored, and asks again.
    pages = source.harvest(door, everything, None)
    assert len(next(pages).records) == 1
    assert door.remembered == []
    assert next(pages, None) is None
    assert list(source.harvest(door, everything, None)) == []
    # Some of it was not seen by those who want some only.
    (page,) = source.harvest(door, HarvestRequest(categories=("air",)), None)
    assert len(page.records) == 1
    assert door.conditions == [True, True, True, False]


def test_a_feed_that_is_broken_comes_whole_the_next_time() -> None:
    whole = feeds.rss("<title>One</title>", "<title>Two</title>")
    door = FakeDoor({ADDRESS: whole[:-30]})
    assert len(list(Feed(ADDRESS).harvest(door, HarvestRequest(), None))) == 1
    assert door.remembered == []
    # An entry of which the feed says nothing of use is no reason to have the whole again.
    door = FakeDoor({ADDRESS: feeds.rss("<title>One</title>", "<description>Untitled</description>")})
    assert len(list(Feed(ADDRESS).harvest(door, HarvestRequest(), None))) == 1
    assert len(door.remembered) == 1


def test_a_feed_that_cannot_be_fetched_is_a_fault() -> None:
    with pytest.raises(FetchError):
        list(Feed(ADDRESS).harvest(FakeDoor({}), HarvestRequest(), None))
