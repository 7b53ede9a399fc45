"""Papers as JSON lines: each field in the shapes in which people write it."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.sources.record import AuthorRecord, IdentifierRecord, LinkRecord, ListingRecord, OrganisationRecord
from tests.sources.pages import papers

ADA, BEN = AuthorRecord(name="Ada Reader"), AuthorRecord(name="Ben Writer")
CODE = "https://github.com/example/one"


@pytest.fixture
def one(read_lines):
    """Read one line with a title, a text and the fields given; return its record."""

    def read_one(**fields: object):
        (paper,) = papers(read_lines({"title": "A Line", "text": "It has an end."} | fields))
        return paper

    return read_one


def test_a_line_needs_no_more_than_a_title(read_lines) -> None:
    (paper,) = papers(read_lines({"title": "A Line"}))
    assert (paper.title, paper.abstract, paper.ref, paper.where) == ("A Line", "", "", "papers.jsonl:1")
    assert (paper.authors, paper.identifiers, paper.links, paper.listing, paper.published_on) == (
        (),
        (),
        (),
        None,
        None,
    )
    assert (paper.votes_count, paper.comments_count, paper.version_number) == (None, None, None)


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_is_a_missing_one(one, empty) -> None:
    names = ["_id", "id", "authors", "date", "published", "categories", "keywords", "links", "github", "doi"]
    names += ["upvotes", "comments", "organisations"]
    assert one(**dict.fromkeys(names, empty)) == one()
    assert one(text=empty, abstract="Told here.").abstract == "Told here."


def test_fields_that_are_not_known_are_passed_over(one) -> None:
    assert one(metadata={"pubmed_id": "1", "url": ""}, isbn=[None]) == one()


@pytest.mark.parametrize("name", ["text", "abstract"])
def test_the_abstract_has_two_names(read_lines, name) -> None:
    assert papers(read_lines({"title": "A Line", name: "Two\nlines."}))[0].abstract == "Two\nlines."


@pytest.mark.parametrize(
    "stated",
    [
        ["Ada Reader", " Ben Writer "],
        [{"name": "Ada Reader"}, {"name": "Ben Writer", "orcid": None}],
        ["Ada Reader", {"name": "Ben Writer"}, "", {"name": " "}, {}],
        "Ada Reader, Ben Writer",
        "Ada Reader and Ben Writer",
        "Ada Reader, and Ben Writer",
    ],
)
def test_authors_are_names_or_objects_or_one_text(one, stated) -> None:
    assert one(authors=stated).authors == (ADA, BEN)


def test_authors_keep_their_order_and_their_orcid(one) -> None:
    stated = [{"name": "Zoe Last", "orcid": "0000-0002-1825-0097"}, "Ada Reader", "Ada Reader"]
    assert one(authors=stated).authors == (AuthorRecord(name="Zoe Last", orcid="0000-0002-1825-0097"), ADA, ADA)
    assert one(authors="Ferdinand Brand, Roland Andersen").authors == (
        AuthorRecord(name="Ferdinand Brand"),
        AuthorRecord(name="Roland Andersen"),
    )


@pytest.mark.parametrize(
    "stated", ["cs.CL cs.LG", "cs.CL  cs.LG cs.CL", ["cs.CL", "cs.LG"], ["cs.CL", "", " cs.LG", "cs.CL"]]
)
def test_categories_are_a_list_or_a_text_with_blanks(one, stated) -> None:
    assert one(categories=stated).categories == ("cs.CL", "cs.LG")


@pytest.mark.parametrize("name", ["keywords", "concepts"])
@pytest.mark.parametrize("stated", ["front page, order", ["front page", "order", "front page"]])
def test_keywords_are_a_list_or_a_text_with_commas(one, name, stated) -> None:
    assert one(**{name: stated}).keywords == ("front page", "order")


@pytest.mark.parametrize(
    ("stated", "link"),
    [
        (CODE, LinkRecord(kind="code", url=CODE)),
        ("https://GitLab.com/example/one", LinkRecord(kind="code", url="https://GitLab.com/example/one")),
        ("https://example.org/a.PDF?x=1", LinkRecord(kind="pdf", url="https://example.org/a.PDF?x=1")),
        ("https://arxiv.org/abs/2501.00001", LinkRecord(kind="abstract", url="https://arxiv.org/abs/2501.00001")),
        ("https://doi.org/10.1000/182", LinkRecord(kind="abstract", url="https://doi.org/10.1000/182")),
        ("https://example.org/", LinkRecord(kind="other", url="https://example.org/")),
        ({"kind": "video", "url": "https://example.org/"}, LinkRecord(kind="video", url="https://example.org/")),
        ({"kind": "pigeon", "url": CODE}, LinkRecord(kind="code", url=CODE)),
        ({"url": CODE}, LinkRecord(kind="code", url=CODE)),
    ],
)
def test_links_are_addresses_or_objects(one, stated, link) -> None:
    assert one(links=[stated]).links == (link,)


@pytest.mark.parametrize(
    "stated", ["", " \n", "coming soon", "javascript:alert(1)", "http://[::1", "ht\x00tp://x", "\ud800"]
)
def test_a_link_that_cannot_be_used_never_refuses_a_record(one, stated) -> None:
    assert one(links=[stated, CODE]).links[-1] == LinkRecord(kind="code", url=CODE)
    assert one(github=stated).title == "A Line"
    assert one(links=[{"kind": "code", "url": stated}, {}, {"kind": "pdf"}]).title == "A Line"


def test_a_link_is_stated_once(one) -> None:
    assert one(links=[CODE, {"kind": "code", "url": CODE}], github=f" {CODE}\n").links == (
        LinkRecord(kind="code", url=CODE),
    )


@pytest.mark.parametrize(
    ("fields", "ref", "identifiers", "version"),
    [
        ({"_id": "2501.00001v2"}, "2501.00001v2", [("arxiv", "2501.00001")], 2),
        ({"id": "math.CA/0611800"}, "math.CA/0611800", [("arxiv", "math/0611800")], None),
        ({"_id": "10.1000/ABC"}, "10.1000/ABC", [("doi", "10.1000/abc")], None),
        ({"_id": 17}, "17", [], None),
        ({"_id": 0}, "0", [], None),
        ({"_id": "4983", "id": "2501.00001"}, "4983", [], None),
        ({"_id": "W1", "doi": "https://doi.org/10.1000/ABC"}, "W1", [("doi", "10.1000/abc")], None),
        ({"doi": "10.48550/arXiv.2501.00001v3"}, "", [("arxiv", "2501.00001")], 3),
        ({"id": "2501.00001", "doi": "10.48550/arXiv.2501.00001"}, "2501.00001", [("arxiv", "2501.00001")], None),
        (
            {"id": "2501.00001", "doi": "10.1000/abc"},
            "2501.00001",
            [("arxiv", "2501.00001"), ("doi", "10.1000/abc")],
            None,
        ),
    ],
)
def test_keys_become_identifiers_where_they_are_some(one, fields, ref, identifiers, version) -> None:
    paper = one(**fields)
    assert (paper.ref, paper.version_number) == (ref, version)
    assert paper.identifiers == tuple(IdentifierRecord(scheme=scheme, value=value) for scheme, value in identifiers)


@pytest.mark.parametrize(
    ("fields", "listed_on", "published_on"),
    [
        ({"date": "2025-10-15"}, date(2025, 10, 15), date(2025, 10, 15)),
        ({"date": "2025-10-15", "published": "2025-10-13"}, date(2025, 10, 15), date(2025, 10, 13)),
        ({"published": "2025-10-13"}, None, date(2025, 10, 13)),
        ({"date": "2025-10-15T23:30:00Z"}, date(2025, 10, 15), date(2025, 10, 15)),
        ({"date": "2025-10-15T00:30:00.000+02:00"}, date(2025, 10, 14), date(2025, 10, 14)),
        ({"date": "2025-10-15 12:00:00"}, date(2025, 10, 15), date(2025, 10, 15)),
        ({"published": " 2025-10-13 "}, None, date(2025, 10, 13)),
    ],
)
def test_dates_are_days_in_utc(one, fields, listed_on, published_on) -> None:
    paper = one(**fields)
    assert paper.listing == (ListingRecord(listed_on=listed_on) if listed_on else None)
    assert paper.published_on == published_on


@pytest.mark.parametrize("name", ["upvotes", "votes"])
def test_the_figures_are_the_sources_own(one, name) -> None:
    paper = one(**{name: 0, "comments": 7})
    assert (paper.votes_count, paper.comments_count) == (0, 7)


@pytest.mark.parametrize(
    ("stated", "slug", "name"),
    [
        ("Moss Lab", "moss-lab", "Moss Lab"),
        (["Moss Lab", ""], "moss-lab", "Moss Lab"),
        ({"name": "moss", "fullname": "Moss Lab"}, "moss", "Moss Lab"),
        ([{"name": "moss"}], "moss", "moss"),
        ({"slug": "moss", "name": "Moss Lab"}, "moss", "Moss Lab"),
        ("苔 研究所", "苔-研究所", "苔 研究所"),
    ],
)
@pytest.mark.parametrize("field", ["organisations", "organization"])
def test_organisations_are_names_or_objects(one, field, stated, slug, name) -> None:
    assert one(**{field: stated}).organisations == (OrganisationRecord(slug=slug, name=name),)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kites fly. Owls do too.", "Kites fly"),
        ("Do kites fly? They do.", "Do kites fly?"),
        ("Kites fly", "Kites fly"),
        ("Kites fly.", "Kites fly"),
        ("  Kites\n fly .\nOwls too.", "Kites fly"),
        ("A gain of 3.5 points. More follows.", "A gain of 3.5 points"),
        ("word " * 100, "word " * 38 + "word…"),
        # Not every script puts blanks between its words.
        ("凧" * 300, "凧" * 199 + "…"),
    ],
)
@pytest.mark.parametrize("empty", ["", " ", None])
def test_a_line_without_a_title_is_called_by_its_first_sentence(read_lines, text, title, empty) -> None:
    (paper,) = papers(read_lines({"title": empty, "text": text}))
    assert paper.title == title
    assert len(paper.title) <= 200
    assert paper.abstract == text


def test_the_source_is_named_after_the_file_or_its_folder(read_lines) -> None:
    line = {"title": "A Line"}
    assert read_lines(line, name="My Papers.jsonl").source == "jsonl:my-papers"
    assert read_lines(line, name="owls/corpus.jsonl").source == "jsonl:owls"
    assert read_lines(line, name="日本.jsonl").source == "jsonl:papers"
