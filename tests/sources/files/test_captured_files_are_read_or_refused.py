"""Every captured file beside the project gives the records that its provenance note speaks of, or says why not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from broadsheet.catalogue.admission import refusal, storable
from broadsheet.sources.files import read_file
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError

# Format, papers, and records that say why they are none.
READ: dict[str, tuple[str, int, int]] = {
    "arxiv_api/id_list_2020-09-04.xml": ("arxiv-api", 1, 0),
    "arxiv_api/query_2025-10-17.xml": ("arxiv-api", 2, 0),
    "arxiv_feed/atom_cs.AI_2025-08-20.xml": ("arxiv-feed", 7, 0),
    "arxiv_oai/arxiv-physics-hep-ex.xml": ("arxiv-oai", 3, 0),
    "arxiv_oai/arxiv-physics-hep-th.xml": ("arxiv-oai", 3, 0),
    "arxiv_oai/arxiv-single.xml": ("arxiv-oai", 1, 0),
    "arxiv_oai/hepcrawl_sample_arxiv_record.xml": ("arxiv-oai", 12, 0),
    **{f"arxiv_oai/hepcrawl_sample_arxiv_record{number}.xml": ("arxiv-oai", 1, 0) for number in range(11)},
    "biorxiv/collection_item_456574.json": ("biorxiv", 1, 0),
    "crossref/papis_test_1_multiple_authors.json": ("crossref", 1, 0),
    "crossref/papis_test_2_abstract.json": ("crossref", 1, 0),
    "crossref/papis_test_3_conference.json": ("crossref", 1, 0),
    "crossref/papis_test_4_multiple_isbn.json": ("crossref", 1, 0),
    "crossref/papis_test_5_aps_article_number.json": ("crossref", 1, 0),
    "hf_daily_papers/daily_papers_2024-05-27.json": ("daily-papers-api", 13, 0),
    "hf_daily_papers/daily_papers_2024-12-11.json": ("daily-papers-api", 26, 0),
    "hf_daily_papers/daily_papers_2025-01-10.json": ("daily-papers-api", 9, 0),
    "hf_daily_papers/daily_papers_2025-04-18.json": ("daily-papers-api", 15, 0),
    "hf_daily_papers/daily_papers_2025-09-29.json": ("daily-papers-api", 30, 0),
    "hf_daily_papers/daily_papers_2026-03-11.json": ("daily-papers-api", 18, 0),
    "hf_daily_papers/daily_papers_2026-06-12_raw.json": ("daily-papers-api", 30, 0),
    "kaggle_arxiv/arxiv-metadata-oai-snapshot.head200.jsonl": ("kaggle-arxiv", 200, 0),
    "openalex/works_0_25.json": ("openalex", 25, 0),
    "pubmed/efetch.xml": ("pubmed", 5, 0),
    "semantic_scholar/search_transformer.json": ("semantic-scholar", 5, 0),
}
INTERNAL = "arXiv's internal metadata, which are no public format"
REFUSED = {
    "arxiv_internal/docmeta.json": INTERNAL,
    "arxiv_internal/docmeta_bulk.json": INTERNAL,
    "pubmed/esearch.json": "an answer of PubMed's esearch: it names articles and does not describe them",
}
RECORDING = r"a recording of requests and answers \(VCR\) and no answer itself"
# The answers in each recording: format, papers and bad records, or why one is refused.
DATA_SETS = "of type dataset, which is no paper"
RECORDED: dict[str, list[tuple[str, int, int] | str]] = {
    "crossref/test_cursor.yaml": [("crossref", 17, 3)],
    "crossref/test_works_bad_id_warn.yaml": ["of no known format"],
    "crossref/test_works_query.yaml": [("crossref", 2, 0)],
    "crossref/test_works_with_many_ids.yaml": [("crossref", 1, 0)] * 5,
    "crossref/test_works_with_one_id.yaml": [("crossref", 1, 0)],
    "crossref/test_works_with_select_param.yaml": [("crossref", 20, 0)],
    "crossref/test_worksquery_execute.yaml": [("crossref", 3, 0)],
    "crossref/test_worksquery_same_as_wrapped_method_real_requests.yaml": [("crossref", 3, 0)] * 2,
    "semantic_scholar/test_bad_query_parameters.yaml": ["an answer that says 'Unrecognized or unsupported fields"],
    "semantic_scholar/test_empty_paginated_results.yaml": [("semantic-scholar", 0, 0)],
    "semantic_scholar/test_get_paper.yaml": [("semantic-scholar", 1, 0)],
    "semantic_scholar/test_get_papers.yaml": [("semantic-scholar", 0, 3)],
    "semantic_scholar/test_get_recommended_papers.yaml": [("semantic-scholar", 100, 0)],
    "semantic_scholar/test_get_recommended_papers_from_lists.yaml": [("semantic-scholar", 100, 0)],
    "semantic_scholar/test_not_found.yaml": [
        "an answer that says 'Paper with id",
        "an answer that says 'Author with id",
    ],
    "semantic_scholar/test_search_paper.yaml": [("semantic-scholar", 100, 0)],
    "semantic_scholar/test_search_paper_bulk_retrieval.yaml": [("semantic-scholar", 1000, 0)],
    "semantic_scholar/test_search_paper_match_title.yaml": [("semantic-scholar", 1, 0)],
}


def counted(path: Path) -> tuple[str, int, int]:
    file = read_file(path)
    records = list(file.records)
    kinds = Counter(type(record) for record in records)
    assert set(kinds) <= {PaperRecord, BadRecord}
    for record in records:
        assert record.where.startswith(path.name)
        if isinstance(record, PaperRecord):
            assert refusal(storable(record)) is None
            assert record.ref
    return file.format, kinds[PaperRecord], kinds[BadRecord]


def test_every_captured_file_is_spoken_of(shared: Path) -> None:
    folder = shared / "captures"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".md"}
    assert found == {*READ, *REFUSED, *RECORDED}


@pytest.mark.parametrize(("name", "expected"), READ.items())
def test_it_gives_its_records(shared: Path, name, expected) -> None:
    assert counted(shared / "captures" / name) == expected


@pytest.mark.parametrize(("name", "reason"), REFUSED.items())
def test_it_says_why_it_is_refused(shared: Path, name, reason) -> None:
    with pytest.raises(SourceError, match=reason):
        read_file(shared / "captures" / name)


@pytest.mark.parametrize(("name", "expected"), RECORDED.items())
def test_a_recording_is_refused_and_its_answers_are_read(shared: Path, tmp_path, name, expected) -> None:
    yaml = pytest.importorskip("yaml")
    with pytest.raises(SourceError, match=RECORDING):
        read_file(shared / "captures" / name)
    exchanges = yaml.safe_load((shared / "captures" / name).read_text("utf-8"))["interactions"]
    assert len(exchanges) == len(expected)
    for number, (exchange, said) in enumerate(zip(exchanges, expected, strict=True)):
        response = exchange["response"]
        body = response["body"]["string"] if "body" in response else response["content"]
        path = tmp_path / f"answer{number}.json"
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        if isinstance(said, str):
            with pytest.raises(SourceError, match=said):
                read_file(path)
        else:
            assert counted(path) == said


def test_data_sets_among_works_say_that_they_are_none(shared: Path, tmp_path) -> None:
    yaml = pytest.importorskip("yaml")
    text = (shared / "captures" / "crossref" / "test_cursor.yaml").read_text("utf-8")
    path = tmp_path / "answer.json"
    path.write_bytes(yaml.safe_load(text)["interactions"][0]["response"]["body"]["string"])
    bad = [record.reason for record in read_file(path).records if isinstance(record, BadRecord)]
    assert bad == [DATA_SETS] * 3
