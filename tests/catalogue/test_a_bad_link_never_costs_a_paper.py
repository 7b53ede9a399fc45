"""A link is tidied, kept as stated, and shown only where it can be trusted."""

from __future__ import annotations

import json

import pytest

from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Paper, SourceRecord
from broadsheet.sources.files import read_file

pytestmark = pytest.mark.django_db
GOOD = "https://github.com/example/one"
STATED = {
    "line end inside": ("https://github.com/example\n/one", GOOD),
    "blanks around": ("  https://github.com/example/one\r\n", GOOD),
    "no-break blank": ("https://github.com/example\u00a0/one", GOOD),
    "NUL": ("https://github.com/example/one\x00", GOOD),
    "script": ("javascript:alert(1)", None),
    "no address": ("coming soon", None),
    "blank": ("  \n", None),
}


def _take(tmp_path, name: str, value: object) -> Paper:
    path = tmp_path / name
    path.write_text(json.dumps(value), encoding="utf-8")
    file = read_file(path)
    result = take_in(file.records, source=file.source)
    assert result.refused == []
    return Paper.objects.get()


@pytest.mark.parametrize(("stated", "shown"), STATED.values(), ids=STATED.keys())
def test_it_takes_json_lines_whatever_their_code_link_is(tmp_path, stated, shown) -> None:
    paper = _take(tmp_path, "one.jsonl", {"_id": "1", "title": "A paper", "text": "It is.", "github": stated})
    assert paper.code_url == (shown or "")
    assert paper.has_code == bool(shown)
    kept = SourceRecord.objects.get().payload.get("links", [])
    assert len(kept) == bool(stated.strip())


@pytest.mark.parametrize(("stated", "shown"), STATED.values(), ids=STATED.keys())
def test_it_takes_answers_of_the_api_whatever_their_code_link_is(tmp_path, stated, shown) -> None:
    item = {"paper": {"id": "2510.00001", "title": "A paper", "summary": "It is.", "githubRepo": stated}}
    paper = _take(tmp_path, "2025-10-15.json", [item])
    assert paper.code_url == (shown or "")


@pytest.mark.parametrize(("stated", "shown"), STATED.values(), ids=STATED.keys())
def test_it_takes_answers_of_the_api_whatever_their_media_are(tmp_path, stated, shown) -> None:
    item = {"paper": {"title": "A paper", "summary": "It is.", "mediaUrls": [stated, GOOD]}, "mediaUrls": [stated]}
    paper = _take(tmp_path, "2025-10-15.json", [item])
    assert list(paper.links.values_list("url", flat=True)) == [GOOD]


def test_it_takes_links_of_kinds_that_it_does_not_know(tmp_path) -> None:
    links = [{"kind": "carrier pigeon", "url": GOOD}, {"url": "https://example.org/a b.pdf"}, "nowhere"]
    paper = _take(tmp_path, "one.jsonl", {"title": "A paper", "text": "It is.", "links": links})
    assert list(paper.links.values_list("kind", "url")) == [("code", GOOD), ("pdf", "https://example.org/ab.pdf")]


def test_it_says_what_is_wrong_with_a_link_that_is_no_text(tmp_path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"title": "A paper", "text": "It is.", "github": 7}', encoding="utf-8")
    assert [bad.reason for bad in read_file(path).records] == ["github is a number, not text"]
