"""What the processes do that plan while they are killed: ``fill COUNT``, ``plan`` slowly, or ``finish``."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime, timedelta

from broadsheet.cli.instance import open_instance

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PART = 5
PAUSE = 0.005
"""Between two parts, so that there are many moments at which to be killed."""


def fill(count: int) -> None:
    """So many subscriptions that were last planned ten days before."""
    from broadsheet.community.models import Subscription

    told = {"name": "Papers", "made_at": NOW, "changed_at": NOW, "confirmed_at": NOW, "zone": "Asia/Kolkata"}
    Subscription.objects.bulk_create(
        Subscription(
            address=f"reader{n}@example.org",
            planned_on=date(2026, 2, 22),
            due_at=NOW - timedelta(days=9, minutes=n % 60),
            minute=n % 60,
            **told,
        )
        for n in range(count)
    )


def plan_all() -> None:
    """Plan what is due, slowly."""
    from broadsheet.delivery import planning

    planning.AT_ONCE = PART

    def pause() -> bool:
        time.sleep(PAUSE)
        return False

    planning.plan(NOW, pause)


def finish() -> None:
    """Plan what is left."""
    from broadsheet.delivery.planning import plan

    plan(NOW, lambda: False)


if __name__ == "__main__":
    open_instance()
    {"fill": fill, "plan": plan_all, "finish": finish}[sys.argv[1]](*map(int, sys.argv[2:]))
