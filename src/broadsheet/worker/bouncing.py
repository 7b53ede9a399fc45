"""The clock's errand for letters that came back: the mailbox is read, and what waits is taken into account."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from broadsheet.delivery.bounces.mailboxes import collect
from broadsheet.delivery.bounces.spool import Spool
from broadsheet.delivery.bounces.taking import forget_old_scores
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop


def bouncing_errands() -> list[Errand]:
    """Every two minutes, where this instance sends mail or is told of what came back."""
    if not (settings.SENDS_MAIL or settings.BOUNCES):
        return []
    return [Errand(name="bounces", schedule=Schedule(cron="*/2 * * * *"), do=_deal)]


def collect_and_take(spool: Spool, should_stop: ShouldStop) -> dict[str, int]:
    """Read the mailbox of the settings, where there is one, and take all that waits into account.

    Returns how many reports counted as what. Raises ``MailboxError`` where the mailbox cannot be read; what waited
    already is taken all the same.
    """
    try:
        if settings.BOUNCES:
            collect(settings.BOUNCES, spool, should_stop)
    finally:
        counts = spool.take_all(should_stop)
    return counts


def _deal(should_stop: ShouldStop) -> str | None:
    counts = collect_and_take(Spool(), should_stop)
    forget_old_scores(timezone.now())
    told = ", ".join(f"{count} {kind or 'of nothing'}" for kind, count in sorted(counts.items()))
    return None if should_stop() else f"reports: {told or 'none'}"
