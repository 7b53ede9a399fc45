"""Dumps of OAI-PMH and PubMed in the shapes that people keep them in, and saved answers of other servers."""

from __future__ import annotations

import json
from datetime import date

import pytest

from broadsheet.sources.record import AnnouncementRecord, BadRecord, DeletedRecord, PaperRecord, SourceError
from tests.sources.files import samples
from tests.sources.pages import complaints, papers

REFS = ["0704.0001", "0704.0002", "hep-th/9901001"]


def refs(file: object) -> list[str]:
    return [record.ref for record in file.records if not isinstance(record, BadRecord)]


def test_an_answer_of_oai_gives_papers_and_deletions(read) -> None:
    file = read(samples.OAI, "oai.xml")
    first, deleted, last = file.records
    assert isinstance(first, PaperRecord)
    assert (first.title, first.categories, first.published_on) == (
        "Kites in Still Air",
        ("hep-ph", "cs.LG"),
        date(2007, 4, 2),
    )
    assert isinstance(deleted, DeletedRecord)
    assert (deleted.ref, deleted.deleted_on) == ("0704.0002", date(2008, 11, 27))
    assert isinstance(last, PaperRecord)
    assert [version.number for version in last.versions] == [1]
    assert [record.where for record in file.records] == [
        f"oai.xml: record {number} (oai:arXiv.org:{ref})" for number, ref in enumerate(REFS, 1)
    ]


@pytest.mark.parametrize(
    "content",
    [
        samples.OAI * 2,
        samples.OAI_RECORDS * 2,
        f"<?xml version='1.0'?>\n<records>{samples.OAI_RECORDS * 2}</records>",
        f"<ListRecords xmlns='http://www.openarchives.org/OAI/2.0/'>{samples.OAI_RECORDS * 2}</ListRecords>",
        samples.OAI.replace("record>", "oai:record>").replace("<record", "<oai:record").replace("xmlns=", "xmlns:oai=")
        * 2,
    ],
    ids=["answers", "bare records", "own root", "their list", "prefixed"],
)
def test_records_behind_one_another_are_read_in_every_wrapping(read, content) -> None:
    file = read(content, "dump.xml")
    assert (file.format, complaints(file)) == ("arxiv-oai", [])
    assert refs(file) == REFS * 2


def test_a_broken_record_of_a_dump_does_no_harm_to_the_others(read) -> None:
    broken = samples.OAI_RECORDS.replace("<title>Kites in Still\n  Air</title>", "<title>Kites & Air")
    file = read(samples.OAI.replace("<ListRecords>", f"<ListRecords>{broken}"), "dump.xml")
    assert refs(file) == [*REFS[1:], *REFS]
    (bad,) = complaints(file)
    assert "oai:arXiv.org:0704.0001" in bad


def test_a_dump_that_is_cut_off_says_so(read) -> None:
    file = read(samples.OAI[: samples.OAI.rindex("<abstract>")], "dump.xml")
    assert refs(file) == REFS[:2]
    assert complaints(file) == ["dump.xml: the file ends inside an element record (oai:arXiv.org:hep-th/9901001)"]


def test_what_the_server_says_is_told(read) -> None:
    answer = samples.OAI.partition("<ListRecords>")[0] + "<error code='{}'>said so</error></OAI-PMH>"
    with pytest.raises(SourceError, match="the server says badResumptionToken: said so"):
        read(answer.format("badResumptionToken"), "oai.xml")
    assert read(answer.format("noRecordsMatch"), "oai.xml").records == ()


def test_a_saved_feed_announces_its_papers_on_its_day(read) -> None:
    (paper,) = papers(read(samples.ARXIV_FEED, "cs.LG.xml"))
    assert paper.announcements == (
        AnnouncementRecord(category="cs.LG", announced_on=date(2025, 1, 10), kind="new", is_estimated=True),
    )


def test_articles_of_pubmed_are_read_from_any_wrapping(read) -> None:
    article = samples.PUBMED.partition("<PubmedArticleSet>")[2].partition("</PubmedArticleSet>")[0]
    for content in (samples.PUBMED, samples.PUBMED * 2, article * 2):
        file = read(content, "pubmed.xml")
        assert {paper.ref for paper in papers(file)} == {"12345678"}
        assert complaints(file) == []


@pytest.mark.parametrize(
    ("source", "format", "values"),
    [
        ("openalex", "openalex", samples.OPENALEX["results"]),
        ("crossref", "crossref", [samples.CROSSREF["message"]]),
        ("semanticscholar", "semantic-scholar", samples.SEMANTIC_SCHOLAR["data"]),
        ("medrxiv", "biorxiv", samples.BIORXIV["collection"]),
    ],
)
def test_bare_items_may_stand_in_lines_as_dumps_have_them(read, source, format, values) -> None:
    one = json.dumps(values[0])
    file = read(f"{one}\n{{half\n{one}\n", "part_000")
    assert (file.source, file.format) == (source, format)
    assert [paper.where for paper in papers(file)] == ["part_000:1", "part_000:3"]
    (bad,) = complaints(file)
    assert bad.startswith("part_000:2: ")
    assert len(read(one, "one.json").records) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"error": "Paper not found"}, "an answer that says 'Paper not found' and holds no papers"),
        (
            {"message": "Too Many Requests", "code": "429"},
            "an answer that says 'Too Many Requests' and holds no papers",
        ),
        ({"esearchresult": {"idlist": ["1"]}}, "an answer of PubMed's esearch"),
        ([{"paper_id": "1", "metadata_id": 2, "title": "A"}], "arXiv's internal metadata"),
    ],
)
def test_answers_without_papers_say_what_they_are(read, answer, reason) -> None:
    with pytest.raises(SourceError, match=f"^answer\\.json:1: {reason}"):
        read(json.dumps(answer), "answer.json")


def test_a_server_s_complaint_is_told_when_the_format_is_named(read) -> None:
    with pytest.raises(SourceError, match="the server says: Paper not found"):
        read('{"error": "Paper not found"}', "answer.json", format="semantic-scholar")
    with pytest.raises(SourceError):
        read(samples.OAI, "oai.xml", format="pubmed")
