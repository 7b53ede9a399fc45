"""``broadsheet search``, ``show``, ``stats`` and ``evaluate``: their JSON, their texts, and their refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import many, record, saved, take, take_and_index
from tests.cli.running import run, run_json, write_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(fake) -> None:
    take_and_index(*many(4), page=saved())
    take_and_index(record("Parking a car", authors=["Ada Reader"], abstract="Where to."), source="another")


def test_it_prints_what_it_found_as_json(papers) -> None:
    told = run_json("search", "front", "pages", "--limit", 2)
    assert told["total"] == 4
    assert len(told["papers"]) == 2
    first = told["papers"][0]
    assert first.keys() >= {"id", "key", "title", "date", "score", "categories", "votes_count", "code_url"}
    assert first["id"].startswith("2510.1000")
    assert first["date"] == "2025-10-15"
    assert 0 < told["papers"][1]["score"] <= first["score"] <= 1


def test_it_prints_what_it_found_as_text(papers) -> None:
    result = run("search", "parking")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "  1. Parking a car"
    assert result.stdout.splitlines()[-1] == "1 found"
    assert result.stderr == ""


def test_it_says_how_a_question_was_read(papers) -> None:
    result = run("search", "title:front foo:bar -parking", "--year", "2025", "--prefer", "recent")
    assert "read as: in the title “front” · foo:bar · not “parking”" in result.stderr
    assert "“foo:bar” could not be read as written" in result.stderr
    assert result.stdout.splitlines()[-1] == "4 found, 0 with everything typed"
    told = run_json("search", "title:front foo:bar")
    assert told["reading"]["notes"] == [{"kind": "syntax", "part": "foo:bar"}]
    assert told["papers"][0]["why"]["places"] == ["title"]


def test_it_finds_similar_papers(papers, tmp_path) -> None:
    by_name = run_json("similar", "2510.10001")
    assert [paper["id"] for paper in by_name["papers"]][:1] != ["2510.10001"]
    assert len(by_name["papers"]) >= 3
    bibliography = tmp_path / "mine.bib"
    bibliography.write_text("@misc{a, eprint={2510.10001}}\n@misc{b, title={Parking lots}}\n@misc{c, year=1}\n")
    result = run("similar", "2510.10002", "--bib", bibliography, "--json")
    assert "3 entries: 1 in the catalogue, 1 by title alone, 1 of no use, 0 left out" in result.stderr
    ids = {paper["id"] for paper in json.loads(result.stdout)["papers"]}
    assert ids
    assert not ids & {"2510.10001", "2510.10002"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "name a paper, or a file with --bib"),
        (["--bib", "no/such.bib"], "no/such.bib"),
        (["--bib", "EMPTY"], "names no paper"),
        ([f"paper {n}" for n in range(51)], "expected at most 50 papers"),
    ],
)
def test_it_refuses_to_compare_nothing_or_too_much(papers, tmp_path, arguments, expected) -> None:
    (tmp_path / "empty.bib").write_text("")
    result = run("similar", *(str(tmp_path / "empty.bib") if one == "EMPTY" else one for one in arguments))
    assert result.exit_code == 2
    assert expected in result.stderr


def test_it_narrows_and_orders_as_it_is_told(papers) -> None:
    told = run_json("search", "front", "--category", "cs.CL", "--sort", "votes", "--code", "--from", "2025-10-15")
    assert [paper["id"] for paper in told["papers"]] == ["2510.10000", "2510.10003"]
    assert run_json("search", "front", "--to", "2025-10-14")["total"] == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--category", "!"], "cat='!': expected a category code"),
        (["--from", "monday"], "from='monday': expected a day"),
        (["--mode", "magic"], "mode='magic': expected one of hybrid, words, meaning"),
        (["--sort", "magic"], "sort='magic': expected one of"),
        (["--magic"], "no such option: --magic"),
        (["--year", "soon"], "year='soon': expected a year"),
        (["--limit", "0"], "Invalid value for '--limit'"),
    ],
)
def test_it_refuses_a_bad_question_with_status_2(papers, arguments, expected) -> None:
    result = run("search", "x", *arguments)
    assert result.exit_code == 2
    assert expected in result.stderr


def test_it_says_that_it_searches_by_words_alone(words_alone) -> None:
    take_and_index(record("Parking a car"))
    result = run("search", "car", "--json")
    assert "no embedding model is installed: searching by words alone" in result.stderr
    assert json.loads(result.stdout)["total"] == 1
    assert "none: words alone" in run("stats").stdout


def test_it_survives_an_argument_that_is_not_utf_8(papers) -> None:
    assert run("search", "car\udcff").exit_code == 0
    assert run("show", "car\udcff").exit_code == 1


def test_it_shows_one_paper(papers) -> None:
    told = run_json("show", "https://arxiv.org/abs/2510.10001v2")
    assert told["id"] == "2510.10001"
    assert told.keys() >= {"abstract", "authors", "identifiers", "links", "versions", "listings", "sources", "keywords"}
    text = run("show", "2510.10001").stdout
    assert told["title"] in text
    assert "Ada Reader1, Ben Writer1" in text
    assert "code      https://github.com/example/part-1" in text


def test_it_shows_a_paper_of_which_little_is_known(papers) -> None:
    take(record("Nothing but a title", on=None))
    assert run_json("search", "zebra", "--mode", "words")["total"] == 0
    from broadsheet.catalogue.models import Paper

    text = run("show", Paper.objects.get(title="Nothing but a title").key).stdout
    assert "unknown authors\nno date" in text
    assert "No abstract is known." in text


def test_it_says_that_no_paper_has_that_name(papers) -> None:
    result = run("show", "2510.99999")
    assert result.exit_code == 1
    assert "no paper is known as '2510.99999'" in result.stderr


def test_it_counts_what_is_in_the_instance(papers) -> None:
    take(record("One that waits", on=None))
    assert run_json("stats") == {
        "papers": 6,
        "listings": 5,
        "days": 1,
        "saved_pages": 1,
        "organisations": 4,
        "sources": 2,
        "indexed": 5,
        "with_vector": 5,
        "waiting": 1,
        "model": "tests/fake",
    }
    assert "saved pages    1" in run("stats").stdout


def collection(folder: Path) -> Path:
    write_lines(
        folder / "corpus.jsonl",
        {"_id": "1", "title": "Parking a car", "text": "Where to leave it."},
        {"_id": "2", "title": "Apples", "text": "An orchard."},
    )
    write_lines(folder / "queries.jsonl", {"_id": "q1", "text": "car"}, {"_id": "q2", "text": "orchard"})
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t1\t1\nq2\t2\t2\n", encoding="utf-8")
    return folder


def test_it_measures_a_collection(fake, tmp_path) -> None:
    told = run_json("evaluate", collection(tmp_path))
    assert list(told) == ["words", "meaning", "plain", "hybrid", "gain_of_hybrid_over_plain"]
    assert told.pop("gain_of_hybrid_over_plain") == {"mean": 0.0, "low": 0.0, "high": 0.0}
    for scores in told.values():
        assert scores.keys() == {"ndcg_at_10", "recall_at_100", "mrr", "p50_ms", "p95_ms"}
        assert (scores["ndcg_at_10"], scores["recall_at_100"], scores["mrr"]) == (1.0, 1.0, 1.0)
    lines = run("evaluate", tmp_path).stdout.splitlines()
    assert lines[1].startswith("words     1.0000      1.0000  1.0000")
    assert lines[-1] == "hybrid over plain: nDCG@10 +0.0000, 95 % interval +0.0000 to +0.0000"


def test_it_measures_words_alone_without_a_model_and_says_so(words_alone, tmp_path) -> None:
    result = run("evaluate", collection(tmp_path), "--json")
    assert list(json.loads(result.stdout)) == ["words"]
    assert "only words were measured" in result.stderr


def test_it_refuses_what_is_no_collection(fake, tmp_path) -> None:
    result = run("evaluate", tmp_path)
    assert result.exit_code == 1
    assert "corpus.jsonl: cannot be read" in result.stderr
    result = run("evaluate", collection(tmp_path), "--split", "dev")
    assert result.exit_code == 1
    assert "'dev'" in result.stderr
