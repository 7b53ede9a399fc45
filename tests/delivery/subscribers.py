"""Subscriptions for tests of planning and of contents: in force, of somebody, for something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Delivery, Subscription
from broadsheet.delivery.contents import fill
from broadsheet.delivery.values import Section

NOW = datetime(2025, 10, 15, 12, tzinfo=UTC)
"""The Wednesday of ``tests.builders``, at noon."""


def subscription(
    *questions: str | Section, account: Account | None = None, address: str = "", **told: object
) -> Subscription:
    """A subscription in force of an account or an address, to questions or to sections as they are."""
    sections = [one if isinstance(one, Section) else Section(query=one) for one in questions or ("",)]
    fields: dict[str, object] = {
        "account": account,
        "address": address or ("" if account else "reader@example.org"),
        "name": "Papers",
        "sections": [section.to_json() for section in sections],
        "made_at": NOW,
        "changed_at": NOW,
        "confirmed_at": NOW,
        "due_at": NOW,
    }
    return Subscription.objects.create(**(fields | told))


def delivery(of: Subscription, issue: str = "2025-10-15", *, at: datetime = NOW, **told: object) -> Delivery:
    """A delivery that is planned and waits to be put together."""
    return Delivery.objects.create(subscription=of, issue=issue, due_at=at, planned_at=at, **told)


def filled(of: Subscription, issue: str = "2025-10-15", *, at: datetime = NOW) -> Delivery:
    """A delivery that was put together."""
    made = delivery(of, issue, at=at)
    fill([made], at)
    made.refresh_from_db()
    return made


def titles_in(made: Delivery) -> list[list[str]]:
    """The titles of the papers of each section, in order."""
    return [titles_of(section["papers"]) for section in made.contents or ()]


def titles_of(numbers: Iterable[int]) -> list[str]:
    """The titles of papers by row id, in order."""
    given = list(numbers)
    known = dict(Paper.objects.filter(pk__in=given).values_list("pk", "title"))
    return [known[number] for number in given]
