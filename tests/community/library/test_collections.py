"""Collections: an order that two people can change at once, limits with reasons, and who sees and changes what."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups, rules
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Collection, CollectionEntry
from tests.builders import many, take
from tests.people import moderator, person, suspended

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def papers(count: int) -> list[Paper]:
    take(*many(count, length=60))
    return list(Paper.objects.order_by("arxiv_id"))


def order(collection: Collection) -> list[str]:
    return [entry.paper.arxiv_id for entry in collections.entries_of(collection).select_related("paper")]


def test_papers_are_added_moved_noted_and_taken_out() -> None:
    alice = person()
    found = papers(4)
    made = collections.make_collection(alice, "  Kites \n and  wind ", about="What *holds* them")
    assert made.title == "Kites and wind"
    assert collections.add_papers(alice, made, found[:3]) == 3
    assert collections.add_papers(alice, made, [found[1], found[3]]) == 1
    names = [paper.arxiv_id for paper in found]
    assert order(made) == names
    assert collections.move(alice, made, found[3], "first")
    assert collections.move(alice, made, found[0], "down")
    assert collections.move(alice, made, found[1], "up")
    assert collections.move(alice, made, found[1], "last")
    assert order(made) == [names[3], names[0], names[2], names[1]]
    assert collections.note_entry(alice, made, found[0], "the first one")
    assert collections.take_out(alice, made, found[3])
    assert not collections.take_out(alice, made, found[3])
    assert not collections.move(alice, made, found[3], "up")
    assert not collections.note_entry(alice, made, found[3], "gone")
    assert list(made.entries.order_by("position").values_list("position", flat=True)) == [0, 1, 2]


def test_the_ends_of_a_collection_hold() -> None:
    alice = person()
    found = papers(2)
    made = collections.make_collection(alice, "Two")
    collections.add_papers(alice, made, found)
    collections.move(alice, made, found[0], "up")
    collections.move(alice, made, found[1], "down")
    assert order(made) == [paper.arxiv_id for paper in found]


def test_a_hidden_paper_is_passed_over_and_keeps_its_place() -> None:
    alice = person()
    found = papers(3)
    made = collections.make_collection(alice, "Three")
    collections.add_papers(alice, made, found)
    attention.hide(found[1].pk, is_hidden=True)
    collections.move(alice, made, found[2], "up")
    assert order(made) == [found[2].arxiv_id, found[0].arxiv_id]
    assert collections.collections_of(alice).get().papers_count == 2
    attention.hide(found[1].pk, is_hidden=False)
    assert len(order(made)) == 3
    attention.hide(found[1].pk, is_hidden=True)
    other = collections.make_collection(alice, "Other")
    found[1].refresh_from_db()
    with pytest.raises(RefusedError, match="cannot be collected"):
        collections.add_papers(alice, other, [found[0], found[1]])
    assert order(other) == []


def test_only_its_owner_changes_a_collection() -> None:
    alice, bob, sue = person(), person("bob"), suspended()
    found = papers(1)
    made = collections.make_collection(alice, "Mine", visibility="public")
    theirs = Collection.objects.create(title="Old", owner=sue, created_at=made.created_at, changed_at=made.changed_at)
    for account, collection in ((bob, made), (moderator(), made), (sue, theirs)):
        for act in (
            lambda a, c: collections.add_papers(a, c, found),
            lambda a, c: collections.take_out(a, c, found[0]),
            lambda a, c: collections.move(a, c, found[0], "up"),
            lambda a, c: collections.note_entry(a, c, found[0], "x"),
            lambda a, c: collections.change_collection(a, c, title="t", about="", visibility="public"),
            lambda a, c: collections.delete_collection(a, c),
        ):
            with pytest.raises(RefusedError):
                act(account, collection)
    with pytest.raises(RefusedError):
        collections.make_collection(sue, "New")
    assert Collection.objects.count() == 2


def test_who_sees_a_collection() -> None:
    alice, bob, charlie = person(), person("bob"), person("charlie")
    group = groups.make_group(alice, "Kite lab")
    groups.invite(alice, group, "bob")
    made = collections.make_collection(alice, "Mine")

    def seen_by() -> list[bool]:
        return [collections.collection_named(who, made.key) is not None for who in (alice, bob, charlie, NOBODY)]

    assert seen_by() == [True, False, False, False]
    collections.change_collection(alice, made, title="Mine", about="", visibility="group", group=group)
    assert seen_by() == [True, False, False, False], "an invitation is no membership"
    groups.accept(bob, group)
    assert seen_by() == [True, True, False, False]
    assert not collections.may_put(bob, made)
    collections.change_collection(alice, made, title="Mine", about="", visibility="public")
    assert seen_by() == [True] * 4
    Collection.objects.update(is_hidden=True)
    assert seen_by() == [True, False, False, False]


def test_sharing_needs_a_group_of_ones_own() -> None:
    alice, bob = person(), person("bob")
    group = groups.make_group(bob, "Bob's")
    for told in ({"visibility": "group"}, {"visibility": "group", "group": group}, {"visibility": "all"}):
        with pytest.raises(RefusedError):
            collections.make_collection(alice, "Mine", **told)  # type: ignore[arg-type]
    with pytest.raises(RefusedError):
        collections.make_collection(alice, "Ours", group=group, is_of_group=True)


def test_what_leaves_a_group_with_its_owner_is_private_again() -> None:
    alice, bob = person(), person("bob")
    group = groups.make_group(alice, "Kite lab")
    groups.invite(alice, group, "bob")
    groups.accept(bob, group)
    made = collections.make_collection(bob, "Bob's", visibility="group", group=group)
    ours = collections.make_collection(bob, "Ours", group=group, is_of_group=True)
    groups.leave(bob, group)
    made.refresh_from_db()
    assert (made.visibility, made.group) == ("private", None)
    assert collections.collection_named(alice, made.key) is None
    assert collections.collection_named(bob, ours.key) is None
    assert collections.may_run(alice, ours)


def test_limits_are_told(monkeypatch: Any) -> None:
    alice = person()
    found = papers(3)
    monkeypatch.setattr(collections, "MOST_ENTRIES", 2)
    monkeypatch.setattr(collections, "MOST_COLLECTIONS", 1)
    made = collections.make_collection(alice, "One")
    with pytest.raises(RefusedError, match="at most 2 papers"):
        collections.add_papers(alice, made, found)
    assert order(made) == []
    for title, words in (("Two", "which is the most"), (" ", "needs a title"), ("x" * 201, "at most 200 characters")):
        with pytest.raises(RefusedError, match=words):
            collections.make_collection(alice, title)
    with pytest.raises(RefusedError, match="at most 10,000 characters"):
        collections.note_entry(alice, made, found[0], "x" * (rules.LONGEST_NOTE + 1))


def test_a_copy_is_ones_own() -> None:
    alice, bob = person(), person("bob")
    found = papers(2)
    made = collections.make_collection(alice, "Kites", visibility="public")
    collections.add_papers(alice, made, found)
    collections.note_entry(alice, made, found[1], "the better one")
    copy = collections.copy_collection(bob, made)
    assert (copy.owner, copy.visibility, order(copy)) == (bob, "private", order(made))
    assert copy.entries.get(paper=found[1]).note == "the better one"
    Collection.objects.filter(pk=made.pk).update(visibility="private")
    with pytest.raises(RefusedError):
        collections.copy_collection(bob, made)


class Orders(RuleBasedStateMachine):
    """Two people put papers into one collection and out of it, move and hide them, beside a plain list that does so."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.alice, self.bob = person(), person("bob")
        self.papers = papers(5)
        group = groups.make_group(self.alice, "Kite lab")
        groups.invite(self.alice, group, "bob")
        groups.accept(self.bob, group)
        self.collection = groups.reading_list(group)
        self.model: list[int] = []
        self.hidden: set[int] = set()

    def who(self, is_bob: bool) -> Account:
        return self.bob if is_bob else self.alice

    @rule(is_bob=st.booleans(), chosen=st.lists(st.integers(0, 4), max_size=4))
    def add(self, is_bob: bool, chosen: list[int]) -> None:
        wanted = list(dict.fromkeys(chosen))
        shown = [number for number in wanted if number not in self.hidden]
        added = collections.add_papers(self.who(is_bob), self.collection, [self.papers[number] for number in shown])
        new = [number for number in shown if number not in self.model]
        assert added == len(new)
        self.model += new

    @rule(is_bob=st.booleans(), number=st.integers(0, 4))
    def take_out(self, is_bob: bool, number: int) -> None:
        assert collections.take_out(self.who(is_bob), self.collection, self.papers[number]) == (number in self.model)
        self.model = [other for other in self.model if other != number]

    @rule(is_bob=st.booleans(), number=st.integers(0, 4), step=st.sampled_from(collections.STEPS))
    def move(self, is_bob: bool, number: int, step: collections.Step) -> None:
        shown = [other for other in self.model if other not in self.hidden]
        is_there = collections.move(self.who(is_bob), self.collection, self.papers[number], step)
        assert is_there == (number in shown)
        if not is_there:
            return
        at = shown.index(number)
        goal = {"up": max(at - 1, 0), "down": min(at + 1, len(shown) - 1), "first": 0, "last": len(shown) - 1}[step]
        place = self.model.index(shown[goal])
        self.model.remove(number)
        self.model.insert(place, number)

    @rule(number=st.integers(0, 4), is_hidden=st.booleans())
    def hide(self, number: int, is_hidden: bool) -> None:
        attention.hide(self.papers[number].pk, is_hidden=is_hidden)
        (self.hidden.add if is_hidden else self.hidden.discard)(number)

    @invariant()
    def the_order_is_that_of_the_list(self) -> None:
        entries = CollectionEntry.objects.filter(collection=self.collection).order_by("position")
        numbers = {paper.pk: number for number, paper in enumerate(self.papers)}
        assert [numbers[entry.paper_id] for entry in entries] == self.model
        assert [entry.position for entry in entries] == list(range(len(self.model)))
        shown = [number for number in self.model if number not in self.hidden]
        assert [numbers[number] for number in collections.paper_ids_in(self.collection)] == shown

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)


def test_the_order_holds_whatever_two_people_do(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("broadsheet.community.collections.spend", lambda *told: 1)
    run_state_machine_as_test(
        Orders, settings=hypothesis_settings(max_examples=15, stateful_step_count=20, deadline=None)
    )
