"""What a letter would bring now, without anything being kept; and what else the forms offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from broadsheet.community import profiles
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery import contents
from broadsheet.delivery.calendar import day_in
from broadsheet.delivery.letters.issues import Part, issue_of


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent; ``parts`` is empty where there is nothing new, and no letter would be."""

    parts: Sequence[Part]
    count: int


def draft_of(subscription: Subscription) -> Delivery:
    """A letter with what it would bring now, which no table knows."""
    now = timezone.now()
    return Delivery(
        subscription=subscription,
        issue=day_in(subscription.zone, now).isoformat(),
        contents=contents.preview(subscription, now).to_json(),
        due_at=now,
        planned_at=now,
    )


def of(subscription: Subscription) -> Preview:
    """What a subscription, stored or not, would bring now."""
    issue = issue_of(draft_of(subscription))
    return Preview(issue.parts, issue.count)


def zones() -> Sequence[str]:
    """The time zones that a field proposes."""
    return profiles.zones()
