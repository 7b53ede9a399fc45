"""Real answers of the servers beside arXiv: each file gives the papers that it holds, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.catalogue.admission import refusal, storable
from broadsheet.sources.biorxiv import read_biorxiv
from broadsheet.sources.crossref import read_crossref
from broadsheet.sources.follow import read_day
from broadsheet.sources.openalex import read_openalex
from broadsheet.sources.pubmed import read_pubmed
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError
from broadsheet.sources.semantic_scholar import read_semantic_scholar
from tests.sources.network import captures

Reader = Callable[[bytes, str], Iterator[PaperRecord | BadRecord]]
READERS: dict[str, Reader] = {
    "hf_daily_papers": read_day,
    "biorxiv": read_biorxiv,
    "crossref": read_crossref,
    "openalex": read_openalex,
    "semantic_scholar": read_semantic_scholar,
    "pubmed": read_pubmed,
}

# The papers in each answer of a file.
PAPERS: dict[str, dict[str, list[int]]] = {
    "hf_daily_papers": {
        "daily_papers_2024-05-27.json": [13],
        "daily_papers_2024-12-11.json": [26],
        "daily_papers_2025-01-10.json": [9],
        "daily_papers_2025-04-18.json": [15],
        "daily_papers_2025-09-29.json": [30],
        "daily_papers_2026-03-11.json": [18],
        "daily_papers_2026-06-12_raw.json": [30],
    },
    "biorxiv": {"collection_item_456574.json": [1]},
    "crossref": {
        "papis_test_1_multiple_authors.json": [1],
        "papis_test_2_abstract.json": [1],
        "papis_test_3_conference.json": [1],
        "papis_test_4_multiple_isbn.json": [1],
        "papis_test_5_aps_article_number.json": [1],
        "test_cursor.yaml": [17],
        "test_works_query.yaml": [2],
        "test_works_with_many_ids.yaml": [1, 1, 1, 1, 1],
        "test_works_with_one_id.yaml": [1],
        "test_works_with_select_param.yaml": [20],
        "test_worksquery_execute.yaml": [3],
        "test_worksquery_same_as_wrapped_method_real_requests.yaml": [3, 3],
    },
    "openalex": {"works_0_25.json": [25]},
    "semantic_scholar": {
        "search_transformer.json": [5],
        "test_empty_paginated_results.yaml": [0],
        "test_get_paper.yaml": [1],
        "test_get_papers.yaml": [0],
        "test_get_recommended_papers.yaml": [100],
        "test_get_recommended_papers_from_lists.yaml": [100],
        "test_search_paper.yaml": [100],
        "test_search_paper_bulk_retrieval.yaml": [1000],
        "test_search_paper_match_title.yaml": [1],
    },
    "pubmed": {"efetch.xml": [5]},
}
# What among them is none, and why: three datasets, and three papers whose authors alone were asked for.
NO_PAPERS = {
    "test_cursor.yaml": ["of type dataset, which is no paper"] * 3,
    "test_get_papers.yaml": ["the paper has no title"] * 3,
}
# Answers without papers, and what is said of them.
REFUSED = {
    "crossref": {"test_works_bad_id_warn.yaml": ["not JSON"]},
    "semantic_scholar": {
        "test_bad_query_parameters.yaml": ["the server says: Unrecognized or unsupported fields"],
        "test_not_found.yaml": ["the server says: Paper with id 0", "the server says: Author with id 0"],
    },
    "pubmed": {"esearch.json": ["esearch names them without a word"]},
}


@pytest.mark.parametrize("folder", READERS)
def test_no_capture_is_left_out(shared: Path, folder: str) -> None:
    assert captures.files(shared / "captures" / folder) == {*PAPERS[folder], *REFUSED.get(folder, {})}


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder, names in PAPERS.items() for name in names])
def test_every_record_is_read(shared: Path, folder: str, name: str) -> None:
    read = READERS[folder]
    answers = [list(read(body, name)) for body in captures.answers(shared / "captures" / folder / name)]
    papers = [[record for record in records if isinstance(record, PaperRecord)] for records in answers]
    assert list(map(len, papers)) == PAPERS[folder][name]
    bad = [record.reason for records in answers for record in records if isinstance(record, BadRecord)]
    assert bad == NO_PAPERS.get(name, [])
    for paper in (paper for found in papers for paper in found):
        assert refusal(storable(paper)) is None
        assert "<" not in paper.title
        assert paper.ref
        assert paper.where.startswith(name)


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder, names in REFUSED.items() for name in names])
def test_an_answer_without_papers_is_refused_with_its_reason(shared: Path, folder: str, name: str) -> None:
    bodies = captures.answers(shared / "captures" / folder / name)
    for body, reason in zip(bodies, REFUSED[folder][name], strict=True):
        with pytest.raises(SourceError, match=reason):
            list(READERS[folder](body, name))


def test_the_answers_hold_what_is_looked_for(shared: Path) -> None:
    folder = shared / "captures"
    works = list(read_openalex((folder / "openalex/works_0_25.json").read_bytes(), "works"))
    assert all(isinstance(work, PaperRecord) and work.abstract and work.authors for work in works)
    articles = list(read_pubmed((folder / "pubmed/efetch.xml").read_bytes(), "efetch"))
    assert all(isinstance(it, PaperRecord) and it.abstract and it.published_on for it in articles)
    assert all({named.scheme for named in it.identifiers} == {"pmid", "doi"} for it in articles)
    (corrected,) = [
        record
        for body in captures.answers(folder / "crossref/test_works_with_one_id.yaml")
        for record in read_crossref(body, "one")
    ]
    assert [statement.kind for statement in corrected.statements] == ["published", "corrected"]
