"""Suspending, lifting, hiding all of somebody's comments: by whom, about whom, and what it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import audit, moderation, suspensions
from broadsheet.community.access import RefusedError, is_suspended, may_act
from broadsheet.community.models import Account, Comment, Deed, Vote
from broadsheet.community.people import set_role
from broadsheet.worker.housekeeping import housekeeping_errand
from tests.builders import record, take
from tests.people import admin, curator, moderator, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Paper:
    take(record("A paper"))
    return Paper.objects.get()


def _votes(paper: Paper) -> int:
    paper.refresh_from_db()
    return paper.votes_here_count


ROLES = {"member": person, "curator": curator, "moderator": moderator, "admin": admin}


@pytest.mark.parametrize("of", list(ROLES))
@pytest.mark.parametrize("by", list(ROLES))
def test_nobody_acts_on_somebody_of_the_same_or_a_higher_role_but_admins(by: str, of: str) -> None:
    actor, subject = ROLES[by]("actor"), ROLES[of]("subject")
    may = by == "admin" or (by == "moderator" and of in ("member", "curator"))
    assert suspensions.may_act_on(actor, subject) == may
    if may:
        suspensions.suspend(subject, actor, "a reason")
        assert is_suspended(Account.objects.get(username="subject"))
        return
    for act in (
        lambda: suspensions.suspend(subject, actor, "a reason"),
        lambda: suspensions.lift(subject, actor),
        lambda: moderation.hide_lately(subject, actor, 7, "spam"),
    ):
        with pytest.raises(RefusedError):
            act()
    assert not Deed.objects.exists()


def test_nobody_suspends_themselves_and_a_suspended_moderator_nobody() -> None:
    ada, mo, alice = admin(), moderator(), person()
    with pytest.raises(RefusedError):
        suspensions.suspend(ada, ada, "x")
    suspensions.suspend(mo, ada, "x")
    with pytest.raises(RefusedError):
        suspensions.suspend(alice, Account.objects.get(username="mo"), "x")


def test_the_last_admin_stays_one_who_can_act() -> None:
    ada, eve = admin(), admin("eve")
    suspensions.suspend(eve, ada, "on leave")
    with pytest.raises(RefusedError, match="may not"):
        suspensions.suspend(ada, eve, "revenge")
    suspensions.lift(eve, ada)
    set_role(eve, Account.Role.MEMBER, actor=ada)
    with pytest.raises(RefusedError):
        set_role(ada, Account.Role.MEMBER, actor=ada)


@pytest.mark.parametrize(("reason", "days"), [("", None), ("   ", None), ("spam", -1)])
def test_a_suspension_needs_a_reason_and_an_end_to_come(reason: str, days: int | None) -> None:
    until = timezone.now() + timedelta(days=days) if days else None
    with pytest.raises(RefusedError):
        suspensions.suspend(person(), moderator(), reason, until=until)
    assert not Deed.objects.exists()


def test_the_votes_are_set_aside_and_count_again_once_it_is_over(paper: Paper) -> None:
    alice, mo = person(), moderator()
    Vote.objects.create(account=alice, paper=paper, cast_at=timezone.now())
    suspensions.suspend(alice, mo, "a ring", until=timezone.now() + timedelta(days=1))
    assert (_votes(paper), Vote.objects.get().state) == (0, "aside")
    assert suspensions.end_what_is_over(timezone.now()) == 0
    assert suspensions.end_what_is_over(timezone.now() + timedelta(days=2)) == 1
    alice.refresh_from_db()
    assert (_votes(paper), alice.suspended_at, may_act(alice)) == (1, None, True)
    assert [deed.verb for deed in Deed.objects.order_by("pk")] == ["account.suspend", "account.lift"]
    assert all(Deed.objects.values_list("is_public", flat=True))
    assert "0 suspensions" in str(housekeeping_errand().do(lambda: False))
    assert audit.first_fault() is None


def test_whoever_is_suspended_is_signed_out_and_sees_why_after_signing_in(paper: Paper) -> None:
    alice, mo = person(), moderator()
    client = Client()
    client.force_login(alice)
    assert client.get("/about").context["user"] == alice
    # As allauth notes it when somebody signs in by form.
    UserSession.objects.create(user=alice, session_key=client.session.session_key, ip="192.0.2.1", user_agent="test")
    suspensions.suspend(alice, mo, "Advertising seeds")
    assert not client.get("/about").context["user"].is_authenticated
    client.force_login(alice)
    page = client.get("/about").content.decode()
    assert "Your account is suspended." in page
    assert "Advertising seeds" in page
    assert client.get(f"/papers/{paper.name}").status_code == 200
    assert client.get("/settings").status_code == 200
    other = Client()
    other.force_login(mo)
    assert "suspended" not in other.get("/about").content.decode()


def test_all_that_somebody_said_lately_is_hidden_at_once(paper: Paper) -> None:
    alice, mo, now = person(), moderator(), timezone.now()
    for days, state in ((0, "visible"), (3, "waiting"), (3, "deleted"), (9, "visible")):
        Comment.objects.create(
            account=alice, paper=paper, text=f"{days} {state}", state=state, written_at=now - timedelta(days=days)
        )
    Comment.objects.create(account=person("bob"), paper=paper, text="other", written_at=now)
    for days, reason in ((0, "spam"), (366, "spam"), (7, "boredom")):
        with pytest.raises(RefusedError):
            moderation.hide_lately(alice, mo, days, reason)
    assert moderation.hide_lately(alice, mo, 7, "spam") == 2
    told = dict(Comment.objects.values_list("text", "state"))
    assert told == {
        "0 visible": "hidden",
        "3 waiting": "hidden",
        "3 deleted": "deleted",
        "9 visible": "visible",
        "other": "visible",
    }
    paper.refresh_from_db()
    assert paper.comments_here_count == 2
