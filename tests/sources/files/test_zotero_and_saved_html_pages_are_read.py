"""Libraries that Zotero exported as RDF, and pages of the Daily Papers site that somebody saved as HTML."""

from __future__ import annotations

import html
import json
from datetime import date

import pytest

from broadsheet.sources.record import (
    AuthorRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    SourceError,
)
from tests.sources.files.samples import CARDS_PAGE, DAILY_PAGE, ITEM, ZOTERO
from tests.sources.pages import complaints, papers


def test_an_item_of_zotero_says_everything(read) -> None:
    file = read(ZOTERO, "My Library.rdf")
    assert file.source == "zotero-rdf:my-library"
    kites, owls = papers(file)
    assert kites.authors == (AuthorRecord(name="Hans Müller"), AuthorRecord(name="Kite Works"))
    assert kites.identifiers == (
        IdentifierRecord(scheme="doi", value="10.1000/abc"),
        IdentifierRecord(scheme="arxiv", value="1901.00001"),
    )
    assert (kites.abstract, kites.published_on, kites.keywords) == (
        "We fly kites.",
        date(2019, 2, 3),
        ("kites", "still air"),
    )
    assert kites.journal_ref == "Journal of Kites 5(2), 1-10 (2019)"
    assert kites.links == (LinkRecord(kind="abstract", url="http://arxiv.org/abs/1901.00001"),)
    assert (owls.title, owls.journal_ref, owls.identifiers) == ("Do Owls Count?", "Proceedings of Owls", ())


def test_the_doi_beside_a_journal_that_papers_share_is_nobody_s(read) -> None:
    shared = ZOTERO.replace(
        "<dcterms:isPartOf><bib:Journal><dc:title>Proceedings of Owls</dc:title></bib:Journal></dcterms:isPartOf>",
        '<dcterms:isPartOf rdf:resource="urn:issn:0000-0001"/>',
    )
    kites, owls = papers(read(shared, "library.rdf"))
    assert [name.scheme for name in kites.identifiers] == ["arxiv"]
    assert owls.identifiers == ()
    assert owls.journal_ref.startswith("Journal of Kites 5(2)")


def test_what_is_no_paper_in_a_library_is_passed_over_and_what_is_bad_told(read) -> None:
    text = ZOTERO.replace("<z:itemType>conferencePaper</z:itemType>", "<z:itemType>webpage</z:itemType>")
    assert len(read(text, "library.rdf").records) == 1
    file = read(ZOTERO.replace("<dc:title>Do Owls Count?</dc:title>", ""), "library.rdf")
    assert complaints(file) == ["library.rdf: item 2: the entry has no title"]
    with pytest.raises(SourceError, match=r"library\.rdf:\d+: not well-formed XML"):
        read(ZOTERO[:-20], "library.rdf")
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]>'
    with pytest.raises(SourceError, match="document type declaration or entities"):
        read(ZOTERO.replace("<rdf:RDF", f"{bomb}<rdf:RDF"), "library.rdf", format="zotero-rdf")


def test_the_data_of_a_page_are_read(read) -> None:
    file = read(DAILY_PAGE, "papers.html")
    assert (file.source, file.page.printed_on, file.page.query) == ("huggingface", date(2025, 1, 10), "")
    kites, second = papers(file)
    assert (kites.ref, kites.votes_count, kites.comments_count) == ("2501.00001", 12, 3)
    assert kites.listing == ListingRecord(listed_on=date(2025, 1, 10), rank=1, submitted_by="ann")
    assert (second.ref, second.listing.rank) == ("2501.00002", 2)


def page_with(props: object, target: str = "DailyPapers", quote: str = '"') -> str:
    value = html.escape(json.dumps(props), quote=quote == '"')
    return f"<html><body><div data-target={quote}{target}{quote} data-props={quote}{value}{quote}></div></body></html>"


def test_a_search_and_a_single_paper_are_read_without_a_day(read) -> None:
    search = {"query": "still air", "searchResults": [ITEM]}
    file = read(page_with(search, "PapersSearch", "'"), "search.html", captured_on=date(2025, 2, 1))
    assert (file.page.query, file.page.title, file.page.captured_on) == ("still air", "still air", date(2025, 2, 1))
    assert papers(file)[0].listing is None
    (paper,) = papers(read(page_with(ITEM, "PaperContent"), "paper.html"))
    assert (paper.ref, paper.listing) == ("2501.00001", None)


def test_the_day_of_a_page_is_found_where_it_is(read) -> None:
    props = {"dailyPapers": [ITEM]}
    canonical = '<html><head><link rel="canonical" href="https://huggingface.co/papers/date/2025-03-04"></head>'
    for text, name, options, day in (
        (page_with(props).replace("<html>", canonical), "page.html", {}, date(2025, 3, 4)),
        (page_with(props), "papers-2025-03-05.html", {}, date(2025, 3, 5)),
        (page_with(props), "page.html", {"captured_on": date(2025, 3, 6)}, date(2025, 3, 6)),
    ):
        assert papers(read(text, name, **options))[0].listing.listed_on == day
    assert papers(read(page_with(props), "page.html"))[0].listing is None


def test_cards_are_read_where_the_data_are_lost(read) -> None:
    file = read(CARDS_PAGE, "cards.html")
    kites, owls = papers(file)
    assert (kites.title, kites.ref, kites.votes_count, kites.author_count) == (
        "Kites & Still Air",
        "2501.00001",
        1234,
        12,
    )
    assert kites.organisations == (OrganisationRecord(slug="kite-works", name="kite-works"),)
    assert kites.abstract.startswith("We fly kites in still air and tell")
    assert (owls.title, owls.votes_count, owls.where) == ("Do Owls Count?", None, "cards.html:6")
    assert file.page.query == "still air"


def test_a_card_on_a_day_s_page_joins_it(read) -> None:
    text = CARDS_PAGE.replace("/papers?q=still+air", "/papers/date/2025-03-04")
    assert papers(read(text, "cards.html"))[0].listing == ListingRecord(
        listed_on=date(2025, 3, 4), rank=1, submitted_by="ann"
    )


def test_pages_that_say_nothing_are_refused_and_bad_items_told(read) -> None:
    with pytest.raises(SourceError, match="a page of the Daily Papers site without any papers"):
        read(page_with({"dailyPapers": []}), "page.html")
    with pytest.raises(SourceError, match="of no known format"):
        read("<html><body><article><h3><a href='/models/x'>A model</a></h3></article></body></html>", "page.html")
    file = read(page_with({"dailyPapers": [ITEM, {"paper": {"id": "2501.1", "title": ""}}, "x"]}), "page.html")
    assert complaints(file) == [
        "page.html: item 2: the paper has no title",
        "page.html: item 3: the item is text, and not that of a Python dictionary",
    ]
    bad = CARDS_PAGE.replace("/papers/2501.00001", "/papers/of-no-kind")
    assert complaints(read(bad, "cards.html")) == ["cards.html:2: a card without an identifier or a title"]
