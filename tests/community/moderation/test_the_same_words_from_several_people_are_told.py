"""The same words from several hands are told to moderators."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Comment, Group
from broadsheet.community.spam import echoes
from tests.builders import record, take
from tests.people import moderator, person

pytestmark = pytest.mark.django_db
WORDS = "The best seeds for herons are at example.org"


def _say(account: Account, text: str = WORDS, *, days: int = 0, **told: object) -> None:
    moment = timezone.now() - timedelta(days=days)
    Comment.objects.create(account=account, paper=Paper.objects.get(), text=text, written_at=moment, **told)


@pytest.fixture(autouse=True)
def people() -> tuple[Account, Account]:
    take(record("A paper"))
    return person(), person("bob")


def test_they_are_told_with_all_who_wrote_them(people: tuple[Account, Account]) -> None:
    for account in people:
        _say(account)
        _say(account, "Thank you!")
    found = echoes(timezone.now())
    assert [(one.text, [row.account for row in one.comments]) for one in found] == [(WORDS, list(people))]
    client = Client()
    client.force_login(moderator())
    assert "The same words from several people" in client.get("/moderation").content.decode()


def test_one_person_old_words_groups_and_what_is_hidden_are_not(people: tuple[Account, Account]) -> None:
    alice, bob = people
    _say(alice)
    _say(alice)
    _say(bob, days=9)
    _say(bob, state="hidden")
    _say(bob, group=Group.objects.create(slug="lab", name="Lab", created_at=timezone.now()))
    _say(bob, f"{WORDS}!")
    assert echoes(timezone.now()) == []
