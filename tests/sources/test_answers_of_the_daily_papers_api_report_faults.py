"""What is wrong with an answer of the daily-papers API: of one item it is reported, of the whole it is refused."""

from __future__ import annotations

import json

import pytest

from broadsheet.sources.record import SourceError
from tests.sources.pages import complaints, papers

GOOD = {"paper": {"id": "2510.00001", "title": "Kites", "summary": "They fly."}}
BAD_ITEMS = {
    "no title": ({"paper": {"id": "2510.00001"}}, "the paper has no title"),
    "blank title": ({"paper": {"title": " \n"}}, "the paper has no title"),
    "nothing": ({}, "the paper has no title"),
    "a number": (7, "the item is a number, not an object"),
    "null": (None, "the item is null, not an object"),
    "a list": ([GOOD], "the item is a list, not an object"),
    "a text": ("Kites", "the item is text, and not that of a Python dictionary"),
    "code": ("__import__('os').getcwd()", "the item is text, and not that of a Python dictionary"),
    "NUL in a text": ("{'title': 'Kites'}\0", "the item is text, and not that of a Python dictionary"),
    "nested": ("[" * 10_000, "the item is text, and not that of a Python dictionary"),
    "a list as text": ("[1]", "the item is a list, not an object"),
    "no paper": ({"paper": "2510.00001", "title": "Kites"}, "paper is text, not an object"),
    "title": ({"paper": {"title": ["Kites"]}}, "title is a list, not text"),
    "votes": ({"paper": {"title": "Kites", "upvotes": "12"}}, "upvotes is text, not a whole number"),
    "comments": ({"paper": {"title": "Kites"}, "numComments": -3}, "numComments is negative (-3)"),
    "authors": ({"paper": {"title": "Kites", "authors": "Ada"}}, "authors is text, not a list"),
    "author": ({"paper": {"title": "Kites", "authors": ["Ada"]}}, "an author is text, not an object"),
    "day": ({"paper": {"title": "Kites", "publishedAt": "soon"}}, "publishedAt is not a date: 'soon'"),
    "link": ({"paper": {"title": "Kites", "githubRepo": 7}}, "githubRepo is a number, not text"),
    "surrogate": ({"paper": {"title": "\ud800"}}, "title holds half of a surrogate pair at character 1"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_ITEMS.values(), ids=BAD_ITEMS.keys())
def test_a_bad_item_is_reported_and_the_others_are_kept(read_answer, bad, reason) -> None:
    file = read_answer([GOOD, bad, GOOD])
    assert [complaint.partition(": ")[2] for complaint in complaints(file)] == [reason]
    assert len(papers(file)) == 2
    assert complaints(file)[0].startswith(f"{file.records[1].where}: ")


def test_a_bad_item_keeps_its_rank_to_itself(read_answer) -> None:
    file = read_answer([GOOD, {}, GOOD], "2025-10-14.json")
    assert [paper.listing.rank for paper in papers(file)] == [1, 3]


BROKEN = {
    "cut": ('[\n {"paper": {"title": "Kites"\n', "a.json:3: not JSON: Expecting ',' delimiter (column 1)"),
    "comma": ('[\n {"paper": 1},\n]', "a.json:3: not JSON: Expecting value (column 1)"),
    "quotes": ("[{'paper': 1}]", "a.json:1: not JSON: Expecting property name enclosed in double quotes (column 3)"),
    "two": ("[]\n[]", "a.json:2: not JSON: Extra data (column 1)"),
    "wrapped": ('{"data": [\n}', "a.json:2: not JSON: Expecting value (column 1)"),
    "escapes": ('{"data ": 1, "d\\u0061ta": []}', "a.json:1: the array 'data' is named in escapes"),
    "day": ('{"date": "soon", "data": []}', "a.json:1: date is not a date: 'soon'"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_refused_with_line_and_column(read, text, reason) -> None:
    with pytest.raises(SourceError) as refusal:
        read(text, "a.json", format="daily-papers-api")
    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(7, "a number"), ("Kites", "text"), (None, "null"), ({}, "an object"), ({"data": {}}, "an object")],
)
def test_another_shape_is_refused(read, answer, kind) -> None:
    with pytest.raises(SourceError) as refusal:
        read(json.dumps(answer), "a.json", format="daily-papers-api")
    assert str(refusal.value) == f"a.json:1: {kind}, not an array of papers nor an object with one as 'data'"


def test_an_answer_that_is_nested_too_deeply_is_refused(read) -> None:
    with pytest.raises(SourceError, match=r"^a\.json:1: .*recursion"):
        read("[" * 100_000 + "]" * 100_000, "a.json")
