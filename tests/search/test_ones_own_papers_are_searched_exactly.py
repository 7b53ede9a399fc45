"""A question inside what is somebody's own is answered for its reader alone, and only once it is known who asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, library
from broadsheet.community.models import Account
from broadsheet.search.engines.database import DatabaseEngine
from broadsheet.search.find import find
from broadsheet.search.inside import resolved
from broadsheet.search.query import INSIDES, MODES, PaperQuery, QueryError
from tests.builders import WEDNESDAY, record, take_and_index
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(fake: object) -> Account:
    """Somebody who saved three papers of eight, the second of them last."""
    take_and_index(*(record(f"The car of {n}", on=WEDNESDAY + timedelta(days=n), votes_count=n) for n in range(8)))
    account = person()
    for number in (5, 2, 7):
        library.save(account, Paper.objects.get(title=f"The car of {number}"))
    return account


def numbers(query: PaperQuery, **part: int) -> list[int]:
    return [int(paper.title.split()[-1]) for paper in find(query, **part).papers]


@pytest.mark.parametrize("by", ["index", "database"])
def test_every_way_of_searching_keeps_to_it(by: str, alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "database":
        monkeypatch.setattr("broadsheet.search.find.engine", DatabaseEngine)
    for mode in MODES:
        query = resolved(PaperQuery(words="car", mode=mode, inside="saved"), alice)
        if by == "database" and mode == "meaning":
            assert numbers(query) == [], "the database knows no meaning"
            continue
        assert find(query).total == 3, mode
        assert set(numbers(query)) == {2, 5, 7}, mode
        assert numbers(replace(query, sort="saved")) == [7, 2, 5], mode
        assert numbers(replace(query, sort="votes")) == [7, 5, 2], mode


def test_similar_papers_are_found_inside_it(alice: Account) -> None:
    given = Paper.objects.get(title="The car of 0").name
    assert set(numbers(resolved(PaperQuery(like=(given,), inside="saved"), alice))) == {2, 5, 7}


def test_its_own_order_is_paged_and_a_hidden_paper_is_left_out(alice: Account) -> None:
    query = resolved(PaperQuery(inside="saved"), alice)
    assert query.order == "saved"
    assert [numbers(query, offset=n, limit=1) for n in range(4)] == [[7], [2], [5], []]
    attention.hide(Paper.objects.get(title="The car of 2").pk, is_hidden=True)
    assert numbers(query) == [7, 5]
    assert find(resolved(PaperQuery(inside="saved"), alice)).total == 2


def test_a_collection_and_a_shelf_together_have_what_is_in_both(alice: Account) -> None:
    made = collections.make_collection(alice, "Cars", visibility="public")
    collections.add_papers(alice, made, [Paper.objects.get(title=f"The car of {n}") for n in (1, 5, 7)])
    assert numbers(resolved(PaperQuery(collection=made.key), AnonymousUser())) == [1, 5, 7]
    assert numbers(resolved(PaperQuery(collection=made.key, inside="saved"), alice)) == [5, 7]
    collections.change_collection(alice, made, title="Cars", about="", visibility="private")
    with pytest.raises(QueryError, match="a collection that you may see"):
        resolved(PaperQuery(collection=made.key), person("bob"))


def test_nobody_gets_anothers(alice: Account) -> None:
    bob = person("bob")
    for inside in INSIDES:
        assert numbers(resolved(PaperQuery(inside=inside, words="car"), bob)) == []
        with pytest.raises(QueryError, match="sign in first"):
            resolved(PaperQuery(inside=inside), AnonymousUser())


def test_a_question_that_depends_on_who_asks_has_no_answer_before(alice: Account) -> None:
    for query in (PaperQuery(inside="saved"), PaperQuery(collection="0a1b", words="car")):
        with pytest.raises(QueryError, match="does not know who"):
            find(query)
