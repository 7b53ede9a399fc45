"""A line that cannot be read is reported with its place; every other line is kept."""

from __future__ import annotations

import pytest

from tests.sources.pages import complaints, papers

GOOD = {"title": "A Line", "text": "It has an end."}
BAD = {
    "half a line": ('{"title": "A L', "not JSON: Unterminated string starting at (column 11)"),
    "two on a line": ('{"title": "A"} {"title": "B"}', "not JSON: Extra data (column 16)"),
    "no JSON": ("title: A Line", "not JSON: Expecting value (column 1)"),
    "a list": ([GOOD], "the record is a list, not an object"),
    "null": ("null", "the record is null, not an object"),
    "a text": ('"A Line"', "the record is text, not an object"),
    "nested": ("[" * 100_000, "not JSON that can be read: nested too deeply"),
    "nothing in it": ({}, "neither title nor text"),
    "nothing but blanks": ({"title": " ", "text": "\n"}, "neither title nor text"),
    "a number as title": ({"title": 7}, "title is a number, not text"),
    "an object as text": (GOOD | {"text": {}}, "text is an object, not text"),
    "NUL": (GOOD | {"title": "A\0Line"}, "title holds a NUL character"),
    "half a surrogate pair": ('{"title": "A \\ud800"}', "title holds half of a surrogate pair at character 3"),
    "a list as key": (GOOD | {"_id": ["1"]}, "_id is a list, not text"),
    "true as key": (GOOD | {"id": True}, "id is true or false, not text"),
    "an object as authors": (GOOD | {"authors": {"name": "Ada Reader"}}, "authors is an object, not a list"),
    "a number as author": (GOOD | {"authors": ["Ada Reader", 7]}, "an author is a number, not an object"),
    "a number as name": (GOOD | {"authors": [{"name": 7}]}, "name is a number, not text"),
    "a number as category": (GOOD | {"categories": [7]}, "an entry of categories is a number, not text"),
    "no day": (GOOD | {"date": "2025-02-30"}, "date is not a date: '2025-02-30'"),
    "no date": (GOOD | {"published": "last week"}, "published is not a date: 'last week'"),
    "a number as date": (GOOD | {"date": 20251015}, "date is a number, not text"),
    "before all time": (
        GOOD | {"date": "0001-01-01T00:00:00+10:00"},
        "date is not a date: '0001-01-01T00:00:00+10:00'",
    ),
    "a negative figure": (GOOD | {"upvotes": -1}, "upvotes is negative (-1)"),
    "half a vote": (GOOD | {"votes": 0.5}, "votes is a number, not a whole number"),
    "true as figure": (GOOD | {"comments": True}, "comments is true or false, not a whole number"),
    "no DOI": (GOOD | {"doi": "https://example.org/1"}, "doi is not a DOI: 'https://example.org/1'"),
    "a PubMed number as DOI": (GOOD | {"doi": "pmid:12"}, "doi is not a DOI: 'pmid:12'"),
    "one link": (GOOD | {"links": "https://example.org"}, "links is text, not a list"),
    "a number as link": (GOOD | {"links": [7]}, "a link is a number, not an object"),
    "a number as code": (GOOD | {"github": 7}, "github is a number, not text"),
    "a number as organisation": (GOOD | {"organisations": [7]}, "an organisation is a number, not an object"),
}


@pytest.mark.parametrize(("line", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_line_is_reported_and_the_others_are_kept(read_lines, line, reason) -> None:
    file = read_lines(GOOD, "", line, GOOD)
    assert complaints(file) == [f"papers.jsonl:3: {reason}"]
    assert [paper.where for paper in papers(file)] == ["papers.jsonl:1", "papers.jsonl:4"]


def test_good_and_bad_records_stand_in_the_order_of_the_file(read_lines) -> None:
    file = read_lines({}, GOOD, "", {}, GOOD)
    assert [record.where.partition(":")[2] for record in file.records] == ["1", "2", "4", "5"]
