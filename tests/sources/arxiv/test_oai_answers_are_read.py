"""What arXiv's OAI-PMH answers hold, in all three formats and of both servers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadsheet.sources.arxiv.oai import OaiError, read_oai
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    DeletedRecord,
    IdentifierRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
    VersionRecord,
)
from tests.sources.arxiv.answers import FIRST_VERSION, deleted, dublin_core, oai, oai_error, raw, record, split


def only(content: bytes) -> PaperRecord:
    (found,) = read_oai(content, "answer").records
    assert isinstance(found, PaperRecord), found
    return found


def test_a_record_with_authors_taken_apart_is_read() -> None:
    people = (
        "<author><keyname>Vogel</keyname><forenames>Ada</forenames><suffix>Jr</suffix><affiliation>X</affiliation></author>"
        "<author><keyname>:</keyname></author><author><keyname>ABC Collaboration</keyname></author>"
    )
    paper = only(
        oai(
            split(
                "2608.00017",
                people,
                updated="2026-08-19",
                comments="12 pages,\n  3 figures",
                report_no="AB-26/1, CD-2",
                msc_class="05C05",
                acm_class="05C05",
                journal_ref="J. Set. 5,\n 2 (2026)",
                doi="10.5555/Set.5",
                license="http://creativecommons.org/licenses/by/4.0/",
            )
        )
    )
    assert paper == PaperRecord(
        title="A page of letters",
        abstract="We set letters on a page.",
        ref="2608.00017",
        authors=(AuthorRecord(name="Ada Vogel Jr"), AuthorRecord(name="ABC Collaboration")),
        identifiers=(
            IdentifierRecord(scheme="arxiv", value="2608.00017"),
            IdentifierRecord(scheme="doi", value="10.5555/set.5"),
        ),
        categories=("cs.CL", "cs.DL"),
        published_on=date(2026, 8, 17),
        licence="http://creativecommons.org/licenses/by/4.0/",
        remarks="12 pages, 3 figures; Report-no: AB-26/1, CD-2",
        journal_ref="J. Set. 5, 2 (2026)",
        statements=(
            StatementRecord(kind="published", text="J. Set. 5, 2 (2026)", url="https://doi.org/10.5555/set.5"),
        ),
        where="answer: record 1 (oai:arXiv.org:2608.00017)",
    )


def test_a_raw_record_has_its_versions() -> None:
    second = '<version version="v2"><date>Wed, 19 Aug 2026 21:05:07 GMT</date><size>12kb</size></version>'
    # In an order of its own: the numbers count.
    paper = only(oai(raw(versions=second + FIRST_VERSION)))
    first_at = datetime(2026, 8, 17, 9, 30, tzinfo=UTC)
    second_at = datetime(2026, 8, 19, 21, 5, 7, tzinfo=UTC)
    assert paper.versions == (
        VersionRecord(number=1, submitted_at=first_at),
        VersionRecord(number=2, submitted_at=second_at),
    )
    assert (paper.version_number, paper.version_at, paper.published_on) == (2, second_at, date(2026, 8, 17))
    assert [author.name for author in paper.authors] == ["Ada Vogel", "Bo Satz"]
    assert paper.statements == ()


def test_dublin_core_is_read() -> None:
    inner = (
        "<dc:title> A page of letters </dc:title><dc:creator>Vogel Jr, Ada</dc:creator>"
        "<dc:creator>Satz, B.</dc:creator>"
        "<dc:subject>Computation and Language</dc:subject><dc:subject>05C05</dc:subject>"
        "<dc:description>We set letters. </dc:description><dc:description>Comment: 3 pages</dc:description>"
        "<dc:date>2026-08-17</dc:date><dc:date>2026-08-19</dc:date><dc:type>text</dc:type>"
        "<dc:identifier>http://arxiv.org/abs/2608.00003</dc:identifier><dc:identifier>J. Set. 5</dc:identifier>"
        "<dc:identifier>doi:10.5555/set.5</dc:identifier>"
    )
    paper = only(oai(dublin_core("2608.00003", inner, "cs:cs:CL physics:hep-th physics:astro-ph cs")))
    assert [author.name for author in paper.authors] == ["Ada Vogel Jr", "B. Satz"]
    assert paper.categories == ("cs.CL", "hep-th")
    assert (paper.remarks, paper.journal_ref, paper.published_on) == ("3 pages", "J. Set. 5", date(2026, 8, 17))
    assert [one.value for one in paper.identifiers] == ["2608.00003", "10.5555/set.5"]


def test_an_old_identifier_is_read() -> None:
    assert only(oai(split("hep-th/9901001"), verb="GetRecord")).ref == "hep-th/9901001"


@pytest.mark.parametrize(
    ("element", "token"),
    [
        ("", ""),
        ("<resumptionToken/>", ""),
        ("<resumptionToken cursor='0' completeListSize='1162'></resumptionToken>", ""),
        (
            "<resumptionToken expires='2026-08-21T00:00:00Z'>\n  from%3D2026-08-01%26skip%3D1000\n </resumptionToken>",
            "from%3D2026-08-01%26skip%3D1000",
        ),
        (
            '<resumptionToken cursor="0" completeListSize="²" expirationDate="2018-01-27T00:00">12|1</resumptionToken>',
            "12|1",
        ),
        ("<resumptionToken>12|1&amp;x=%26</resumptionToken>", "12|1&x=%26"),
    ],
)
def test_a_token_is_read_in_both_forms(element: str, token: str) -> None:
    answer = read_oai(oai(split(), element), "answer")
    assert answer.token == token
    assert (len(answer.records), answer.datestamps) == (1, (date(2026, 8, 19),))


def test_a_deleted_record_is_told_of() -> None:
    answer = read_oai(oai(deleted("hep-th/9901001"), split()), "answer")
    assert answer.records[0] == DeletedRecord(
        ref="hep-th/9901001",
        identifiers=(IdentifierRecord(scheme="arxiv", value="hep-th/9901001"),),
        deleted_on=date(2026, 8, 19),
        where="answer: record 1 (oai:arXiv.org:hep-th/9901001)",
    )
    assert len(answer.records) == 2


@pytest.mark.parametrize("code", ["noRecordsMatch", "idDoesNotExist"])
def test_an_error_that_only_says_that_there_is_nothing_is_an_empty_answer(code: str) -> None:
    answer = read_oai(oai_error(f"<error code='{code}'>Nothing</error>"), "answer")
    assert (answer.records, answer.token) == ((), "")


@pytest.mark.parametrize(
    "element",
    [
        "<error code='badResumptionToken'>The token\n has expired</error>",
        '<error code="badResumptionToken">The token has expired</error>',
    ],
)
def test_any_other_error_is_raised_with_its_code(element: str) -> None:
    with pytest.raises(OaiError, match="badResumptionToken: The token has expired") as raised:
        read_oai(oai_error(element), "answer")
    assert raised.value.code == "badResumptionToken"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (split(id="26.1"), "'26.1' is no arXiv identifier"),
        (split(title=" "), "the paper has no title"),
        (split(created="soon"), "created is not a date: 'soon'"),
        (raw(versions='<version version="one"/>'), "a version is called 'one'"),
        (raw(versions='<version version="v1"><date>later</date></version>'), "the date of version 1 is none: 'later'"),
        (record("2608.00001", "<other/>"), "the format 'other' is unknown"),
        (record("2608.00001", ""), "the record has no metadata"),
        (record("2608.00001", "<a/>", stamp="yesterday"), "the datestamp is not a date: 'yesterday'"),
        ("<record></record>", "the record has no header"),
        (deleted("nobody"), "a record was deleted whose identifier is none: 'nobody'"),
    ],
)
def test_a_record_that_breaks_is_left_out_with_its_place(bad: str, reason: str) -> None:
    answer = read_oai(oai(split("2608.00002"), bad, split("2608.00003")), "answer")
    first, broken, last = answer.records
    assert isinstance(broken, BadRecord)
    assert broken.where.startswith("answer: record 2")
    assert reason in broken.reason
    assert [one.ref for one in (first, last) if isinstance(one, PaperRecord)] == ["2608.00002", "2608.00003"]


def test_a_record_of_broken_xml_costs_no_other_one() -> None:
    broken = split("2608.00004").replace("</title>", "</titel>")
    token = "<resumptionToken>more</resumptionToken>"
    answer = read_oai(oai(split("2608.00002"), broken, split("2608.00003"), token), "answer")
    papers = [one.ref for one in answer.records if isinstance(one, PaperRecord)]
    (bad,) = [one for one in answer.records if isinstance(one, BadRecord)]
    assert (papers, answer.token) == (["2608.00002", "2608.00003"], "more")
    assert bad.where == "answer: record 2 (oai:arXiv.org:2608.00004)"
    assert "mismatched tag" in bad.reason


@pytest.mark.parametrize("spoilt", [b"\x0c", b"&#12;", b"&#x0B;", b"\xff", b"\xe9"])
def test_what_no_xml_may_hold_costs_a_letter_and_no_record(spoilt: bytes) -> None:
    paper = only(oai(split()).replace(b"A page", b"A " + spoilt + b" page"))
    assert paper.title == "A \ufffd page of letters"
    assert paper.is_lossy


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (oai(split(), split())[:-200], "not well-formed XML"),
        (b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "HTML"),
        (b"<html><body>Down for maintenance</body></html>", "not an answer of OAI-PMH but a document of <html>"),
        (b"", "no element found"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><OAI-PMH>&b;</OAI-PMH>', "refused"),
        (b"<OAI-PMH><record></OAI-PMH>", "mismatched tag"),
    ],
)
def test_what_is_no_answer_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as raised:
        read_oai(content, "answer")
    assert str(raised.value).startswith("answer")


def test_paragraphs_are_kept_and_other_line_breaks_are_not() -> None:
    abstract = "  We set\nletters.\n  Then we\nprint."
    assert only(oai(raw().replace("We set letters on a page.", abstract))).abstract == "We set letters.\nThen we print."
    indented = "We set\n        letters.\n        Then we\n        print."
    assert only(oai(raw(abstract=indented))).abstract == "We set letters. Then we print."


@pytest.mark.parametrize(
    ("doi", "expected"),
    [
        ("10.5555/a 10.5555/b", ["10.5555/a"]),
        ("10.5555/a; erratum 10.5555/b", ["10.5555/a"]),
        ("https://doi.org/10.5555/A", ["10.5555/a"]),
        ("in print", []),
    ],
)
def test_the_first_doi_is_a_name_of_the_paper(doi: str, expected: list[str]) -> None:
    paper = only(oai(raw(doi=doi)))
    assert [one.value for one in paper.identifiers if one.scheme == "doi"] == expected
    assert [one.url for one in paper.statements] == [f"https://doi.org/{value}" for value in expected]
