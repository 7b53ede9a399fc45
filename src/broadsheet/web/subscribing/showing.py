"""What a letter would bring now, without anything being kept; and what else the forms offer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from broadsheet.community import profiles
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery import contents
from broadsheet.delivery.calendar import day_in
from broadsheet.delivery.letters.issues import Issue, issue_of


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


def issue_now(subscription: Subscription) -> Issue:
    """What a subscription, stored or not, would bring now; without parts where no letter would be sent."""
    return issue_of(draft_of(subscription))


def zones() -> Sequence[str]:
    """The time zones that a field proposes."""
    return profiles.zones()
