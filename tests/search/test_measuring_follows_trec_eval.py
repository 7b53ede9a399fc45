"""The measures against values worked out by hand and by the definition; malformed collections are refused."""

from __future__ import annotations

import json
import math
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.evaluation import (
    CollectionError,
    evaluate,
    load_collection,
    ndcg,
    paired_bootstrap,
    recall,
    reciprocal_rank,
)

DOCUMENTS = st.sampled_from("abcdefghijklm")
GRADES = st.dictionaries(DOCUMENTS, st.integers(1, 3), min_size=1, max_size=6)
RANKINGS = st.lists(DOCUMENTS, unique=True, max_size=13)


def test_it_computes_ndcg_as_by_hand() -> None:
    grades = {"a": 3, "b": 1, "c": 2}
    ideal = 3 + 2 / math.log2(3) + 1 / 2
    assert ndcg(["a", "c", "b"], grades, 10) == pytest.approx(1)
    assert ndcg(["x", "a", "y", "b"], grades, 10) == pytest.approx((3 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert ndcg(["x", "a", "y", "b"], grades, 2) == pytest.approx((3 / math.log2(3)) / (3 + 2 / math.log2(3)))
    assert ndcg([], grades, 10) == ndcg(["x"], grades, 10) == 0


def test_it_computes_recall_and_reciprocal_rank_as_by_hand() -> None:
    grades = {"a": 3, "b": 1}
    assert recall(["x", "a"], grades, 100) == recall(["b", "x", "a"], grades, 2) == 0.5
    assert reciprocal_rank(["x", "y", "b", "a"], grades) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"], grades) == 0


@given(RANKINGS, GRADES, st.integers(1, 5))
def test_it_agrees_with_the_definition(ranked, grades, cut) -> None:
    def gain(order) -> float:
        return sum(grades.get(document, 0) / math.log2(place + 2) for place, document in enumerate(order[:cut]))

    best = max(gain(order) for order in permutations(grades))
    assert ndcg(ranked, grades, cut) == pytest.approx(gain(ranked) / best)
    assert 0 <= ndcg(ranked, grades, cut) <= 1 + 1e-9


def collection(folder: Path, *, corpus: str = "", queries: str = "", **qrels: str) -> Path:
    lines = [
        {"_id": "1", "title": "Parking a car", "text": "Where to leave it.\u2028And why."},
        {"_id": "2", "title": "", "text": "An automobile for every street."},
        {"_id": "q3", "title": "Apples", "text": "Where apples grow on trees."},
    ]
    (folder / "qrels").mkdir()
    written = corpus or "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n"
    (folder / "corpus.jsonl").write_text(written, encoding="utf-8")
    asked = [{"_id": "q1", "text": "car"}, {"_id": "q3", "text": "apples"}, {"_id": "q4", "text": "not judged"}]
    (folder / "queries.jsonl").write_text(queries or "\n".join(map(json.dumps, asked)), encoding="utf-8")
    for name, judged in (
        qrels or {"test": "query-id\tcorpus-id\tscore\nq1\t1\t1\nq1\t2\t1\nq3\tq3\t1\nq1\t3\t0\n"}
    ).items():
        (folder / "qrels" / f"{name}.tsv").write_text(judged, encoding="utf-8")
    return folder


def test_it_scores_words_meaning_and_both(tmp_path, fake) -> None:
    told = evaluate(load_collection(collection(tmp_path)))
    scores = told.scores
    assert list(scores) == ["words", "meaning", "plain", "hybrid"]
    first_only = 1 / (1 + 1 / math.log2(3))
    # A document that is the query, by id and text, is left out, so the second query finds nothing.
    assert scores["words"].ndcg_at_10 == pytest.approx(first_only / 2, abs=1e-4)
    assert scores["words"].recall_at_100 == 0.25
    assert scores["words"].mrr == 0.5
    assert scores["hybrid"].ndcg_at_10 == scores["meaning"].ndcg_at_10 == 0.5
    assert all(0 < score.p50_ms <= score.p95_ms for score in scores.values())


def test_it_keeps_a_document_that_only_has_the_id_of_the_query(tmp_path, words_alone) -> None:
    asked = '{"_id": "q1", "text": "car"}\n{"_id": "q3", "text": "where do apples grow"}'
    scores = evaluate(load_collection(collection(tmp_path, queries=asked))).scores
    assert scores["words"].mrr == 1.0


def test_it_scores_words_alone_without_a_model(tmp_path, words_alone) -> None:
    told = evaluate(load_collection(collection(tmp_path)))
    assert list(told.scores) == ["words"]
    assert told.gain is None


def test_the_bootstrap_tells_a_gain_from_none() -> None:
    theirs = [n / 100 for n in range(100)]
    none = paired_bootstrap(theirs[::-1], theirs)
    assert (none.mean, none.low < 0 < none.high) == (0.0, True)
    gain = paired_bootstrap([value + 0.1 for value in theirs], theirs)
    assert (gain.mean, gain.low, gain.high) == (0.1, 0.1, 0.1)


def test_it_takes_the_judgements_that_are_asked_for_or_the_only_ones(tmp_path) -> None:
    (tmp_path / "one").mkdir()
    assert load_collection(collection(tmp_path / "one", dev="q1\t1\t2")).relevant == {"q1": {"1": 2}}
    (tmp_path / "two").mkdir()
    two = collection(tmp_path / "two", dev="q1\t1\t2", test="q1\t2\t1")
    assert load_collection(two).relevant == {"q1": {"2": 1}}
    assert load_collection(two, "dev").relevant == {"q1": {"1": 2}}


@pytest.mark.parametrize(
    ("parts", "split", "expected"),
    [
        ({"corpus": '{"_id": "1", "text": "x"}\n{"text": "y"}'}, None, "corpus.jsonl:2: not a JSON object with _id"),
        ({"corpus": "[1]"}, None, "corpus.jsonl:1: not a JSON object with _id"),
        ({"corpus": '\n{"_id": '}, None, "corpus.jsonl:2: not JSON"),
        ({"queries": '{"_id": "q1"}'}, None, "queries.jsonl:1: not a JSON object with _id and text"),
        ({"test": "query-id\tcorpus-id\tscore\nq1\t1"}, None, "test.tsv:2: expected query-id, corpus-id and a whole"),
        ({"test": "q1\t1\t1\nq1\t2\thigh"}, None, "test.tsv:2: expected query-id, corpus-id and a whole number"),
        ({}, "dev", "no judgements 'dev'; there are test"),
        ({"dev": "q1\t1\t1", "train": "q1\t1\t1"}, None, "no judgements 'test'; there are dev, train"),
    ],
)
def test_it_names_file_and_line_of_what_it_cannot_read(tmp_path, parts, split, expected) -> None:
    with pytest.raises(CollectionError) as refused:
        load_collection(collection(tmp_path, **parts), split)
    assert expected in str(refused.value)


def test_it_refuses_a_folder_without_a_collection(tmp_path) -> None:
    with pytest.raises(CollectionError, match=r"corpus\.jsonl: cannot be read"):
        load_collection(tmp_path)


@pytest.mark.parametrize("name", ["corpus.jsonl", "qrels/test.tsv"])
def test_it_refuses_what_is_not_utf_8(tmp_path, name) -> None:
    folder = collection(tmp_path)
    (folder / name).write_bytes(b"\xff\xfe\n")
    with pytest.raises(CollectionError, match=r"cannot be read"):
        load_collection(folder)


def test_it_refuses_to_measure_without_judgements(tmp_path, words_alone) -> None:
    with pytest.raises(CollectionError, match="no query has a relevant document"):
        evaluate(load_collection(collection(tmp_path, test="q9\t1\t1")))


def test_it_finds_much_of_cranfield_by_words_alone(shared, words_alone) -> None:
    scores = evaluate(load_collection(shared / "collections" / "cranfield")).scores
    assert scores["words"].ndcg_at_10 > 0.45
