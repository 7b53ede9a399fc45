"""The audit log: a chain that shows every change, and from which a person can be blacked out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from broadsheet.community import audit
from broadsheet.community.models import Deed
from tests.people import moderator, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> list[Deed]:
    mo = moderator()
    return [
        audit.note("comment.hide", actor=mo, subject_kind="comment", subject="c1", reason="spam", is_public=True),
        audit.note(
            "account.suspend", actor=mo, subject_kind="account", subject=str(person().pk), network="192.0.2.0/24"
        ),
        audit.note("settings.change", details={"name": "mode"}),
    ]


def test_an_untouched_log_holds(lines) -> None:
    assert audit.first_fault() is None


def test_the_empty_log_holds() -> None:
    assert audit.first_fault() is None


@pytest.mark.parametrize(
    "change", [{"reason": "ham"}, {"verb": "comment.show"}, {"is_public": False}, {"previous": "1" * 64}]
)
def test_a_changed_line_is_told(lines, change) -> None:
    Deed.objects.filter(pk=lines[0].pk).update(**change)
    assert audit.first_fault() == lines[0]


def test_a_changed_detail_is_told(lines) -> None:
    Deed.objects.filter(pk=lines[1].pk).update(private={**lines[1].private, "network": "198.51.100.0/24"})
    assert audit.first_fault() == lines[1]


def test_a_line_that_was_taken_out_is_told(lines) -> None:
    Deed.objects.filter(pk=lines[1].pk).delete()
    assert audit.first_fault() == lines[2]


def test_a_person_can_be_blacked_out_and_the_chain_holds(lines) -> None:
    mo = lines[0].actor
    assert audit.black_out(mo) == 2
    assert "mo" not in {str(one.private.get("actor")) for one in Deed.objects.all()}
    assert audit.first_fault() is None


def test_networks_are_forgotten_in_time_and_the_chain_holds(lines) -> None:
    later = timezone.now() + audit.NETWORKS_KEPT
    assert audit.forget_networks(later - timedelta(minutes=5)) == 0
    assert audit.forget_networks(later + timedelta(minutes=5)) == 1
    assert "192.0.2" not in str([one.private for one in Deed.objects.all()])
    assert Deed.objects.get(pk=lines[1].pk).private["actor"] == "mo"
    assert audit.first_fault() is None
    assert audit.forget_networks(later + timedelta(days=1)) == 0


def test_a_network_cannot_be_put_back_or_exchanged(lines) -> None:
    audit.forget_networks(timezone.now() + audit.NETWORKS_KEPT * 2)
    emptied = Deed.objects.get(pk=lines[1].pk)
    Deed.objects.filter(pk=emptied.pk).update(private={**emptied.private, "network": "203.0.113.0/24"})
    assert audit.first_fault() == emptied
