"""Groups: who comes in, who goes, and that one owner is always left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import audit, collections, groups, votes
from broadsheet.community.access import RefusedError, groups_of
from broadsheet.community.comments import write_comment
from broadsheet.community.models import Account, Collection, Deed, Group, Membership, Notification
from tests.builders import many, take
from tests.people import person, suspended

pytestmark = pytest.mark.django_db


def group_of(owner: Account, *others: Account, name: str = "Kite lab") -> Group:
    made = groups.make_group(owner, name)
    for other in others:
        groups.invite(owner, made, other.username)
        groups.accept(other, made)
    return made


def test_a_group_begins_with_its_owner_and_a_reading_list() -> None:
    alice = person()
    group = groups.make_group(alice, " Kite  lab ", about="We fly.")
    assert group.name == "Kite lab"
    assert group.slug.startswith("kite-lab-")
    assert groups.is_owner(alice, group)
    listed = groups.reading_list(group)
    assert (listed.owner, listed.visibility) == (None, "group")
    assert collections.may_put(alice, listed)
    with pytest.raises(RefusedError, match="goes when the group goes"):
        collections.delete_collection(alice, listed)
    assert audit.first_fault() is None
    for name, words in ((" ", "needs a name"), ("x" * 121, "at most 120")):
        with pytest.raises(RefusedError, match=words):
            groups.make_group(alice, name)


def test_people_come_in_by_invitation_alone() -> None:
    alice, bob, charlie = person(), person("bob"), person("charlie")
    group = groups.make_group(alice, "Kite lab")
    with pytest.raises(RefusedError):
        groups.accept(bob, group)
    groups.invite(alice, group, "@BOB")
    assert not groups_of(bob).exists()
    told = Notification.objects.get(account=bob)
    assert (told.kind, told.actor) == ("group", alice)
    assert "Kite lab" in told.words
    with pytest.raises(RefusedError, match="asked already"):
        groups.invite(alice, group, "bob")
    with pytest.raises(RefusedError, match="Nobody here"):
        groups.invite(alice, group, "nobody")
    for act in (groups.invite, groups.invite):
        with pytest.raises(RefusedError, match="Only an owner"):
            act(bob, group, "charlie")
    groups.accept(bob, group)
    assert list(groups_of(bob)) == [group]
    with pytest.raises(RefusedError, match="Only an owner"):
        groups.invite(bob, group, "charlie")
    groups.invite(alice, group, "charlie")
    groups.decline(charlie, group)
    with pytest.raises(RefusedError):
        groups.accept(charlie, group)


def test_one_owner_is_always_left() -> None:
    alice, bob = person(), person("bob")
    group = group_of(alice, bob)
    for act in (
        lambda: groups.leave(alice, group),
        lambda: groups.give_role(alice, group, alice, "reader"),
        lambda: groups.remove(alice, group, alice),
    ):
        with pytest.raises(RefusedError, match="needs an owner"):
            act()
    with pytest.raises(RefusedError, match="reader or an owner"):
        groups.give_role(alice, group, bob, "king")
    groups.give_role(alice, group, bob, "owner")
    groups.leave(alice, group)
    assert list(Membership.objects.values_list("account__username", "role")) == [("bob", "owner")]
    groups.leave(bob, group)
    assert not Group.objects.exists()
    assert {"group.make", "group.role", "group.delete"} <= set(Deed.objects.values_list("verb", flat=True))


def test_an_owner_removes_members_and_takes_invitations_back() -> None:
    alice, bob, charlie = person(), person("bob"), person("charlie")
    group = group_of(alice, bob)
    groups.invite(alice, group, "charlie")
    groups.remove(alice, group, bob)
    groups.remove(alice, group, charlie)
    assert groups.people_of(group).count() == 1
    with pytest.raises(RefusedError):
        groups.remove(alice, group, bob)
    with pytest.raises(RefusedError):
        groups.accept(charlie, group)


def test_a_suspended_owner_runs_nothing_but_may_leave() -> None:
    sue, bob = person("sue"), person("bob")
    group = group_of(sue, bob)
    groups.give_role(sue, group, bob, "owner")
    Account.objects.filter(pk=sue.pk).update(suspended_at=timezone.now())
    sue.refresh_from_db()
    for act in (
        lambda: groups.invite(sue, group, "x"),
        lambda: groups.remove(sue, group, bob),
        lambda: groups.change_group(sue, group, name="x", about="", is_listed=True),
        lambda: groups.delete_group(sue, group),
        lambda: groups.mark_read_on(sue, group, Paper(), None),
    ):
        with pytest.raises(RefusedError, match="suspended"):
            act()
    groups.leave(sue, group)
    with pytest.raises(RefusedError):
        groups.make_group(suspended("sid"), "New")


def test_what_a_group_reads_is_its_own() -> None:
    alice, bob, charlie = person(), person("bob"), person("charlie")
    group = group_of(alice, bob)
    take(*many(3))
    found = list(Paper.objects.order_by("arxiv_id"))
    listed = groups.reading_list(group)
    collections.add_papers(bob, listed, found[:2])
    assert listed.entries.first().added_by == bob  # type: ignore[union-attr]
    votes.cast_vote(alice, found[0], group=group)
    write_comment(bob, found[0], "We should read this for the figures.", group=group)
    before = found[0].votes_count, found[0].comments_count
    found[0].refresh_from_db()
    assert (found[0].votes_count, found[0].comments_count) == before
    inside = groups.in_group(group, alice, [paper.pk for paper in found])
    assert inside[found[0].pk] == groups.InGroup(1, 1, is_voted_for=True)
    assert groups.in_group(group, bob, [found[0].pk])[found[0].pk].is_voted_for is False
    assert inside[found[2].pk] == groups.InGroup()
    day = date(2026, 3, 4)
    groups.mark_read_on(bob, group, found[0], day)
    assert [entry.paper for entry in groups.read_within(group, date(2026, 3, 2), date(2026, 3, 8))] == [found[0]]
    assert not groups.read_within(group, date(2026, 3, 9), date(2026, 3, 15)).exists()
    attention.hide(found[0].pk, is_hidden=True)
    assert not groups.read_within(group, day, day).exists()
    with pytest.raises(RefusedError, match="not on the reading list"):
        groups.mark_read_on(bob, group, found[2], day)
    with pytest.raises(RefusedError, match="a day to come"):
        groups.mark_read_on(bob, group, found[1], timezone.localdate() + timedelta(days=5))
    for act in (
        lambda: groups.mark_read_on(charlie, group, found[0], day),
        lambda: collections.add_papers(charlie, listed, found),
        lambda: votes.cast_vote(charlie, found[0], group=group),
    ):
        with pytest.raises(RefusedError):
            act()


def test_listed_groups_show_themselves_to_others() -> None:
    alice, bob = person(), person("bob")
    group = group_of(alice)
    assert not groups.listed_groups(bob).exists()
    groups.change_group(alice, group, name="Kites", about="We fly.", is_listed=True)
    assert list(groups.listed_groups(AnonymousUser())) == list(groups.listed_groups(bob)) == [group]
    assert not groups.listed_groups(alice).exists()
    groups.delete_group(alice, group)
    assert not Collection.objects.exists()
