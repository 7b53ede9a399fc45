"""The captured answers and the collections beside the project: every item and every line."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from broadsheet.sources.files import read_file
from broadsheet.sources.record import SourceFile
from tests.sources.pages import complaints, papers

# Items, and authors who are not hidden.
ANSWERS = {
    "daily_papers_2024-05-27.json": (13, 97),
    "daily_papers_2024-12-11.json": (26, 231),
    "daily_papers_2025-01-10.json": (9, 49),
    "daily_papers_2025-04-18.json": (15, 114),
    "daily_papers_2025-09-29.json": (30, 341),
    "daily_papers_2026-03-11.json": (18, 151),
    "daily_papers_2026-06-12_raw.json": (30, 201),
}
LINES = {
    "cranfield": 1400,
    "cisi": 1460,
    "medline": 1033,
    "cacm": 3204,
    "hf-daily-2024-2025": 6141,
    "synergy": 3850,
    "scifact-train": 5183,
    "adi": 82,
}
# Two documents of this collection have never had a text.
EMPTY = {"cranfield": [471, 995]}


@lru_cache
def collection(shared: Path, name: str) -> SourceFile:
    return read_file(shared / "collections" / name / "corpus.jsonl")


@pytest.mark.parametrize(("name", "counts"), ANSWERS.items())
def test_every_item_of_a_captured_answer_is_read(shared: Path, name, counts) -> None:
    file = read_file(shared / "captures" / "hf_daily_papers" / name)
    assert (file.format, complaints(file)) == ("daily-papers-api", [])
    found = papers(file)
    assert (len(found), sum(len(paper.authors) for paper in found)) == counts
    day = date.fromisoformat(name.removeprefix("daily_papers_")[:10])
    assert [(paper.listing.listed_on, paper.listing.rank) for paper in found] == [
        (day, rank) for rank in range(1, len(found) + 1)
    ]
    assert all([one.scheme for one in paper.identifiers] == ["arxiv"] for paper in found)
    assert all(paper.abstract and paper.published_on and paper.votes_count is not None for paper in found)


@pytest.mark.parametrize(("name", "count"), LINES.items())
def test_every_line_of_a_collection_is_read(shared: Path, name, count) -> None:
    file = collection(shared, name)
    assert (file.format, file.source) == ("jsonl", f"jsonl:{name}")
    assert complaints(file) == [f"corpus.jsonl:{line}: neither title nor text" for line in EMPTY.get(name, [])]
    assert len(file.records) == count
    assert len({paper.ref for paper in papers(file)}) == len(papers(file))


def test_papers_of_the_daily_pages_have_their_days_votes_and_identifiers(shared: Path) -> None:
    found = papers(collection(shared, "hf-daily-2024-2025"))
    assert all([one.scheme for one in paper.identifiers] == ["arxiv"] for paper in found)
    assert all(paper.listing and paper.votes_count is not None and paper.authors for paper in found)
