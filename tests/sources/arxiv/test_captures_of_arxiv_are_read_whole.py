"""arXiv's captured answers beside the project: every record of every file, as their notes of provenance count them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from broadsheet.sources.arxiv.api import read_api
from broadsheet.sources.arxiv.feed import read_feed
from broadsheet.sources.arxiv.oai import read_oai
from broadsheet.sources.record import PaperRecord

# Records, and all their authors.
OAI = {
    "arxiv-physics-hep-ex.xml": (3, 21),
    "arxiv-physics-hep-th.xml": (3, 8),
    "arxiv-single.xml": (1, 1),
    "hepcrawl_sample_arxiv_record.xml": (12, 44),
    "hepcrawl_sample_arxiv_record0.xml": (1, 5),
    "hepcrawl_sample_arxiv_record1.xml": (1, 1),
    "hepcrawl_sample_arxiv_record2.xml": (1, 1),
    "hepcrawl_sample_arxiv_record3.xml": (1, 2),
    # Of its 66 authors one is a colon.
    "hepcrawl_sample_arxiv_record4.xml": (1, 65),
    "hepcrawl_sample_arxiv_record5.xml": (1, 5),
    "hepcrawl_sample_arxiv_record6.xml": (1, 3),
    "hepcrawl_sample_arxiv_record7.xml": (1, 3),
    "hepcrawl_sample_arxiv_record8.xml": (1, 7),
    "hepcrawl_sample_arxiv_record9.xml": (1, 2),
    "hepcrawl_sample_arxiv_record10.xml": (1, 1),
    "listrecords_oai_dc_resumption.xml": (5, None),
}
# Entries, and how many results the query has.
API = {"query_2026-06-14.xml": (5, None), "query_2025-10-17.xml": (2, 5619), "id_list_2020-09-04.xml": (1, 1)}


def capture(shared: Path, folder: str, name: str) -> bytes:
    path = shared / "captures" / folder / name
    if not path.is_file():
        pytest.skip(f"{name} is named in the note of provenance and is not there")
    return path.read_bytes()


def test_every_capture_is_counted_here(shared: Path) -> None:
    for folder, known in (("arxiv_oai", OAI), ("arxiv_api", API)):
        assert {path.name for path in (shared / "captures" / folder).glob("*.xml")} <= set(known)


@pytest.mark.parametrize(("name", "counts"), OAI.items())
def test_every_record_of_oai_pmh_is_read(shared: Path, name: str, counts: tuple[int, int | None]) -> None:
    answer = read_oai(capture(shared, "arxiv_oai", name), name)
    papers = [one for one in answer.records if isinstance(one, PaperRecord)]
    assert len(papers) == len(answer.records) == counts[0]
    assert counts[1] in {None, sum(len(paper.authors) for paper in papers)}
    assert all(paper.abstract and paper.title and paper.published_on and paper.authors for paper in papers)
    assert all(paper.title == paper.title.strip() and "\n" not in paper.title for paper in papers)
    assert len(answer.datestamps) == counts[0]


@pytest.mark.parametrize(("name", "counts"), API.items())
def test_every_entry_of_the_api_is_read(shared: Path, name: str, counts: tuple[int, int | None]) -> None:
    answer = read_api(capture(shared, "arxiv_api", name), name)
    papers = [one for one in answer.records if isinstance(one, PaperRecord)]
    assert len(papers) == answer.entries_count == counts[0]
    assert counts[1] in {None, answer.total}
    assert all(paper.abstract and paper.authors and paper.categories and paper.versions for paper in papers)


def test_every_entry_of_the_feed_is_read(shared: Path) -> None:
    name = "atom_cs.AI_2025-08-20.xml"
    feed = read_feed(capture(shared, "arxiv_feed", name), name)
    assert (feed.category, feed.stated_on, feed.bad) == ("cs.AI", date(2025, 8, 20), ())
    assert feed.batch is not None
    assert {kind: len(refs) for kind, refs in feed.batch.refs.items() if refs} == {"new": 2, "cross": 5}
    for entry in feed.entries:
        assert entry.paper.abstract
        assert not entry.paper.abstract.startswith(("arXiv:", "Abstract"))
        assert entry.paper.authors
        assert entry.paper.licence.startswith("http")
        assert (entry.paper.categories[0] == "cs.AI") is (entry.kind == "new")
