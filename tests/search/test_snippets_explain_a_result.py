"""What a result says for itself: marked words, the passage, the fields that matched, the words that did not."""

from __future__ import annotations

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.text import fold
from broadsheet.search.language import read
from broadsheet.search.snippets import Terms, highlight, passage, snippet
from broadsheet.search.snippets.passages import LENGTH
from broadsheet.search.snippets.sentences import sentence_starts
from broadsheet.search.words.analysis import analyse

TODAY = date(2025, 10, 29)
ABSTRACT = (
    "We study how sparse votes of readers can order a page of papers. Earlier work counts them, e.g. by Bayes' rule, "
    "and ignores who saw what. Our method models the position of each paper and learns from clicks that never came. On "
    "five collections it halves the error of counting. We release code for zero-sum exploration, with a German summary."
)


def terms(question: str) -> Terms:
    return Terms(read(question, today=TODAY))


def marked(question: str, text: str, field="abstract") -> str:
    asked = terms(question)
    return "".join(f"[{part}]" if is_match else part for part, is_match in highlight(text, asked.spans(text, field)))


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("model", "Models modelling a model.", "[Models] [modelling] a [model]."),
        ("the model of it", "The model of it", "The [model] of it"),
        ("mu", "the μ of µP and mu", "the [μ] of µP and [mu]"),
        ("godel naive", "Gödel’s naïve nai\u0308ve", "[Gödel’s] [naïve] [nai\u0308ve]"),
        ("zero-sum", "zero sum, zero-sum and zerosum", "[zero] [sum], [zero-sum] and [zerosum]"),
        ("zerosum", "a zero-sum game", "a [zero-sum] game"),
        ("gpt-4", "GPT-4 in 4 steps, GPT in two", "[GPT-4] in 4 steps, [GPT] in two"),
        ("4", "4 steps of GPT-4", "[4] steps of GPT-[4]"),
        ('"model of language"', "Models of language, model in language", "[Models of language], [model in language]"),
        ('"language model"', "a language for models", "a language for models"),
        ('"mamba"', "Mamba and RWKV", "[Mamba] and RWKV"),
        ("vote -page", "votes on a page", "[votes] on a page"),
        ("语言模型", "大语言模型的推理", "大[语言模型]的推理"),
        ("x", "x and y, x² + x", "[x] and y, x² + [x]"),
        ("cat:cs.CL has:code", "cs CL code", "cs CL code"),
        ("votes:many", "Many votes", "[Many] [votes]"),
    ],
)  # fmt: skip
def test_words_that_were_asked_for_are_marked(question, text, expected) -> None:
    assert marked(question, text) == expected


def test_fields_are_respected() -> None:
    assert marked("title:vote", "votes", "title") == "[votes]"
    assert marked("title:vote", "votes", "abstract") == "votes"
    assert marked("abstract:vote", "votes", "title") == "votes"
    assert marked("author:will", "Will Models", "authors") == "[Will] Models"
    assert marked("author:model", "Will Models", "authors") == "Will Models"
    assert marked('author:"Ada Lovelace"', "Ada King Lovelace, Ada Lovelace", "authors").endswith("[Ada Lovelace]")
    assert marked('org:"Analytical Engines"', "Analytical Engines Ltd", "organisations") == "[Analytical] [Engines] Ltd"


def test_the_passage_is_where_the_words_are() -> None:
    shown = snippet("Order from sparse votes", ABSTRACT, terms("german exploration of clicks"))
    text = "".join(part for part, _ in shown.passage.pieces)
    assert text in ABSTRACT
    assert len(text) <= LENGTH
    assert [part for part, is_match in shown.passage.pieces if is_match] == ["clicks", "exploration", "German"]
    assert shown.passage.is_cut_before
    assert not shown.passage.is_cut_behind
    assert shown.places == ("abstract",)


def test_the_passage_starts_with_a_sentence_where_that_costs_nothing() -> None:
    shown = snippet("Order", ABSTRACT, terms("halves counting"))
    text = "".join(part for part, _ in shown.passage.pieces)
    assert any(ABSTRACT[start:].startswith(text) for start in sentence_starts(ABSTRACT))


