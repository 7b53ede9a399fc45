"""The jobs of what leaves by itself: planning what is due, sending it, and letting go of looks that brought nothing."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.delivery.planning import forget_empty, plan
from broadsheet.delivery.sending import UnreachableError, send_due
from broadsheet.sources.protocol import Schedule
from broadsheet.sources.record import SourceError
from broadsheet.worker.errands import Errand, ShouldStop

EVERY_MINUTE = Schedule(cron="* * * * *")
PLANNING = "plan deliveries"
SENDING = "send deliveries"
FORGETTING = "old looks"


def delivering_errands() -> list[Errand]:
    """What is done for subscriptions by the clock. Webhooks leave without a mail server, so it is done everywhere."""
    return [
        Errand(name=PLANNING, schedule=EVERY_MINUTE, do=plan_deliveries, is_prompt=True),
        Errand(name=SENDING, schedule=EVERY_MINUTE, do=send_deliveries, is_prompt=True),
        Errand(name=FORGETTING, schedule=Schedule(cron="27 4 * * *"), do=forget_looks),
    ]


def plan_deliveries(should_stop: ShouldStop) -> str | None:
    """Write what is due into the ledger."""
    count = plan(timezone.now(), should_stop)
    return None if should_stop() else f"{count} planned"


def send_deliveries(should_stop: ShouldStop) -> str | None:
    """Send what is due until nothing is. Where the mail server cannot be spoken to letters wait for the next minute.

    What is due by now is planned before, so that it does not wait for the minute after.
    """
    plan(timezone.now(), should_stop)
    try:
        count = send_due(should_stop)
    except UnreachableError as error:
        raise SourceError(str(error)) from error
    return None if should_stop() else f"{count} sent"


def forget_looks(should_stop: ShouldStop) -> str | None:
    """Delete what is left of looks for papers that brought nothing."""
    return f"{forget_empty(timezone.now())} forgotten"
