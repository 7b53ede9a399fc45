"""What is in doubt: it may have been taken, and nobody knows. An admin decides, or the setting does."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from broadsheet.community.models import Delivery

State = Delivery.State
GIVEN_UP = "in doubt, and given up"
SENT_AGAIN = "in doubt, and sent again"


def in_doubt() -> QuerySet[Delivery]:
    """What is in doubt, the oldest first, with subscription and account."""
    rows = Delivery.objects.filter(state=State.IN_DOUBT).select_related("subscription__account")
    return rows.order_by("handed_over_at", "id")


def resend(delivery: Delivery, now: datetime | None = None) -> bool:
    """Plan it again with the same contents and the same Message-ID; False when it is not in doubt any more."""
    moment = now or timezone.now()
    return _decide(
        delivery, state=State.PLANNED, due_at=moment, ended_at=None, claimed_by="", attempts_count=0, answer=SENT_AGAIN
    )


def give_up(delivery: Delivery, now: datetime | None = None) -> bool:
    """Never send it again; False when it is not in doubt any more."""
    return _decide(delivery, state=State.FAILED, ended_at=now or timezone.now(), claimed_by="", answer=GIVEN_UP)


def _decide(delivery: Delivery, **fields: object) -> bool:
    return bool(Delivery.objects.filter(pk=delivery.pk, state=State.IN_DOUBT).update(**fields))
