"""Follows: of people, authors, organisations and categories; and the papers that come of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import follows
from broadsheet.community.access import RefusedError
from broadsheet.community.follows import Target, target_of
from broadsheet.community.models import Follow
from tests.builders import paper, record, take
from tests.people import person, suspended

ORCID = "0000-0002-1825-0097"
TARGETS = [
    Target("person", "bob"),
    Target("organisation", "institute 1"),
    Target("category", "cs.CL"),
    Target("author", "ada-reader"),
    Target("author", ORCID),
]


def fill() -> None:
    """Five papers, one for each target, and one of nobody."""
    take(
        record("By Bob", arxiv="2510.00001", authors=["Bob Builder"]),
        record("Of the institute", arxiv="2510.00002", authors=["A"], organisation="Institute 1"),
        record("In the category", arxiv="2510.00003", authors=["B"], categories=("cs.CL", "cs.LG")),
        record("By Ada", arxiv="2510.00004", authors=["Reader, Ada", "C"]),
        record("By ORCID", arxiv="2510.00005", authors=["X"]),
        record("By nobody", arxiv="2510.00006", authors=["D"], categories=("cs.LG",)),
    )
    Authorship.objects.filter(name="X").update(orcid=ORCID)
    Authorship.objects.filter(name="Bob Builder").update(account=person("bob"))


TITLES = dict(zip(TARGETS, ["By Bob", "Of the institute", "In the category", "By Ada", "By ORCID"], strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.kind)
def test_following_brings_its_papers(target: Target) -> None:
    fill()
    alice = person()
    assert target_of(target.kind, target.name) == target
    follows.follow(alice, target)
    follows.follow(alice, target)
    assert follows.is_followed(alice, target)
    assert [follows.target_in(row) for row in follows.follows_of(alice)] == [target]
    there = Paper.objects.get(title=TITLES[target])
    assert follows.followed_paper_ids(alice) == {there.pk}
    every = list(Paper.objects.values_list("pk", flat=True))
    told = follows.followers_of(every)
    assert set(told) == {alice.pk}
    assert [number for number, _ in told[alice.pk]] == [there.pk]
    assert follows.unfollow(alice, target)
    assert not follows.unfollow(alice, target)
    assert follows.followed_paper_ids(alice) == frozenset()
    assert follows.followers_of(every) == {}


@pytest.mark.django_db
def test_a_hidden_paper_is_nobodys_news() -> None:
    fill()
    alice = person()
    follows.follow(alice, Target("author", "ada-reader"))
    Paper.objects.update(is_hidden=True)
    assert not follows.followed_papers(alice).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("person", "nobody"),
        ("organisation", "none"),
        ("category", "cs.ZZ"),
        ("author", "nobody"),
        ("author", ""),
        ("author", "0000-0001-0000-0000"),
        ("paper", "bob"),
        ("", ""),
    ],
)
def test_what_is_not_there_cannot_be_followed(kind: str, name: str) -> None:
    paper("A paper", arxiv="2510.00001")
    with pytest.raises(RefusedError):
        target_of(kind, name)


@pytest.mark.django_db
def test_who_may_not_act_follows_nobody_and_nobody_follows_oneself(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    alice = person()
    with pytest.raises(RefusedError):
        follows.follow(suspended(), TARGETS[0])
    with pytest.raises(RefusedError, match="yourself"):
        follows.follow(alice, Target("person", "alice"))
    monkeypatch.setattr(follows, "MOST_FOLLOWS", 1)
    follows.follow(alice, TARGETS[0])
    with pytest.raises(RefusedError, match="let go"):
        follows.follow(alice, TARGETS[1])


class TestAnyOrder(TestCase):
    """Whatever is followed and let go, in any order."""

    @given(st.lists(st.tuples(st.sampled_from(TARGETS), st.booleans()), max_size=12))
    def test_the_papers_are_those_of_what_is_followed(self, acts: list[tuple[Target, bool]]) -> None:
        fill()
        alice = person()
        expected: set[Target] = set()
        for target, is_on in acts:
            (follows.follow if is_on else follows.unfollow)(alice, target)
            (expected.add if is_on else expected.discard)(target)
        assert {follows.target_in(row) for row in follows.follows_of(alice)} == expected
        titles = set(follows.followed_papers(alice).values_list("title", flat=True))
        assert titles == {TITLES[target] for target in expected}
        assert Follow.objects.count() == len(expected)
        told = follows.followers_of(Paper.objects.values_list("pk", flat=True)).get(alice.pk, [])
        assert len(told) == len(expected)