def test_a_paper_found_by_meaning_shows_its_beginning() -> None:
    shown = snippet("Order from sparse votes", ABSTRACT, terms("recommender systems"))
    assert shown.places == ()
    assert shown.missing == ("recommender", "systems")
    (text, is_match), *others = shown.passage.pieces
    assert (is_match, others) == (False, [])
    assert ABSTRACT.startswith(text)
    assert not shown.passage.is_cut_before
    assert shown.passage.is_cut_behind


def test_a_short_abstract_is_shown_whole_and_an_empty_one_is_nothing() -> None:
    assert passage("Short.", []).pieces == (("Short.", False),)
    assert passage("", []).pieces == ()


def test_why_says_where_and_what_is_missing() -> None:
    asked = terms("votes lovelace zebra the zero-sum org:engines")
    shown = snippet("Votes", ABSTRACT, asked, authors=["Ada Lovelace"], organisations=["Analytical Engines"])
    assert shown.places == ("title", "abstract", "authors", "organisations")
    assert shown.missing == ("zebra",)
    assert snippet("Votes", "", terms('author:"lovelace votes"'), authors=["Ada Lovelace", "Votes X"]).places == ()


def test_sentences_begin_behind_full_stops_only() -> None:
    text = "We, e.g. Smith et al. (2020), win. J. Doe lost! “Why?” Nobody knows 3.5 times.  (So it is.) 好。很好！"
    assert [text[start:][:4] for start in sentence_starts(text)] == [
        "We, ",
        "J. D",
        "“Why",
        "Nobo",
        "(So ",
        "好。很好",
        "很好！",
    ]


LETTERS = st.sampled_from(
    [*"abc xyz", "vote", "votes", "zero", "sum", "-", "'", ". ", " A", "é", "e\u0301", "μ", "语言", "模", "\n"]
)
TEXTS = st.lists(LETTERS, max_size=120).map("".join)
QUESTIONS = st.sampled_from(
    [
        "vote",
        "zero-sum",
        '"zero sum" vote',
        "é x",
        "mu 语言 模",
        "title:vote a",
        "author:a b",
        "zerosum",
        "语言模",
        '"a b"',
        "o",
    ]
)


@given(QUESTIONS, TEXTS, st.sampled_from(["title", "abstract", "authors", "organisations"]))
def test_pieces_are_the_text_and_marks_are_what_was_asked(question, text, field) -> None:
    asked = terms(question)
    spans = asked.spans(text, field)
    pieces = highlight(text, spans)
    assert "".join(part for part, _ in pieces) == text
    assert all(part for part, _ in pieces)
    wanted = set(analyse(fold(question.replace(":", " "))))
    for span in spans:
        assert not unicodedata.combining(text[span.start])
        assert span.end == len(text) or not unicodedata.combining(text[span.end])
        assert set(span.terms) <= wanted | set(fold(question).split()) | {"a", "b"}
        words = set(analyse(fold(text[span.start : span.end]))) | set(fold(text[span.start : span.end]).split())
        assert words & set(span.terms)
    assert all(one.end < other.start or one.end == other.start for one, other in pairwise(spans))


@given(QUESTIONS, st.lists(LETTERS, min_size=100, max_size=400).map("".join))
def test_a_passage_is_part_of_the_text_in_whole_characters(question, text) -> None:
    text = " ".join(text.split())
    spans = terms(question).spans(text, "abstract")
    shown = passage(text, spans)
    part = "".join(piece for piece, _ in shown.pieces)
    assert part in text
    assert len(part) <= max(LENGTH, len(text) if len(text) <= LENGTH else 0)
    assert shown.is_cut_before == (not text.startswith(part)) or text.count(part) > 1
    assert not part or not unicodedata.combining(part[0])
    if spans and len(text) > LENGTH:
        assert any(is_match for _, is_match in shown.pieces) or all(
            span.end - span.start > LENGTH // 2 for span in spans
        )


@given(st.text(max_size=400), st.text(max_size=40))
def test_nothing_makes_it_fail(text, question) -> None:
    shown = snippet(text[:50], text, terms(question), authors=[text[:20]], organisations=[text[:10]])
    assert "".join(part for part, _ in shown.title) == text[:50]
