"""The index alone, on documents small enough to know every answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.text import fold, index_text, normalise_title
from broadsheet.search.documents import Filters, IndexDocument
from broadsheet.search.index import Generation, Question
from broadsheet.search.query import MODES
from tests.encoders import FakeEncoder

MODEL = FakeEncoder()
DAY = date(2025, 10, 13)


def document(number: int, title: str, abstract: str = "", **fields) -> IndexDocument:
    texts = {"title": index_text(title), "abstract": index_text(abstract), "title_key": normalise_title(title)}
    return IndexDocument(number=number, **texts, **fields)


def put(generation: Generation, *documents: IndexDocument, gone: Sequence[int] = ()) -> None:
    vectors = MODEL.encode([f"{entry.title} {entry.abstract}" for entry in documents])
    generation.update(documents, vectors, gone, MODEL.fingerprint)


def ask(generation: Generation, words: str, mode: str = "hybrid", **filters) -> list[int]:
    vector = MODEL.encode_query(words) if mode != "words" else None
    question = Question(fold(words), vector, Filters(**filters), normalise_title(words))
    return [int(number) for number in generation.search(question, mode).numbers]


@pytest.fixture
def cars(tmp_path: Path) -> Generation:
    generation = Generation(tmp_path / "g1")
    put(
        generation,
        document(1, "Parking a car in town", "One page on where to leave it."),
        document(2, "An automobile for every street", "Streets and where they lead."),
        document(3, "Growing apples", "On trees, orchards and a car that waits for the harvest of every apple tree."),
        document(4, "The motion of glaciers", "Ice.", authors=(fold("Émile Carrière"),)),
    )
    return generation


def test_it_finds_by_words_in_order_of_how_much_they_say(cars) -> None:
    assert ask(cars, "car", "words") == [1, 3]


def test_it_finds_forms_of_a_word_and_names_of_authors(cars) -> None:
    assert ask(cars, "GLACIER", "words") == [4]
    assert ask(cars, "carriere", "words") == ask(cars, "Émile", "words") == [4]


def test_it_finds_by_meaning_what_shares_no_word(cars) -> None:
    assert set(ask(cars, "vehicle", "meaning")) >= {1, 2}
    assert ask(cars, "vehicle", "words") == []


def test_it_puts_first_what_both_halves_find(cars) -> None:
    answer = ask(cars, "car")
    assert answer[0] == 1
    assert 2 in answer


def test_it_puts_a_paper_first_whose_whole_title_was_typed(cars) -> None:
    put(cars, document(5, "Car", "Glaciers."), *(document(n, f"Car car car {n}", "car " * 9) for n in range(6, 20)))
    for mode in MODES:
        assert ask(cars, "  CAR!", mode)[0] == 5
        assert ask(cars, "The Motion of Glaciers", mode)[0] == 4


def test_it_answers_nothing_to_nothing(cars) -> None:
    assert ask(cars, "the of and", "words") == []
    assert ask(cars, "zzz", "words") == []
    assert ask(cars, '"+-:^~*?(][}{', "words") == []


def test_it_forgets_what_is_gone_and_replaces_what_changed(cars) -> None:
    put(cars, document(1, "Parking a bicycle"), gone=[3])
    assert ask(cars, "car", "words") == []
    assert ask(cars, "bicycle") == [1]
    assert (cars.lexical.count(), cars.vectors.count()) == (3, 3)


def test_it_knows_no_vectors_after_an_update_without_a_model(cars) -> None:
    cars.update([document(1, "Parking a bicycle")], None, [], "")
    assert (cars.lexical.count(), cars.vectors.count(), cars.vectors.fingerprint) == (4, 0, "")


def test_it_drops_vectors_that_another_model_made(cars) -> None:
    other = FakeEncoder("fake-2")
    cars.update([document(9, "A kitten")], other.encode(["A kitten"]), [], other.fingerprint)
    assert (cars.vectors.count(), cars.vectors.fingerprint) == (1, "fake-2")


def test_it_is_read_by_one_while_another_writes(cars, tmp_path) -> None:
    reader = Generation(tmp_path / "g1")
    put(cars, document(5, "A new car"))
    reader.reload()
    assert 5 in ask(reader, "car", "words")
    assert 5 in ask(reader, "vehicle", "meaning")


WORDS = ("car", "automobile", "apple", "ice", "town")
CODES = ("cs.CL", "cs.LG", "stat.ML", "math")


@st.composite
def collections(draw: st.DrawFn) -> list[IndexDocument]:
    """A few documents with everything that can be filtered."""
    count = draw(st.integers(1, 6))
    return [
        document(
            number,
            " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))),
            categories=tuple(draw(st.sets(st.sampled_from(CODES), max_size=2))),
            days=tuple(DAY + timedelta(days=n) for n in draw(st.sets(st.integers(0, 3), max_size=2))),
            has_code=draw(st.booleans()),
        )
        for number in range(1, count + 1)
    ]


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """Any filter, also one that nothing satisfies."""
    first, last = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    return Filters(
        categories=tuple(draw(st.sets(st.sampled_from(["cs.cl", "CS.LG", "cs.*", "math.*", "q-bio"]), max_size=2))),
        day_from=draw(st.sampled_from([None, DAY + timedelta(days=first)])),
        day_to=draw(st.sampled_from([None, DAY + timedelta(days=last)])),
        has_code=draw(st.booleans()),
        numbers=draw(st.none() | st.frozensets(st.integers(1, 8), max_size=4)),
    )


def satisfies(entry: IndexDocument, wanted: Filters) -> bool:
    codes = {code.lower() for code in entry.categories}
    codes |= {f"{code.partition('.')[0]}.*" for code in codes}
    first, last = wanted.day_from or date.min, wanted.day_to or date.max
    return (
        (not wanted.categories or not codes.isdisjoint(code.lower() for code in wanted.categories))
        and (not (wanted.day_from or wanted.day_to) or any(first <= day <= last for day in entry.days))
        and (entry.has_code or not wanted.has_code)
        and (wanted.numbers is None or entry.number in wanted.numbers)
    )


@given(documents=collections(), asked=st.lists(filters(), min_size=3, max_size=3), word=st.sampled_from(WORDS))
@settings(max_examples=25, deadline=None)
def test_it_filters_exactly_in_every_mode(documents, asked, word, tmp_path_factory) -> None:
    generation = Generation(tmp_path_factory.mktemp("filters"))
    put(generation, *documents)
    for wanted in asked:
        allowed = {entry.number for entry in documents if satisfies(entry, wanted)}
        for mode in MODES:
            question = Question(word, MODEL.encode_query(word) if mode != "words" else None, wanted, word)
            unfiltered = Question(word, question.vector, Filters(), word)
            everything = {int(n) for n in generation.search(unfiltered, mode).numbers}
            assert {int(n) for n in generation.search(question, mode).numbers} == everything & allowed
        assert set(generation.lexical.matching(wanted).tolist()) == allowed
