"""Mail programs, scanners and previews open every link of a letter: nothing may change by that, for anybody."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from broadsheet.community.models import Account, Allowance, Delivery
from broadsheet.community.moving import instance_hash
from tests.delivery.letters.reading import arrived, papers, put_together

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def all_letters(made: Delivery, to_address: Delivery, alice: Account, settings: Any) -> list[Delivery]:
    """A letter of every kind: daily and at once, by account and by address, waiting, and of one that ended."""
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    at_once = put_together({"New": papers()}, account=alice, rhythm="at once", issue="2025-10-15T08:00:00Z")
    ended = put_together({"Old": papers()}, address="gone@example.org", ended_at=made.due_at, is_on=False)
    return [made, to_address, at_once, ended]


def test_every_link_of_every_letter_is_there_and_changes_nothing(all_letters: list[Delivery]) -> None:
    letters = [arrived(made) for made in all_letters]
    before, count = instance_hash(), Allowance.objects.count()
    followed, gone = 0, set()
    for letter in letters:
        for link in letter.links:
            if not link.startswith(f"{SITE}/"):
                continue
            path = unescape(link).removeprefix(SITE).partition("#")[0]
            for headers in ({}, {"Purpose": "prefetch"}):
                answers = [Client(headers=headers).get(path, follow=True), Client(headers=headers).head(path)]
                statuses = {answer.status_code for answer in answers}
                assert statuses <= {200, 302, 404}, f"{path}: {statuses}"
                gone |= {path} if 404 in statuses else set()
            followed += 1
    assert followed >= 4 * 10
    # What ended is not changed any more; every other address is there.
    assert gone == {f"/subscriptions/by/{all_letters[-1].subscription.secret}"}
    assert instance_hash() == before
    assert Allowance.objects.count() == count
    for made in all_letters:
        unchanged = Delivery.objects.get(pk=made.pk)
        assert unchanged.state in ("sent", "planned")
        assert unchanged.subscription.ended_at == made.subscription.ended_at
