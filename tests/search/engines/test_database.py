"""The database as the engine that answers while the real one is gone: facts exactly, words nearly."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.models import Authorship, Category, Listing, Organisation, Paper, PaperCategory, Source
from broadsheet.search.conditions import Condition, HasFlag, HasPhrase, HasWords, Not, YearWithin, leaves
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines import database
from broadsheet.search.engines.base import EngineError
from broadsheet.search.engines.database import DatabaseEngine
from broadsheet.search.language import Clause
from broadsheet.search.ordering import INDEXED_SORTS, sort_key
from broadsheet.search.sql import condition_q
from tests.search.engines.known import EVERY, FACTS, PAPERS, TEXTS, no_vectors, vectors_of
from tests.search.engines.oracle import holds
from tests.search.engines.strategies import fact_conditions, papers

pytestmark = pytest.mark.django_db

# What the database cannot know (see ``sql``): other forms of compounds than as written.
UNKNOWN = {HasWords("zerosum"), HasWords("games-zero")}
KNOWN = [(one, numbers) for one, numbers in FACTS + TEXTS if not UNKNOWN & set(leaves(one))]


def store(documents: list[IndexDocument]) -> None:
    """Put papers into the catalogue as they are, by their own row ids."""
    Paper.objects.all().delete()
    source, _ = Source.objects.get_or_create(slug="tests")
    for document in documents:
        paper = Paper.objects.create(
            pk=document.number,
            title=document.title,
            abstract=document.abstract,
            published_on=document.published_on,
            first_listed_on=document.first_listed_on,
            votes_elsewhere_count=document.votes_count,
            comments_elsewhere_count=document.comments_count,
            has_code=document.has_code,
            language=document.language,
            state_digest="",
            changed_at=datetime.now(UTC),
        )
        for place, name in enumerate(document.authors):
            Authorship.objects.create(paper=paper, position=place, name=name)
        for place, code in enumerate(document.categories):
            category, _ = Category.objects.get_or_create(code=code)
            PaperCategory.objects.create(paper=paper, category=category, position=place)
        for day in document.days:
            Listing.objects.create(paper=paper, source=source, listed_on=day)
        for slug, name in document.organisations:
            paper.organisations.add(Organisation.objects.get_or_create(slug=slug, defaults={"name": name})[0])


@pytest.fixture
def engine() -> DatabaseEngine:
    store(list(PAPERS))
    return DatabaseEngine(dims=8)


def found(engine: DatabaseEngine, *clauses: Clause, must: Condition | None = None) -> list[int]:
    return engine.words(clauses, must, 10).numbers.tolist()


def test_a_condition_holds_for_the_papers_it_says(engine: DatabaseEngine) -> None:
    for condition, expected in KNOWN:
        assert sorted(engine.listed(condition, "newest", 0, 100).tolist()) == expected, condition
        assert engine.count(condition) == len(expected)
        asked = np.array([*EVERY, 999], np.int64)
        assert asked[engine.among(asked, condition)].tolist() == expected


def test_no_condition_is_every_paper_also_inside_others(engine: DatabaseEngine) -> None:
    assert Paper.objects.filter(condition_q(None)).count() == 5
    assert Paper.objects.filter(~condition_q(None)).count() == 0
    for year in (0, -5, 10_000):
        assert engine.count(YearWithin(year, year)) == 0
        assert engine.count(Not(YearWithin(year, year))) == 5
    assert engine.count(YearWithin(-5, 10_000)) == 4


def test_words_begin_where_words_begin(engine: DatabaseEngine) -> None:
    store(
        [
            IndexDocument(number=1, title="Reinforcement learning", abstract="Art for agents"),
            IndexDocument(number=2, title="An unlearned article", abstract="On parties"),
            IndexDocument(number=3, title="Theories of games", authors=("Ann Lee", "Bo Leeson"), abstract=""),
        ]
    )
    expected = {
        HasWords("learned"): [1],
        HasWords("unlearned"): [2],
        HasWords("art"): [1],
        HasWords("theory"): [3],
        HasWords("lee", "authors"): [3],
        HasWords("lees", "authors"): [],
        HasPhrase("theory of games"): [3],
        HasPhrase("theory games"): [],
        HasPhrase("ann lee", "authors"): [3],
        HasPhrase("lee bo", "authors"): [],
        HasWords("100%_"): [],
    }
    for condition, numbers in expected.items():
        assert sorted(engine.listed(condition, "newest", 0, 9).tolist()) == numbers, condition


def test_papers_are_ranked_by_how_many_words_they_hold_and_where(engine: DatabaseEngine) -> None:
    assert found(engine, Clause("attention networks translation"))[0] == 1
    assert found(engine, Clause("attention networks translation")) == [1, 3]
    assert found(engine, Clause("games")) == [2, 3]
    assert found(engine, Clause("turing", "authors")) == [1]
    assert found(engine, Clause("matrix games", is_phrase=True)) == [2]
    assert found(engine, Clause("attention"), must=HasFlag("code")) == [1]
    assert found(engine, Clause("attention"), must=HasWords("games")) == [3]
    assert found(engine, Clause("the")) == []
    assert found(engine) == []
    assert engine.words((Clause("games"),), None, 0).numbers.tolist() == []
    scores = engine.words((Clause("attention games"),), None, 10).scores.tolist()
    assert scores == sorted(scores, reverse=True)


def test_a_search_looks_at_a_bounded_number_of_papers(monkeypatch: pytest.MonkeyPatch, engine: DatabaseEngine) -> None:
    monkeypatch.setattr(database, "MOST_SEARCHED", 2)
    assert found(engine, Clause("attention games")) == []
    assert found(engine, Clause("attention games"), must=HasFlag("comments")) == [3, 1]
    monkeypatch.setattr(database, "MOST_SEARCHED", 50)
    monkeypatch.setattr(database, "MOST_READ", 1)
    assert len(found(engine, Clause("attention games"))) == 1


def test_it_has_no_meaning_and_is_not_written_to(engine: DatabaseEngine) -> None:
    vector = vectors_of(1)[1][0]
    assert engine.nearest(vector, None, 5).numbers.tolist() == []
    told = engine.told(np.array([1, 2], np.int64))
    assert told.vectors.shape == (2, 8)
    assert not told.has_vector.any()
    assert not told.hubness.any()
    assert engine.spread(vector) == (0.0, 0.0)
    state = engine.state()
    assert (state.papers, state.with_vector, state.fingerprint) == (5, 0, "")
    assert [part.tolist() for part in engine.numbers()] == [EVERY, []]
    engine.reload()
    assert not engine.maintain(lambda: False)
    with pytest.raises(EngineError, match="only reads"):
        engine.update(PAPERS, (), no_vectors(), "")


def test_facets_lists_and_titles_are_those_of_the_contract(engine: DatabaseEngine) -> None:
    facets = engine.facets(None, 10)
    assert facets["category"][0] == ("cs.LG", 2)
    assert dict(facets["year"]) == {"2023": 1, "2024": 2, "2025": 1}
    assert dict(facets["organisation"]) == {"north-lab": 2, "sud": 1}
    assert facets["code"] == [("1", 2)]
    assert len(engine.facets(None, 1)["category"]) == 1
    assert engine.facets(HasWords("zero"), 5)["code"] == []
    assert engine.titled("values of attention", None).tolist() == [3]
    assert engine.titled("values of", None).tolist() == []
    assert engine.titled("", None).tolist() == []
    assert engine.titled("机器学习的理论", None).tolist() == [4]
    assert engine.titled("values of attention", HasFlag("code")).tolist() == []
    for sort in INDEXED_SORTS:
        expected = [paper.number for paper in sorted(PAPERS, key=lambda paper: -sort_key(paper, sort))]
        assert engine.listed(None, sort, 0, 3).tolist() + engine.listed(None, sort, 3, 9).tolist() == expected


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    stored=st.lists(papers, max_size=5, unique_by=lambda paper: paper.number),
    asked=st.lists(fact_conditions, min_size=6, max_size=12),
)
def test_facts_are_those_of_the_oracle(stored: list[IndexDocument], asked: list[Condition]) -> None:
    store(stored)
    for condition in asked:
        expected = sorted(paper.number for paper in stored if holds(condition, paper))
        assert sorted(Paper.objects.filter(condition_q(condition)).values_list("pk", flat=True)) == expected, condition
