"""What every engine promises, held against each: embedded, Qdrant's local mode, Qdrant Edge, a server where given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from broadsheet.search.conditions import (
    All,
    Condition,
    HasFlag,
    HasWords,
    InCategory,
    Not,
)
from broadsheet.search.engines.base import Engine, FingerprintError
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort, sort_key
from tests.search.engines.conftest import Kind
from tests.search.engines.known import DIMS, EVERY, FACTS, MODEL, PAPERS, TEXTS, fill, no_vectors, vectors_of

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


def held(engine: Engine, condition: Condition | None) -> list[int]:
    return sorted(engine.listed(condition, "newest", 0, 100).tolist())


def found(engine: Engine, *clauses: Clause, must: Condition | None = None) -> list[int]:
    return engine.words(clauses, must, 10).numbers.tolist()


def test_an_empty_engine_answers_every_question_with_nothing(engine: Engine) -> None:
    vector = vectors_of(1)[1][0]
    state = engine.state()
    assert (state.papers, state.with_vector, state.fingerprint) == (0, 0, "")
    assert found(engine, Clause("attention")) == []
    assert engine.nearest(vector, None, 5).numbers.tolist() == []
    assert engine.count(None) == 0
    assert held(engine, None) == []
    assert engine.among(np.array([1, 2], np.int64), None).tolist() == [False, False]
    assert engine.titled("attention is all you need", None).tolist() == []
    assert [part.tolist() for part in engine.numbers()] == [[], []]
    assert not any(engine.facets(None, 5).values())
    assert np.isfinite(engine.spread(vector)).all()


@pytest.mark.parametrize(("condition", "expected"), FACTS + TEXTS, ids=repr)
def test_a_condition_holds_for_exactly_the_papers_it_says(
    filled: Engine, condition: Condition, expected: list[int]
) -> None:
    assert held(filled, condition) == expected
    assert filled.count(condition) == len(expected)
    asked = np.array([*EVERY, 999], np.int64)
    assert asked[filled.among(asked, condition)].tolist() == expected
    near = filled.nearest(vectors_of(1)[1][0], condition, 10).numbers.tolist()
    assert sorted(near) == [number for number in expected if number != 70]


def test_papers_are_ranked_by_words_with_the_title_before_the_abstract(filled: Engine) -> None:
    assert sorted(found(filled, Clause("attention"))) == [1, 3]
    assert found(filled, Clause("games"))[0] == 2
    assert found(filled, Clause("values games"))[0] in (2, 3)
    assert set(found(filled, Clause("values games"))) == {2, 3}
    assert found(filled, Clause("value", "title"), Clause("learners")) == [3, 2]
    assert found(filled, Clause("turing", "authors")) == [1]
    assert found(filled, Clause("matrix games", is_phrase=True)) == [2]
    assert found(filled, Clause("games matrix", is_phrase=True)) == []
    assert found(filled, Clause("games matrix", is_phrase=True), Clause("translation")) == [1]
    assert found(filled, Clause("attention"), must=HasFlag("code")) == [1]
    assert found(filled, Clause("the of")) == []
    assert found(filled) == []
    assert filled.words((Clause("attention"),), None, 0).numbers.tolist() == []


def test_a_word_said_twice_counts_twice(engine: Engine) -> None:
    alike = [
        replace(PAPERS[4], number=number, title=title) for number, title in ((1, "birds"), (2, "ships"), (3, "sea"))
    ]
    engine.update(alike, (), no_vectors(), "")
    engine.reload()
    assert found(engine, Clause("ships birds birds sea"))[0] == 1
    assert found(engine, Clause("ships birds"), Clause("ships"), Clause("sea"))[0] == 2


def test_scores_fall_and_equal_ones_are_ordered_by_number(engine: Engine) -> None:
    twins = [replace(PAPERS[0], number=number) for number in (9, 4, 7)]
    engine.update([*twins, PAPERS[2]], (), no_vectors(), "")
    engine.reload()
    ranked = engine.words((Clause("translation attention"),), None, 10)
    assert ranked.numbers.tolist() == [4, 7, 9, 3]
    assert ranked.scores[0] == ranked.scores[2] > ranked.scores[3] > 0
    assert (ranked.numbers.dtype, ranked.scores.dtype) == (np.int64, np.float32)


def test_the_nearest_come_first_with_their_cosine(filled: Engine) -> None:
    near = filled.nearest(vectors_of(2)[1][0], None, 3)
    assert near.numbers.tolist()[0] == 2
    assert sorted(near.numbers.tolist()[1:]) == [1, 3]
    assert near.scores == pytest.approx(np.cos(np.deg2rad([0, 10, 10])), abs=5e-3)
    assert filled.nearest(vectors_of(2)[1][0], InCategory("cs.LG"), 1).numbers.tolist() == [1]


def test_what_is_stored_is_told(filled: Engine) -> None:
    told = filled.told(np.array([3, 70, 999, 1], np.int64))
    assert told.has_vector.tolist() == [True, False, False, True]
    assert told.vectors[[0, 3]] == pytest.approx(vectors_of(3, 1)[1], abs=5e-3)
    assert told.vectors.shape == (4, DIMS)
    assert np.isfinite(told.hubness[told.has_vector]).all()


def test_the_spread_is_that_of_all_cosines(filled: Engine) -> None:
    vector = vectors_of(1)[1][0]
    cosines = vectors_of(1, 2, 3, 4)[1] @ vector
    assert filled.spread(vector) == pytest.approx((cosines.mean(), cosines.std()), abs=5e-3)


def test_facets_count_what_the_condition_leaves(filled: Engine) -> None:
    everything = filled.facets(None, 10)
    assert dict(everything["category"]) == {"cs.CL": 1, "cs.LG": 2, "math.OC": 1, "cs.GT": 1}
    assert dict(everything["year"]) == {"2023": 1, "2024": 2, "2025": 1}
    assert dict(everything["organisation"]) == {"north-lab": 2, "sud": 1}
    assert everything["code"] == [("1", 2)]
    assert everything["category"][0] == ("cs.LG", 2)
    narrowed = filled.facets(All((HasWords("games"), Not(HasFlag("code")))), 10)
    assert dict(narrowed["category"]) == {"math.OC": 1, "cs.GT": 1}
    assert narrowed["code"] == []
    assert len(filled.facets(None, 1)["category"]) == 1
    assert not any(filled.facets(None, 0)[name] for name in ("category", "year", "organisation"))


@pytest.mark.parametrize("sort", ["newest", "votes", "comments"])
def test_lists_have_the_order_of_the_database_page_by_page(filled: Engine, sort: IndexedSort) -> None:
    expected = [paper.number for paper in sorted(PAPERS, key=lambda paper: -sort_key(paper, sort))]
    assert filled.listed(None, sort, 0, 10).tolist() == expected
    pages = [filled.listed(None, sort, offset, 2).tolist() for offset in (0, 2, 4, 6)]
    assert [number for page in pages for number in page] == expected
    assert filled.listed(None, sort, 0, 0).tolist() == []


def test_a_whole_title_is_found_and_nothing_like_it(filled: Engine) -> None:
    assert filled.titled("values of attention", None).tolist() == [3]
    assert filled.titled("values of", None).tolist() == []
    assert filled.titled("", None).tolist() == []
    assert filled.titled("values of attention", HasFlag("code")).tolist() == []
    assert filled.titled("机器学习的理论", None).tolist() == [4]


def test_numbers_and_state_tell_what_can_be_found(filled: Engine) -> None:
    by_words, by_meaning = filled.numbers()
    assert (by_words.tolist(), by_meaning.tolist()) == (EVERY, [1, 2, 3, 4])
    state = filled.state()
    assert (state.papers, state.with_vector, state.fingerprint) == (5, 4, MODEL)


def test_a_replaced_paper_keeps_its_vector_and_nothing_else_of_the_old_one(engine: Engine) -> None:
    fill(engine)
    engine.update(
        [replace(PAPERS[0], title="birds", abstract="of the sea", categories=("q-bio.PE",))], (), no_vectors(), ""
    )
    engine.reload()
    assert held(engine, HasWords("attention")) == [3]
    assert held(engine, HasWords("birds")) == [1]
    assert held(engine, InCategory("cs.CL")) == []
    assert engine.nearest(vectors_of(1)[1][0], None, 1).numbers.tolist() == [1]
    assert engine.state().with_vector == 4
    engine.update([], (), (np.array([1], np.int64), vectors_of(30)[1]), MODEL)
    engine.reload()
    assert engine.nearest(vectors_of(30)[1][0], None, 1).numbers.tolist() == [1]
    assert held(engine, HasWords("birds")) == [1]


def test_papers_that_are_gone_are_gone_by_every_way(engine: Engine) -> None:
    fill(engine)
    engine.update([], [1, 999], no_vectors(), "")
    engine.reload()
    assert held(engine, None) == [2, 3, 4, 70]
    assert found(engine, Clause("attention")) == [3]
    assert engine.nearest(vectors_of(1)[1][0], None, 10).numbers.tolist() == [2, 3, 4]
    assert [part.tolist() for part in engine.numbers()] == [[2, 3, 4, 70], [2, 3, 4]]
    engine.update([PAPERS[0]], (), vectors_of(1), MODEL)
    engine.reload()
    assert held(engine, None) == EVERY


def test_the_same_batch_twice_is_the_same_index(engine: Engine) -> None:
    fill(engine)
    engine.update(PAPERS, (), vectors_of(1, 2, 3, 4), MODEL)
    engine.reload()
    assert held(engine, None) == EVERY
    assert engine.count(HasWords("attention")) == 2
    assert engine.state().with_vector == 4


def test_vectors_of_another_model_are_refused_and_nothing_is_written(engine: Engine) -> None:
    fill(engine)
    with pytest.raises(FingerprintError, match="rebuild"):
        engine.update([replace(PAPERS[0], title="birds")], (), vectors_of(1), "model-b")
    engine.reload()
    assert held(engine, HasWords("birds")) == []
    assert engine.state().fingerprint == MODEL


def test_an_empty_update_changes_nothing(engine: Engine) -> None:
    fill(engine)
    engine.update([], (), no_vectors(), "")
    engine.reload()
    assert held(engine, None) == EVERY
    assert engine.state().fingerprint == MODEL


def test_what_was_written_is_there_when_opened_again(kind: Kind, opened: Callable[[], Engine]) -> None:
    if not kind.survives_reopening:
        pytest.skip(f"{kind.name} keeps its index in this one object")
    before = fill(opened()).state()
    again = opened()
    assert held(again, None) == EVERY
    assert again.state() == before
