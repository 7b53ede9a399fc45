"""The clock's errand computes trends when anything happened, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from broadsheet.catalogue.attention import hide
from broadsheet.catalogue.models import Job, Paper, Trend
from broadsheet.community.models import Account, Comment, Pin, Vote
from broadsheet.ranking.trending.weighing import weigh
from broadsheet.worker.jobs import errands
from broadsheet.worker.trending import trending_errand
from tests.builders import record, take

pytestmark = pytest.mark.django_db


def test_it_is_among_the_errands_of_every_instance() -> None:
    assert "trends" in {errand.name for errand in errands()}


def test_it_sees_whatever_changes_a_trend() -> None:
    take(record("One", on=timezone.localdate()), record("Other", on=timezone.localdate()))
    one, other = Paper.objects.order_by("pk")
    ada = Account.objects.create(username="ada", email="ada@example.org", role=Account.Role.ADMIN)
    bob = Account.objects.create(username="bob", email="bob@example.org")
    now = timezone.now()
    do = trending_errand().do
    happenings: list[Callable[[], object]] = [
        lambda: Vote.objects.create(account=ada, paper=one, cast_at=now),
        lambda: Vote.objects.create(account=bob, paper=one, cast_at=now, state=Vote.State.HELD),
        lambda: Vote.objects.update(state=Vote.State.COUNTED),
        lambda: Comment.objects.create(account=ada, paper=other, text="Words", written_at=now),
        lambda: Comment.objects.update(state=Comment.State.HIDDEN),
        lambda: Pin.objects.create(paper=other, listed_on=timezone.localdate(), pinned_at=now),
        lambda: take(record("One", on=timezone.localdate(), votes_count=5)),
        lambda: Account.objects.filter(pk=bob.pk).update(suspended_at=now),
        lambda: hide(other.pk, is_hidden=True),
        lambda: weigh({"votes_here": 1}, ada),
        lambda: Trend.objects.all().delete(),
    ]
    assert "0 papers get attention" in str(do(lambda: False))
    for happened in happenings:
        assert do(lambda: False) == "nothing happened"
        happened()
        assert "get attention" in str(do(lambda: False))
    assert Trend.objects.count() == 1


def test_new_weights_are_due_at_once() -> None:
    ada = Account.objects.create(username="ada", email="ada@example.org", role=Account.Role.ADMIN)
    later = timezone.now() + timedelta(hours=1)
    Job.objects.create(name="trends", due_at=later)
    weigh({"saves": 0}, ada)
    assert Job.objects.get(name="trends").due_at < later
