"""Analysis: hyphens, apostrophes, letters with digits, CJK text, names, stop words, overlong words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.text import fold, index_text
from broadsheet.search.conditions import HasPhrase, HasWords, Not
from broadsheet.search.documents import IndexDocument
from broadsheet.search.language import Clause
from broadsheet.search.words import WordIndex, analyse, stem
from broadsheet.search.words.analysis import LONGEST_WORD, pieces, prepared


def index_of(folder: Path, *abstracts: str, **fields: tuple[str, ...]) -> WordIndex:
    index = WordIndex(folder)
    index.update(
        [IndexDocument(number=at, title="", abstract=index_text(text), **fields) for at, text in enumerate(abstracts)]
    )
    return index


def found(index: WordIndex, text: str, field: str = "any") -> list[int]:
    matching = index.matching(HasWords(fold(text), field), 100)
    assert matching is not None
    ranked = index.search([Clause(fold(text), field)], None, 100)
    assert set(matching.tolist()) <= set(ranked.numbers.tolist())
    return matching.tolist()


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Zero-sum games", "zero sum"),
        ("Zero-sum games", "zero-sum"),
        ("Zero-sum games", "zerosum"),
        ("Zero sum games", "zero-sum"),
        ("Zerosum games", "zero-sum"),
        ("Schrödinger's equation", "schrodinger"),
        ("Schrodinger equation", "Schrödinger’s"),
        ("what we don't know", "dont"),
        ("k-means and L2", "kmeans l2"),
        ("GPT-4o and Llama-3.1", "gpt4o llama 3.1"),
        ("Llama 3.1 is open", "llama-3.1"),
        ("the R package", "r"),
        ("long non-coding lncRNAs", "lncRNA"),
        ("µ-opioid receptors", "mu-opioid receptor"),
        ("机器学习方法", "学习"),
        ("机器学习方法", "学"),
        ("用GPT模型", "gpt 模型"),
        ("x" * 300, "x" * 300),
        ("studies of learned models", "studying learning model"),
    ],
)
def test_it_is_found(tmp_path, written, asked) -> None:
    assert found(index_of(tmp_path, written, "something else"), asked) == [0]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("zero cost of a sum", "zerosum"),
        ("机会器具", "机器"),
        ("a mean of k", "kmeans"),
        ("the who", "the"),
        ("3.1", "31"),
    ],
)
def test_it_is_not_found(tmp_path, written, asked) -> None:
    assert found(index_of(tmp_path, written), asked) == []


def test_a_question_of_stop_words_alone_finds_nothing_and_is_no_error(tmp_path) -> None:
    index = index_of(tmp_path, "the cat and the hat")
    for text in ("the", "it", "to be or not to be", "", "?!", "-", "'"):
        assert found(index, text) == []
        assert index.count(HasPhrase(text)) == 0
        assert index.count(Not(HasWords(text))) == 1
        assert index.scores_of([Clause(text)], np.array([0], np.int64)).tolist() == [0.0]


def test_phrases_reach_over_compounds_and_stop_words_but_not_from_one_name_to_the_next(tmp_path) -> None:
    index = index_of(tmp_path, "Learning of models in zero-sum games", authors=("jean-pierre o'brien", "ann lee"))

    def holds(text: str, field: str = "any") -> bool:
        return index.count(HasPhrase(text, field)) == 1

    assert holds("learning of models")
    assert holds("zero-sum games")
    assert holds("zero sum game")
    assert holds("pierre o'brien", "authors")
    assert not holds("learning models")
    assert not holds("models zero")
    assert not holds("o'brien ann", "authors")
    assert not holds("brien ann")


def test_a_name_is_found_as_it_is_written(tmp_path) -> None:
    index = index_of(tmp_path, "", authors=("e hastings", "an o'brien"))
    for name in ("e", "an", "hastings", "obrien", "o'brien", "e hastings"):
        assert found(index, name, "authors") == [0]
    assert found(index, "hasting", "authors") == []


def test_words_that_tell_nothing_do_not_count_beside_others(tmp_path) -> None:
    index = index_of(tmp_path, "what can we do", "methods")
    assert index.search([Clause("what methods do we have")], None, 10).numbers.tolist() == [1]
    assert index.search([Clause("what can"), Clause("we do")], None, 10).numbers.tolist() == [0]


def test_a_word_that_is_typed_twice_counts_twice(tmp_path) -> None:
    index = index_of(tmp_path, "fox hen", "owl")
    once, twice = index.search([Clause("fox")], None, 1), index.search([Clause("fox fox")], None, 1)
    assert twice.scores[0] == pytest.approx(2 * once.scores[0])


def test_scores_of_given_papers_are_those_of_the_search(tmp_path) -> None:
    index = index_of(tmp_path, "fox and hen", "fox", "owl", "hen hen")
    clauses = [Clause("fox"), Clause("hen"), Clause("fox hen", is_phrase=True)]
    best = index.search(clauses, None, 10)
    asked = np.array([3, 2, 77, 0, 1, 1], np.int64)
    wanted = dict(zip(best.numbers.tolist(), best.scores.tolist(), strict=True))
    assert index.scores_of(clauses, asked) == pytest.approx([wanted.get(number, 0.0) for number in asked.tolist()])
    narrowed = index.search(clauses, HasWords("hen"), 10)
    assert narrowed.numbers.tolist() == [number for number in best.numbers.tolist() if number in (0, 3)]
    assert narrowed.scores.tolist() == pytest.approx([wanted[number] for number in narrowed.numbers.tolist()])


@given(st.text(max_size=80) | st.text(alphabet="ab-'. 学1r", max_size=40))
def test_any_text_is_analysed(text) -> None:
    folded = index_text(text)
    assert all(0 < len(term.encode()) <= 4 * LONGEST_WORD for term in analyse(folded))
    read = pieces(folded)
    assert all(piece.parts for piece in read)
    terms = set(analyse(folded))
    if not any(len(word) > LONGEST_WORD for word in folded.split()):
        assert {stem(part) for piece in read for part in piece.parts} - {""} <= terms
    assert prepared(folded) == prepared(folded)
