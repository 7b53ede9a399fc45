"""The clock's errand for what ends by itself: suspensions, networks in the audit log, addresses that want nothing."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.community.audit import forget_networks
from broadsheet.community.suspensions import end_what_is_over
from broadsheet.delivery.confirming import forget_old
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def housekeeping_errand() -> Errand:
    """Every ten minutes: suspensions end, old networks in the log are blacked out, and addresses are forgotten."""
    return Errand(name="housekeeping", schedule=Schedule(cron="*/10 * * * *"), do=_keep_house)


def _keep_house(should_stop: ShouldStop) -> str | None:
    now = timezone.now()
    ended, networks, addresses = end_what_is_over(now), forget_networks(now), forget_old(now)
    return f"{ended} suspensions ended, {networks} networks were blacked out, {addresses} subscriptions were forgotten"
