"""The content decides which format a file has, whatever its name says; the caller may overrule it."""

from __future__ import annotations

import json

import pytest

from broadsheet.sources.files import FORMATS
from broadsheet.sources.record import SourceError
from tests.sources.pages import CAPTURED_ON, CARDS, KITES, complaints, meta_lines, papers, spaced_with_meta, tight_bare

LINE = {"_id": "1", "title": "A Line", "text": "It has an end."}
ITEM = {"paper": {"id": "2510.00001", "title": "An Item", "summary": "It is one of many."}}
CONTENTS = {
    "saved-page": [
        spaced_with_meta(CARDS),
        tight_bare(CARDS),
        f"{KITES.title}\n\n{KITES.paragraphs[0]}\n\n{meta_lines(KITES)}",
    ],
    "jsonl": [
        json.dumps(LINE),
        "\n\n" + json.dumps(LINE),
        "half a line\n" + json.dumps(LINE),
        # Beside a title even a list called data does not make a line an answer of the API.
        json.dumps({"data": [1], "abstract": "It has an end."}),
        "\n".join(["{"] * 19 + [json.dumps(LINE)]),
    ],
    "daily-papers-api": [
        json.dumps([ITEM]),
        json.dumps([ITEM], indent=2),
        json.dumps({"date": "2025-10-29", "data": [ITEM]}),
        "[]",
        json.dumps([LINE]),
    ],
}
CASES = [(name, content) for name, contents in CONTENTS.items() for content in contents]


@pytest.mark.parametrize("extension", ["txt", "json", "jsonl", "html"])
@pytest.mark.parametrize(("name", "content"), CASES)
def test_it_goes_by_the_content_and_not_by_the_name(read, name, content, extension) -> None:
    assert read(content, f"file.{extension}", captured_on=CAPTURED_ON).format == name


def test_the_caller_may_overrule_it(read) -> None:
    text = json.dumps(LINE)
    assert read(text, format="jsonl").format == "jsonl"
    with pytest.raises(SourceError, match=r"an object, not an array of papers nor an object with one as 'data'"):
        read(text, format="daily-papers-api")
    late = "\n".join(["not yet"] * 30 + [text])
    file = read(late, format="jsonl")
    assert len(papers(file)) == 1
    assert len(complaints(file)) == 30
    bare = f"{KITES.title}\n\n{KITES.paragraphs[0]}"
    assert len(papers(read(bare, format="saved-page"))) == 1


def test_a_file_of_no_known_format_is_refused_with_those_known(read) -> None:
    for text in ["Dear Sir or Madam,\n\nhello.", "id,title\n1,A Line\n", '{"name": "no paper"}', "<html></html>"]:
        with pytest.raises(SourceError) as refusal:
            read(text, "letter.txt")
        assert str(refusal.value) == f"letter.txt:1: of no known format; known are {', '.join(FORMATS)}"


def test_an_unknown_name_of_a_format_is_refused_with_those_known(read) -> None:
    with pytest.raises(SourceError, match=f"^unknown format 'punch-cards'; known: {', '.join(FORMATS)}$"):
        read(json.dumps(LINE), format="punch-cards")
