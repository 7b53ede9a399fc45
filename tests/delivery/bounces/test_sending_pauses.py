"""Sending pauses by itself above the limits, stays so until an admin resumes, and counts anew from then on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.community.models import Deed, MailEvent, Subscription
from broadsheet.delivery import pausing
from broadsheet.delivery.pausing import pause, paused_since, rates, resume, why_paused
from tests.delivery.bounces.letters import letter, subscription
from tests.people import admin

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def leave(sent: int, bounced: int = 0, *, row: Subscription | None = None, ago: timedelta = MINUTE) -> None:
    whose = row or subscription()
    for state, count in (("sent", sent), ("bounced", bounced)):
        for _ in range(count):
            letter(whose, left_at=timezone.now() - ago, state=state)


def complain(count: int, ago: timedelta = MINUTE) -> None:
    for number in range(count):
        MailEvent.objects.create(
            kind=MailEvent.Kind.COMPLAINT, told=f"{number} {ago}", happened_at=timezone.now() - ago
        )


@pytest.mark.parametrize(
    ("sent", "bounced", "complaints", "is_paused"),
    [
        (0, 0, 0, False),
        (0, 19, 0, False),
        (19, 1, 0, False),
        (18, 2, 0, True),
        (38, 2, 0, False),
        (30, 0, 1, False),
        (30, 0, 2, True),
        (0, 0, 2, True),
    ],
)
def test_it_pauses_above_the_limits_alone(sent: int, bounced: int, complaints: int, is_paused: bool) -> None:
    leave(sent, bounced)
    complain(complaints)
    assert bool(why_paused(timezone.now())) == is_paused
    assert (paused_since() is not None) == is_paused


def test_two_complaints_of_a_thousand_letters_pause_nothing() -> None:
    found = pausing.Rates(timezone.now(), letters=1_000, bounced=0, complaints=2)
    assert not found.has_too_many_complaints
    assert pausing.Rates(timezone.now(), letters=1_000, bounced=0, complaints=4).has_too_many_complaints


def test_what_is_older_than_a_day_and_what_is_no_letter_does_not_count() -> None:
    leave(0, 30, ago=timedelta(hours=25))
    complain(3, ago=timedelta(hours=25))
    hook = subscription("hook@reader.example")
    Subscription.objects.filter(pk=hook.pk).update(outlet="webhook")
    leave(0, 30, row=hook)
    assert why_paused(timezone.now()) == ""
    assert rates(timezone.now()).letters == 0


def test_a_pause_lasts_until_an_admin_resumes_and_the_same_bounces_do_not_pause_again() -> None:
    leave(18, 5)
    now = timezone.now()
    words = why_paused(now)
    assert "5 of the last 23 letters" in words
    assert why_paused(now + timedelta(days=30)) == words
    assert Deed.objects.filter(verb="sending.pause").count() == 1
    assert resume(admin())
    assert not resume(admin("bo"))
    assert why_paused(timezone.now()) == ""
    assert rates(timezone.now()).letters == 0
    assert [(deed.verb, deed.actor.username if deed.actor else "") for deed in Deed.objects.order_by("pk")] == [
        ("sending.pause", ""),
        ("sending.resume", "ada"),
    ]


def test_new_bounces_pause_again_after_resuming() -> None:
    pause("enough", admin())
    assert why_paused(timezone.now()) == "enough"
    assert not pause("more")
    resume(admin("bo"))
    leave(0, 20, ago=timedelta(seconds=-1))
    assert why_paused(timezone.now() + timedelta(minutes=2)) != ""


def test_what_goes_on_is_looked_at_once_a_minute() -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    with CaptureQueriesContext(connection) as asked:
        for second in range(60):
            assert why_paused(now + timedelta(seconds=second)) == ""
    assert len(asked) <= 4
    pause("enough")
    assert why_paused(now) == "enough"
