"""Similar papers: never a given one, whatever the order of the given ones, and every interest of a set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from broadsheet.catalogue.models import Paper
from broadsheet.search.asking import ask
from broadsheet.search.find import find
from broadsheet.search.maintenance import engine
from broadsheet.search.query import PaperQuery
from broadsheet.search.similar import alike_pool, soft_maximum
from tests.builders import record, take_and_index
from tests.encoders import FakeEncoder

TITLES = (
    "Cars on wet roads",
    "Automobile tyres on wet roads",
    "Vehicle brakes and wet roads",
    "Cats sleep in warm houses",
    "A kitten sleeps in warm houses",
    "Feline dreams in warm houses",
    "Old maps of northern harbours",
    "Tides under southern harbours",
)


@pytest.fixture
def papers(db, fake) -> dict[str, Paper]:
    take_and_index(*(record(title, abstract=f"{title}, seen again.") for title in TITLES))
    return {paper.title: paper for paper in Paper.objects.all()}


def alike(*names: str, **fields: object) -> list[str]:
    found = find(PaperQuery(like=names, **fields), limit=100)
    assert found.total == len(found.papers)
    return [paper.title for paper in found.papers]


def test_the_nearest_by_meaning_come_first(papers) -> None:
    assert set(alike(papers["Cars on wet roads"].key)[:2]) == set(TITLES[1:3])


def test_each_of_two_interests_comes_through(papers) -> None:
    first = alike(papers["Cars on wet roads"].key, papers["Cats sleep in warm houses"].key)[:4]
    assert set(first) == {*TITLES[1:3], *TITLES[4:6]}


def test_a_crowded_field_does_not_fill_the_list_alone(papers) -> None:
    take_and_index(*(record(f"Cars on wet roads of county {n}", abstract="Cars on wet roads.") for n in range(30)))
    first = alike(papers["Cars on wet roads"].key, papers["Old maps of northern harbours"].key)[:10]
    assert "Tides under southern harbours" in first
    assert any(title.startswith("Cars on wet roads of county") for title in first)


def test_every_set_leaves_itself_out_in_any_order(papers) -> None:
    keys = [paper.key for paper in papers.values()]
    rng = np.random.default_rng(7)
    for size in range(1, len(keys) + 1):
        chosen = list(rng.permutation(keys)[:size])
        answer = alike(*chosen)
        assert not {papers[title].key for title in answer} & set(chosen)
        assert alike(*reversed(chosen)) == answer


def test_another_paper_with_the_title_of_a_given_one_is_left_out(papers) -> None:
    take_and_index(
        record("Editorial: roads", authors=["Ada One"], abstract="Wet roads.", arxiv="2501.00001"),
        record("Editorial: Roads!", authors=["Ben Two"], abstract="Wet roads here.", arxiv="2501.00002"),
    )
    answer = alike("2501.00001")
    assert answer
    assert not [title for title in answer if title.startswith("Editorial")]


def test_a_title_that_the_catalogue_has_stands_for_its_paper(papers, fake) -> None:
    fake.encoded.clear()
    assert alike("CARS on Wet Roads!") == alike(papers["Cars on wet roads"].key)
    assert fake.encoded == []


def test_a_title_that_the_catalogue_lacks_is_embedded_as_a_paper(papers, fake) -> None:
    fake.encoded.clear()
    assert alike("Kitten care in houses")[0] in TITLES[3:6]
    assert fake.encoded == ["Kitten care in houses"]


def test_words_and_filters_narrow_and_do_not_rank(papers) -> None:
    assert alike(papers["Cars on wet roads"].key, words="brakes") == ["Vehicle brakes and wet roads"]
    assert alike(papers["Cars on wet roads"].key, words="brakes zebra") == []
    assert alike(papers["Cars on wet roads"].key, years=(1900, 1901)) == []


def test_nothing_is_similar_to_what_is_not_there(db, fake) -> None:
    assert alike("Anything") == []
    take_and_index(record("One lonely paper"))
    assert alike(Paper.objects.get().key) == []


@pytest.mark.parametrize("mode", ["hybrid", "words"])
def test_scores_are_between_nought_and_one_best_first_ties_by_number(papers, mode) -> None:
    index = engine()
    assert index is not None
    pool = alike_pool(index, ask(PaperQuery(like=(papers[TITLES[0]].key, papers[TITLES[7]].key), mode=mode)))
    assert len(pool.numbers)
    assert ((pool.scores >= 0) & (pool.scores <= 1)).all()
    assert (np.lexsort((pool.numbers, -pool.scores)) == np.arange(len(pool.numbers))).all()


def test_without_a_model_the_given_papers_own_words_are_asked(db, words_alone) -> None:
    take_and_index(*(record(title, abstract=f"{title}, seen again.") for title in TITLES))
    paper = Paper.objects.get(title="Cars on wet roads")
    answer = alike(paper.key)
    assert paper.title not in answer
    assert set(answer[:2]) == set(TITLES[1:3])
    assert set(alike("Warm houses of the north")[:3]) == set(TITLES[3:6])


def test_by_words_each_of_two_interests_comes_through(db, words_alone) -> None:
    take_and_index(*(record(title, abstract=f"{title}, seen again.") for title in TITLES))
    names = [Paper.objects.get(title=TITLES[n]).key for n in (0, 3)]
    assert set(alike(*names)[:4]) == {*TITLES[1:3], *TITLES[4:6]}


def test_a_paper_whose_vector_has_not_come_yet_is_embedded_when_asked(papers, fake, monkeypatch) -> None:
    index = engine()
    assert index is not None
    number = papers["Cars on wet roads"].pk
    told = index.told

    def without_it(numbers: np.ndarray) -> object:
        known = told(numbers)
        return known._replace(has_vector=known.has_vector & (numbers != number))

    monkeypatch.setattr(index, "told", without_it)
    fake.encoded.clear()
    pool = alike_pool(index, ask(PaperQuery(like=(papers["Cars on wet roads"].key,))))
    assert fake.encoded == ["Cars on wet roads. Cars on wet roads, seen again."]
    assert set(pool.numbers[:2].tolist()) == {papers[title].pk for title in TITLES[1:3]}


def test_hubs_are_put_lower_than_equals(db, fake: FakeEncoder) -> None:
    # The second paper resembles many others, the third none of them; both resemble the first equally.
    crowd = (record(f"Gamma number {n} of many") for n in range(12))
    take_and_index(record("Alpha beta"), record("Alpha gamma"), record("Alpha delta"), *crowd)
    index = engine()
    assert index is not None
    first, second, third = Paper.objects.order_by("pk").values_list("pk", flat=True)[:3]
    asked = ask(PaperQuery(like=(Paper.objects.get(pk=first).key,)))
    assert alike_pool(index, asked).numbers.tolist()[:2] == [third, second]


COSINES = st_numpy.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-1, 1, width=32)
)


@given(COSINES)
def test_a_soft_maximum_lies_between_mean_and_maximum(cosines) -> None:
    soft = soft_maximum(cosines)
    assert (soft <= cosines.max(axis=1) + 1e-4).all()
    assert (soft >= cosines.mean(axis=1) - 1e-4).all()


@given(COSINES, st.randoms(use_true_random=False))
def test_a_soft_maximum_knows_no_order(cosines, random) -> None:
    order = list(range(cosines.shape[1]))
    random.shuffle(order)
    assert np.allclose(soft_maximum(cosines[:, order]), soft_maximum(cosines), atol=1e-6)
