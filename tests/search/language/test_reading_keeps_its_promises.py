"""What holds for every question, however broken."""

from __future__ import annotations

import time
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.text import to_plain
from broadsheet.search.conditions import All, Any, HasPhrase, HasWords, Not, leaves
from broadsheet.search.language import canonical, describe, read
from broadsheet.search.language.build import LONGEST, MOST_NOTES

TODAY = date(2025, 10, 29)
NUMBERS = {"2511.20785": 7, "10.1000/182": 8, "10.1000/a,b": 9}
PIECES = st.sampled_from(
    [
        *"abcxyz", "the", "of", "deep", "zero-sum", "Learning", "µ", "é", "大语言模型", "C++", "$x^2$", "$a b$",
        "\\alpha", " ", " ", " ", "  ", "\t", "OR", "AND", "NOT", "or", "|", "||", "-", "--", "- ", "(", ")", "()",
        '"', '""', "“", "”", "＂", "（", "）", "：", "title:", "abs:", "author:", "org:", "cat:", "id:", "year:",
        "date:", "has:", "votes:", "comments:", "lang:", "foo:", "http://a.b/c", "cs.CL", "cs.*", "2024", "2024..",
        "..", ">", "<=", "2025-10-29", "2025-W44", "7d", "today", "code", "2511.20785", "10.1000/a,b", ",", ".", "{",
        "}", "$", "\\", "\\\"", "'", "[", "]", "\x00", "\u202e", "\ud800", "\u200b", "\n\n",
    ]
)  # fmt: skip
QUESTIONS = st.one_of(
    st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES, max_size=12).map(" ".join), st.text()
)


def reading(text):
    return read(text, today=TODAY, resolve=NUMBERS.get)


def essence(one):
    return one.hard, one.strict, one.clauses, one.plain, one.about


@given(QUESTIONS)
@settings(max_examples=400)
@example("(" * 1_000)
@example("(" * 1_000 + "a" + ")" * 1_000)
@example("-(" * 300 + "a")
@example("title:(" * 200 + "a" + ")" * 200)
@example("NOT " * 500 + "a")
@example('"' * 1_001)
@example("a OR " * 400)
@example("$" * 999)
@example("\\" * 999)
@example("{" * 500 + "}" * 499)
@example("\u202ea\u202c -\u200bb")
def test_reading_never_fails_and_reads_alike_each_time(text) -> None:
    one = reading(text)
    assert one == reading(text)
    assert one.typed == text
    assert len(one.notes) <= MOST_NOTES
    assert len(repr(one)) + len(repr(one.tree)) < 60 * (len(text) + 200)
    describe(one)


@given(QUESTIONS)
@settings(max_examples=400)
@example("y OR (a f(x")
@example("(f(x OR b) c")
@example("(foo OR) bar")
@example("-(a -(b c)) OR d")
@example("id:10.1000/a,b id:2511.20785,2511.99999")
@example("title:(a OR deep) votes:(many OR >10)")
@example('foo:"bar baz" author:"LeCun, Yann"')
def test_the_canonical_form_reads_the_same(text) -> None:
    one = reading(text)
    written = canonical(one)
    again = reading(written)
    assert essence(again) == essence(one)
    assert canonical(again) == written


@given(QUESTIONS)
def test_conditions_hold_what_an_index_can_evaluate(text) -> None:
    one = reading(text)
    for condition in (one.hard, one.strict):
        for leaf in leaves(condition):
            if isinstance(leaf, HasWords | HasPhrase):
                assert leaf.text.strip() == leaf.text != ""
        stack = [condition] if condition else []
        while stack:
            node = stack.pop()
            if isinstance(node, All | Any):
                assert len(node.parts) >= 2
                stack.extend(node.parts)
            elif isinstance(node, Not):
                stack.append(node.part)
    for clause in one.clauses:
        assert clause.text
    assert bool(one.plain) == any(clause.field == "any" and not clause.is_phrase for clause in one.clauses)


ORDINARY = "Deep nets, μ é $x^2$ learn - of; the 大语言 'x' [1] C++ 3.5 o'clock"


@given(st.lists(st.sampled_from(ORDINARY.split()), min_size=1))
def test_without_operators_the_question_is_about_what_was_typed(words) -> None:
    text = " ".join(words)
    one = reading(text)
    assert one.hard is None
    assert one.about in ("", to_plain(text))
    assert bool(one.about) == any(any(letter.isalnum() for letter in word) for word in words)


def test_a_very_long_question_is_cut_between_words_and_told() -> None:
    one = reading("word " * 1_000)
    assert len(one.about) <= LONGEST
    assert set(one.plain) == {"word"}
    assert [note.kind for note in one.notes] == ["length"]
    assert reading("x" * 10 * LONGEST).plain == ("x" * LONGEST,)


def test_the_time_does_not_explode_with_nesting() -> None:
    """The work is linear: what thousands of brackets cost is bounded by what a page of words costs many times over."""

    def cost(text):
        start = time.process_time()
        reading(text)
        return time.process_time() - start

    plain = max(cost("word " * 400), 1e-3)
    for text in (
        "(" * 2_000,
        "-(a " * 500,
        "a OR (b " * 250,
        'title:"a" ' * 200,
        "x:(" * 600,
        '"' * 2_000,
        "$x" * 1_000,
    ):
        assert cost(text) < 200 * plain
