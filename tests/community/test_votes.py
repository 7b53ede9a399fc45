"""Votes: who may cast them, what becomes of them, and that each counts once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.community import votes
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Claim, Dismissal, Group, Membership, Submission, Vote
from broadsheet.community.rules import LIMITS
from tests.builders import paper
from tests.people import LONG_AGO, curator, person, suspended

pytestmark = pytest.mark.django_db
State = Vote.State


@pytest.fixture(autouse=True)
def an_open_instance(settings: object) -> None:
    settings.MODE = "open"  # type: ignore[attr-defined]
    settings.SENDS_MAIL = True  # type: ignore[attr-defined]


def count_of(one: Paper) -> int:
    one.refresh_from_db()
    assert one.votes_here_count == Vote.objects.filter(paper=one, group=None, state=State.COUNTED).count()
    return one.votes_here_count


def test_a_vote_counts_once_and_is_taken_back() -> None:
    alice, one = person(), paper("One", votes_count=7)
    assert votes.cast_vote(alice, one).state == State.COUNTED
    votes.cast_vote(alice, one)
    assert count_of(one) == 1
    assert one.votes_count == 8
    assert votes.withdraw_vote(alice, one)
    assert not votes.withdraw_vote(alice, one)
    assert count_of(one) == 0


def test_a_toggle_goes_to_and_fro() -> None:
    alice, one = person(), paper("One")
    assert votes.toggle_vote(alice, one) is not None
    assert count_of(one) == 1
    assert votes.toggle_vote(alice, one) is None
    assert count_of(one) == 0


def test_the_index_is_told_of_what_is_new_alone() -> None:
    alice, one = person(), paper("One")
    ChangedPaper.objects.all().delete()
    votes.cast_vote(alice, one)
    votes.cast_vote(alice, one)
    votes.recount([one.pk])
    assert list(ChangedPaper.objects.values_list("paper_id", flat=True)) == [one.pk]


@pytest.mark.parametrize("what", ["locked", "hidden"])
def test_locked_and_hidden_papers_take_none_but_give_back(what: str) -> None:
    alice, bob, one = person(), person("bob"), paper("One")
    votes.cast_vote(bob, one)
    if what == "locked":
        attention.lock(one.pk, is_locked=True)
    else:
        attention.hide(one.pk, is_hidden=True)
    with pytest.raises(RefusedError, match="takes no votes"):
        votes.cast_vote(alice, one)
    assert votes.withdraw_vote(bob, one)
    assert count_of(one) == 0


def test_nobody_votes_for_what_is_his_own() -> None:
    alice, brought, written, printed = person(), paper("Brought"), paper("Written"), paper("Printed", authors=["Alice"])
    Submission.objects.create(account=alice, paper=brought, named="x", submitted_at=LONG_AGO)
    claim = Claim.objects.create(account=alice, paper=written, claimed_at=LONG_AGO)
    printed.authorships.update(account=alice)
    votes.cast_vote(alice, written)
    votes.withdraw_vote(alice, written)
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.VERIFIED)
    for one, why in [(brought, "brought"), (written, "your own"), (printed, "your own")]:
        with pytest.raises(RefusedError, match=why):
            votes.cast_vote(alice, one)
        assert count_of(one) == 0


def test_whoever_may_not_act_may_not_vote() -> None:
    one = paper("One")
    for account in (suspended(), person("kim", is_waiting=True), person("lee", is_active=False)):
        with pytest.raises(RefusedError):
            votes.cast_vote(account, one)
    assert count_of(one) == 0


def test_nobody_votes_too_often() -> None:
    alice, one, now = person(), paper("One"), timezone.now()
    for _ in range(LIMITS["vote"][0].times):
        votes.cast_vote(alice, one, now=now)
    with pytest.raises(TooManyError):
        votes.cast_vote(alice, one, now=now)
    assert count_of(one) == 1


def test_votes_of_young_and_unconfirmed_accounts_wait(settings: object) -> None:
    one = paper("One")
    young, unconfirmed = person("young", is_new=True), person("una")
    unconfirmed.emailaddress_set.update(verified=False)
    assert votes.cast_vote(young, one).state == State.WAITING
    assert votes.cast_vote(unconfirmed, one).state == State.WAITING
    assert count_of(one) == 0
    settings.SENDS_MAIL = False  # type: ignore[attr-defined]
    two = paper("Two")
    assert votes.cast_vote(unconfirmed, two).state == State.COUNTED
    assert votes.cast_vote(young, two).state == State.WAITING


def test_votes_of_people_with_a_role_and_of_a_single_person_count_at_once(settings: object) -> None:
    one, cora, alice = paper("One"), curator(), person(is_new=True)
    Account.objects.filter(pk=cora.pk).update(date_joined=timezone.now())
    cora.refresh_from_db()
    assert votes.cast_vote(cora, one).state == State.COUNTED
    settings.MODE = "single"  # type: ignore[attr-defined]
    assert votes.cast_vote(alice, one).state == State.COUNTED
    assert count_of(one) == 2


def test_a_held_vote_that_is_taken_back_comes_back_held() -> None:
    alice, one = person(), paper("One")
    vote = votes.cast_vote(alice, one)
    assert votes.change_state([vote.pk], State.COUNTED, State.HELD, held_for=Vote.Rule.RING) == 1
    assert count_of(one) == 0
    assert votes.withdraw_vote(alice, one)
    assert not votes.withdraw_vote(alice, one)
    assert not votes.votes_of(alice).exists()
    assert votes.cast_vote(alice, one).state == State.HELD
    assert count_of(one) == 0


def test_votes_are_set_aside_and_put_back_as_they_were() -> None:
    alice, one, two = person(), paper("One"), paper("Two")
    votes.cast_vote(alice, one)
    held = votes.cast_vote(alice, two)
    votes.change_state([held.pk], State.COUNTED, State.REJECTED)
    assert votes.set_aside(alice) == 1
    assert (count_of(one), count_of(two)) == (0, 0)
    assert votes.put_back(alice) == 1
    assert votes.put_back(alice) == 0
    assert (count_of(one), count_of(two)) == (1, 0)


def test_votes_in_a_group_are_its_own() -> None:
    alice, bob, one = person(), person("bob", is_new=True), paper("One")
    group = Group.objects.create(slug="lab", name="Lab", created_at=LONG_AGO)
    Membership.objects.create(group=group, account=bob, invited_at=LONG_AGO, joined_at=LONG_AGO)
    assert votes.cast_vote(bob, one, group=group, address="192.0.2.1").network == ""
    assert Vote.objects.get().state == State.COUNTED
    votes.cast_vote(bob, one)
    with pytest.raises(RefusedError, match="do not belong"):
        votes.cast_vote(alice, one, group=group)
    assert count_of(one) == 0
    assert votes.withdraw_vote(bob, one, group=group)
    assert votes.votes_of(bob).count() == 1


def test_of_a_network_only_a_hash_is_kept() -> None:
    alice, bob, one = person(), person("bob"), paper("One")
    first = votes.cast_vote(alice, one, address="192.0.2.17").network
    assert first == votes.cast_vote(bob, one, address="192.0.2.99").network != ""
    assert "192.0.2" not in first
    assert votes.cast_vote(person("cem"), one, address="no address").network == ""


def test_who_voted_is_seen_as_the_instance_and_each_voter_decide(settings: object) -> None:
    from django.contrib.auth.models import AnonymousUser

    one, stranger = paper("One"), person("charlie")
    alice, bob = person(), person("bob", are_votes_public=False)
    for account in (alice, bob):
        votes.cast_vote(account, one)
    votes.cast_vote(person("young", is_new=True), one)

    def seen(by: Account | AnonymousUser) -> list[str] | None:
        shown = votes.voters_seen_by(by, one)
        return None if shown is None else [vote.account.username for vote in shown if vote.account]

    settings.VOTERS = "members"  # type: ignore[attr-defined]
    assert seen(AnonymousUser()) is None
    assert seen(stranger) == ["alice"]
    assert seen(bob) == ["alice", "bob"]
    settings.VOTERS = "everybody"  # type: ignore[attr-defined]
    assert seen(AnonymousUser()) == ["alice"]
    settings.VOTERS = "nobody"  # type: ignore[attr-defined]
    assert seen(stranger) is None


def test_not_being_interested_is_private_and_undone() -> None:
    alice, one = person(), paper("One")
    votes.dismiss(alice, one)
    votes.dismiss(alice, one)
    assert Dismissal.objects.count() == 1
    assert count_of(one) == 0
    votes.take_dismissal_back(alice, one)
    assert not Dismissal.objects.exists()


def test_an_erased_voters_vote_may_stay_and_count() -> None:
    alice, one = person(), paper("One")
    votes.cast_vote(alice, one)
    Vote.objects.update(account=None)
    votes.recount([one.pk])
    assert count_of(one) == 1
    assert Vote.objects.get().cast_at <= timezone.now() + timedelta(seconds=1)
