"""RIS and CSL-JSON: what they say of a paper, in the shapes that programs write, and what is broken in them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from broadsheet.sources.record import AuthorRecord, IdentifierRecord, LinkRecord, SourceError
from tests.sources.files.samples import CSL, RIS
from tests.sources.pages import complaints, papers


def test_a_record_of_ris_says_everything(read) -> None:
    file = read(RIS, "library.ris")
    assert file.source == "ris:library"
    kites, owls = papers(file)
    assert (kites.title, kites.abstract) == ("Kites in Still Air", "We fly kites.")
    assert kites.authors == (AuthorRecord(name="Hans Müller"), AuthorRecord(name="J. Smith Jr."))
    assert kites.identifiers == (
        IdentifierRecord(scheme="doi", value="10.1000/abc"),
        IdentifierRecord(scheme="arxiv", value="1901.00001"),
    )
    assert (kites.published_on, kites.journal_ref) == (date(2019, 2, 3), "Journal of Kites 5(2), 1–10 (2019)")
    assert (kites.keywords, kites.remarks, kites.where) == (("kites", "wind"), "Best paper", "library.ris:1")
    assert (owls.title, owls.abstract, owls.where) == ("Do Owls Count?", "They do.", "library.ris:20")
    assert (owls.authors, owls.published_on) == ((AuthorRecord(name="Ada Example"),), date(2021, 12, 31))


def test_broken_records_of_ris_are_kept_apart(read) -> None:
    text = (
        "Provider: somebody\n\nTY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Cut in the middle\n"
        "TY - CONF\nT1 - Narrow\nA1 - B, Ada\nER -\nTY  - JOUR\nAU  - No, Title\nER  - \nTY  - JOUR\nTI  - At the end"
    )
    file = read(text, "library.ris")
    assert [paper.title for paper in papers(file)] == ["One", "Narrow"]
    assert complaints(file) == [
        "library.ris:6: the record does not end (it has no line ER)",
        "library.ris:12: the entry has no title",
        "library.ris:15: the record does not end (it has no line ER)",
    ]


def test_a_line_of_text_that_begins_like_a_tag_stays_text(read) -> None:
    (paper,) = papers(read("TY  - JOUR\nTI  - One\nAB  - We trust in\nUS - made kites.\nER  - \n", "library.ris"))
    assert paper.abstract == "We trust in US - made kites."


def test_an_item_of_csl_says_everything(read) -> None:
    kites, owls = papers(read(json.dumps(CSL), "library.json"))
    assert (kites.title, kites.abstract, kites.ref) == ("Kites in Still Air", "We fly kites.", CSL[0]["id"])
    assert kites.authors == (AuthorRecord(name="Ludwig van Beethoven"), AuthorRecord(name="Kite Works, Inc."))
    assert [f"{name.scheme}:{name.value}" for name in kites.identifiers] == [
        "doi:10.1000/abc",
        "arxiv:1901.00001",
        "pmid:1234",
    ]
    assert (kites.published_on, kites.journal_ref) == (date(2019, 2, 3), "Journal of Kites 5(2), 1-10 (2019)")
    assert kites.links == (LinkRecord(kind="pdf", url="https://example.org/kites.pdf"),)
    assert (kites.keywords, kites.where) == (("kites", "wind"), "library.json:1")
    # A person's own key of an item is nobody else's, and the journal arXiv is none.
    assert (owls.ref, owls.published_on, owls.journal_ref) == ("", date(2021, 3, 31), "")


@pytest.mark.parametrize(
    "content",
    [json.dumps({"items": CSL}), json.dumps(CSL[0]), "\n".join(json.dumps(item) for item in CSL)],
    ids=["object", "single", "lines"],
)
def test_items_of_csl_may_be_wrapped_or_bare(read, content) -> None:
    file = read(content, "library.json")
    assert (file.format, papers(file)[0].title) == ("csl-json", "Kites in Still Air")


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        ({"date-parts": [[2020]]}, date(2020, 12, 31)),
        ({"date-parts": [["2020", "2"]]}, date(2020, 2, 29)),
        ({"literal": "spring 2020"}, date(2020, 12, 31)),
        ("2020-05-06", date(2020, 5, 6)),
        ([2020, 5, 6], date(2020, 5, 6)),
        ({"date-parts": [[2020, 13, 40]]}, None),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": []}, None),
    ],
)
def test_days_of_csl_are_read_in_every_shape(read, issued, day) -> None:
    (paper,) = papers(read(json.dumps([{"type": "article", "title": "A", "DOI": "10.1000/x", "issued": issued}])))
    assert paper.published_on == day


def test_a_bad_item_of_csl_is_told_and_a_cut_file_kept_up_to_there(read) -> None:
    items = [CSL[0], {"type": "article"}, {"type": "article", "title": 7.5, "author": "nobody"}, CSL[1]]
    text = "[" + ",\n".join(json.dumps(item) for item in items) + "]"
    file = read(text[:-20], "library.json")
    assert [paper.title for paper in papers(file)] == ["Kites in Still Air"]
    assert complaints(file) == [
        "library.json:2: the entry has no title",
        "library.json:3: author is text, not a list",
        "library.json:4: not JSON from here on: Unterminated string starting at",
    ]
    with pytest.raises(SourceError, match=r"^library\.json:1: not JSON: Expecting ':' delimiter"):
        read('[{"type": "article", "title": "A", "DOI"', "library.json", format="csl-json")
