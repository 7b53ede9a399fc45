"""Limits: token buckets for people and networks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.community.limits import KEPT_SECONDS, TooManyError, forget_old, spend
from broadsheet.community.models import Allowance
from broadsheet.community.rules import LIMITS
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


def test_what_is_allowed_may_come_at_once_and_no_more() -> None:
    (limit,) = LIMITS["vote"]
    alice = person()
    for _ in range(limit.times):
        spend("vote", alice, NOW)
    with pytest.raises(TooManyError, match="wait 1 seconds") as caught:
        spend("vote", alice, NOW)
    assert caught.value.wait_seconds == 1


def test_it_is_refilled_evenly() -> None:
    (limit,) = LIMITS["vote"]
    for _ in range(limit.times):
        spend("vote", "192.0.2.1", NOW)
    spend("vote", "192.0.2.1", NOW + timedelta(seconds=1.01))
    with pytest.raises(TooManyError):
        spend("vote", "192.0.2.1", NOW + timedelta(seconds=1.02))


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    spend("sign up", "192.0.2.1", NOW)
    spend("sign up", "192.0.2.1", NOW - timedelta(hours=3))


def test_one_hand_does_not_use_up_anothers() -> None:
    for _ in range(LIMITS["sign up"][0].times):
        spend("sign up", "192.0.2.1", NOW)
    spend("sign up", "192.0.2.2", NOW)


def test_of_several_limits_each_holds() -> None:
    short, long = LIMITS["comment"]
    moment = NOW
    alice = person()
    for _ in range(long.times):
        spend("comment", alice, moment)
        moment += timedelta(seconds=short.seconds / short.times)
    with pytest.raises(TooManyError) as caught:
        spend("comment", alice, moment)
    assert caught.value.wait_seconds > short.seconds


def test_nobody_is_named_and_nothing_is_kept_for_long() -> None:
    spend("sign up", "192.0.2.77", NOW)
    assert not any("192.0.2.77" in key for key in Allowance.objects.values_list("key", flat=True))
    assert forget_old(NOW + timedelta(seconds=KEPT_SECONDS + 1)) == 1
