"""The snapshot of arXiv's metadata: what a line says, ids that have lost their zeros, and lines that are bad."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from broadsheet.sources.record import AuthorRecord, BadRecord, IdentifierRecord, PaperRecord, VersionRecord
from tests.sources.files.samples import KAGGLE
from tests.sources.pages import complaints, papers


@pytest.fixture
def record(read):
    """The record of a line like that of the sample with other fields."""

    def read_line(**fields: object) -> PaperRecord | BadRecord:
        (found,) = read(json.dumps({**KAGGLE[0], **fields}), "snapshot.json").records
        return found

    return read_line


def test_a_line_says_everything(record, read) -> None:
    paper = record()
    assert (paper.ref, paper.title, paper.abstract) == ("0704.0001", "Kites in Still Air", "We fly kites in still air.")
    assert paper.authors == (AuthorRecord(name="Hans Müller"), AuthorRecord(name="Ada Example Jr."))
    assert paper.identifiers == (
        IdentifierRecord(scheme="arxiv", value="0704.0001"),
        IdentifierRecord(scheme="doi", value="10.1000/kites"),
    )
    assert paper.categories == ("hep-ph", "cs.LG")
    first, second = datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC), datetime(2007, 7, 24, 20, 10, 27, tzinfo=UTC)
    assert paper.versions == (VersionRecord(number=1, submitted_at=first), VersionRecord(number=2, submitted_at=second))
    assert (paper.version_number, paper.version_at, paper.published_on) == (2, second, date(2007, 4, 2))
    assert paper.licence == "http://creativecommons.org/licenses/by/4.0/"
    assert paper.remarks == "10 pages, 2 figures; Report-no: KITE-07-01"
    assert (paper.journal_ref, paper.statements[0].kind) == ("J.Kites 5 (2007) 1", "published")
    assert read(json.dumps(KAGGLE[0]), "snapshot.json").source == "arxiv"


def test_a_withdrawn_paper_is_stated_to_be(read) -> None:
    (paper,) = papers(read(json.dumps(KAGGLE[1]), "snapshot.json"))
    (statement,) = paper.statements
    assert (statement.kind, statement.stated_on) == ("withdrawn", date(1999, 1, 1))
    assert statement.text.startswith("This paper has been withdrawn")
    assert paper.ref == "hep-th/9901001"


def test_authors_are_split_where_they_are_not_taken_apart(record) -> None:
    assert record(authors_parsed=[]).authors == (AuthorRecord(name="Hans Müller"), AuthorRecord(name="Ada Example"))


@pytest.mark.parametrize(
    ("value", "created", "ref"),
    [
        (704.1234, "Mon, 2 Apr 2007 19:18:42 GMT", "0704.1234"),
        (2101.11408, "Mon, 11 Jan 2021 20:31:27 GMT", "2101.11408"),
        # What comes at the end of a month is counted into the next one.
        (1006.1234, "Mon, 31 May 2010 20:31:27 GMT", "1006.1234"),
    ],
)
def test_an_id_that_became_a_number_is_mended_where_that_is_sure(record, value, created, ref) -> None:
    assert record(id=value, versions=[{"version": "v1", "created": created}]).ref == ref


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (704.1, "id is the number 704.1, which has lost its zeros; it must be text"),
        (2101.1, "id is the number 2101.1, which has lost its zeros; it must be text"),
        (1512.12345, "id is the number 1512.12345, and of no month that its versions name; it must be text"),
        (704, "id is a number, not text"),
        (None, "it has no id"),
        ("", "it has no id"),
        ("not an id", "'not an id' is no arXiv identifier"),
    ],
)
def test_an_id_that_is_none_is_refused(record, value, reason) -> None:
    assert record(id=value) == BadRecord(where="snapshot.json:1", reason=reason)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "the paper has no title"),
        ({"title": ["a"]}, "title is a list, not text"),
        ({"versions": "v1"}, "versions is text, not a list"),
        ({"versions": ["v1"]}, "a version is text, not an object"),
        ({"versions": [{"version": "one"}]}, "a version is no number: 'one'"),
        ({"versions": [{"version": "v1", "created": "soon"}]}, "a version is of no date: 'soon'"),
        ({"authors_parsed": ["Ada"]}, "an author is text, not a list of the parts of a name"),
        ({"authors_parsed": [[None, "Ada"]]}, "an author is null, not text"),
        ({"update_date": "yesterday"}, "update_date is not a date: 'yesterday'"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(record, fields, reason) -> None:
    assert record(**fields) == BadRecord(where="snapshot.json:1", reason=reason)


def test_bad_lines_do_no_harm_to_the_others(read) -> None:
    lines = [json.dumps(KAGGLE[0]), "{half", "[1]", "", "[" * 100_000, json.dumps(KAGGLE[1])]
    file = read("\n".join(lines), "snapshot.json")
    assert [paper.ref for paper in papers(file)] == ["0704.0001", "hep-th/9901001"]
    assert complaints(file) == [
        "snapshot.json:2: not JSON: Expecting property name enclosed in double quotes (column 2)",
        "snapshot.json:3: the record is a list, not an object",
        "snapshot.json:5: not JSON that can be read: nested too deeply",
    ]


def test_dates_of_another_form_are_taken_to_utc(record) -> None:
    paper = record(versions=[{"version": "v1", "created": "Mon, 02 Apr 2007 23:30:00 -0400"}])
    assert paper.version_at == datetime(2007, 4, 3, 3, 30, tzinfo=UTC)
