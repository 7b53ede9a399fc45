"""Written papers are read back by the programs' own libraries, whatever signs are in them."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from broadsheet.catalogue.exporting import FORMATS, Cited, written
from broadsheet.catalogue.exporting.citing import given_and_family
from broadsheet.sources.files import read_file
from broadsheet.sources.record import PaperRecord

# One line, as plain readings are: no control or surrogate characters, single blanks.
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn"]), max_size=50).map(
    lambda text: " ".join(text.split())
)
TITLES = LINES.filter(lambda text: bool(text.strip()))
NASTY = r"A {B} 50% of $x_1^2$ & #C ~ D \emph{E} } { <i>F</i> *G* [H](I) @J `K`"

PAPERS = st.builds(
    Cited,
    key=st.from_regex(r"paper-[0-9a-z]{10}", fullmatch=True),
    title=TITLES,
    url=st.just("https://papers.example/papers/2510.10001"),
    abstract=LINES,
    authors=st.lists(TITLES, max_size=3).map(tuple),
    published_on=st.none() | st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    keywords=st.lists(TITLES, max_size=2).map(tuple),
    note=LINES,
)


def one(**told: Any) -> Cited:
    return Cited(**{"key": "paper-1", "title": "Kites", "url": "https://papers.example/papers/1"} | told)


@given(st.lists(PAPERS, max_size=4, unique_by=lambda paper: paper.key))
def test_bibtex_is_read_as_whole_entries(papers: list[Cited]) -> None:
    library = bibtexparser.parse_string(written("bib", papers))
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == [paper.key for paper in papers]
    for entry, paper in zip(library.entries, papers, strict=True):
        fields = {field.key: str(field.value) for field in entry.fields}
        assert fields["url"] == paper.url
        assert ("year" in fields) == (paper.published_on is not None)
        assert "\n" not in fields["title"]
        assert set(fields) <= {
            "title", "author", "year", "month", "day", "url", "keywords", "abstract", "annote",
        }  # fmt: skip


@pytest.mark.parametrize(
    "text", [NASTY, "100% & more_or_less", r"C:\temp", "a^b ~ c", "{open", "shut}", "Müller über 王伟"]
)
def test_bibtex_decodes_to_what_was_written(text: str) -> None:
    entry = bibtexparser.parse_string(
        written("bib", [one(title=text, note=text)]), append_middleware=[LatexDecodingMiddleware()]
    ).entries[0]
    for name in ("title", "annote"):
        # The decoder has another circumflex for the one that TeX prints.
        decoded = str(entry[name]).replace("\u02c6", "^")
        assert re.sub(r"[{}\s]", "", decoded) == re.sub(r"[{}\s]", "", text)


def test_names_that_would_fall_apart_are_held_together() -> None:
    text = written("bib", [one(authors=("Ada Reader", "Sun and Moon Society", "Example, Inc."))])
    assert "author = {Ada Reader and {Sun and Moon Society} and {Example, Inc.}}" in text


@given(st.lists(PAPERS, max_size=4))
def test_ris_is_read_back(papers: list[Cited]) -> None:
    entries = rispy.loads(written("ris", papers)) if papers else []
    assert [entry["title"] for entry in entries] == [" ".join(paper.title.split()) for paper in papers]
    for entry, paper in zip(entries, papers, strict=True):
        assert len(entry.get("authors", [])) == len(paper.authors)
        assert entry.get("abstract", "") == paper.abstract
        assert entry["urls"] == [paper.url]


def test_a_note_of_several_lines_cannot_begin_another_record() -> None:
    (entry,) = rispy.loads(written("ris", [one(note="one\nER  - \nTY  - JOUR\nTI  - Forged")]))
    assert entry["title"] == "Kites"
    assert len(entry["notes"]) == 4


@given(st.lists(PAPERS, max_size=4))
def test_json_holds_what_was_written(papers: list[Cited]) -> None:
    items = json.loads(written("csl.json", papers))
    assert [item["title"] for item in items] == [paper.title for paper in papers]
    lines = written("jsonl", papers).split("\n")[:-1]
    assert [json.loads(line)["title"] for line in lines] == [paper.title for paper in papers]


@given(PAPERS)
def test_markdown_shows_the_title_and_nothing_else_of_it(paper: Cited) -> None:
    shown = MarkdownIt().parse(written("md", [Cited(key="k", title=paper.title, url=paper.url)]))
    inline = next(token for token in shown if token.type == "inline")
    assert [token.type for token in inline.children or []][:1] == ["link_open"]
    kinds = {token.type for token in inline.children or []}
    assert kinds <= {"link_open", "link_close", "text", "text_special"}
    assert "".join(token.content for token in inline.children or []) == paper.title


def test_every_format_is_read_again_by_our_own_readers(tmp_path: Path) -> None:
    paper = one(
        title="Kites & strings: 50% of all_winds",
        authors=("Ada van der Reader", "Ben Writer"),
        abstract="They hang in still air.",
        published_on=date(2025, 3, 4),
        arxiv="2510.10001",
        doi="10.5555/kites.1",
        categories=("cs.CL",),
    )
    for kind in ("bib", "ris", "csl.json", "jsonl"):
        path = tmp_path / f"papers.{FORMATS[kind].ending}"
        path.write_text(written(kind, [paper]), encoding="utf-8")
        (read,) = read_file(path).records
        assert isinstance(read, PaperRecord), (kind, read)
        assert read.title == paper.title, kind
        assert [author.name for author in read.authors] == list(paper.authors), kind
        assert read.published_on == paper.published_on, kind
        assert read.abstract == paper.abstract, kind
        named = {(one.scheme, one.value) for one in read.identifiers}
        assert {("arxiv", "2510.10001"), ("doi", "10.5555/kites.1")} <= named, kind


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Reader", ("Ada", "Reader")),
        ("Jan van der Berg", ("Jan", "van der Berg")),
        ("van Berg", ("van", "Berg")),
        ("Plato", None),
        ("Sam Reader Jr.", None),
        ("Example, Inc.", None),
    ],
)
def test_names_are_parted_only_where_that_is_plain(name: str, parts: tuple[str, str] | None) -> None:
    assert given_and_family(name) == parts


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(KeyError):
        written("exe", [])
