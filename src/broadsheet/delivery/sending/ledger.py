"""The ledger: who has a delivery, and each step of it, by UPDATEs that only change what still is as they think.

``planned`` is taken by one sender as ``claimed`` with a lease. Just before the other side may take it, it becomes
``handing over``, and that is on the disk before anything else happens. Its answer ends it, or plans it again where it
surely was not taken. A sender that vanished leaves ``claimed``, which is safe to plan again, or ``handing over``,
which is in doubt: exactly once cannot be had over SMTP (RFC 1047), and of the two failures this one shows itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.contents import give_back
from broadsheet.delivery.sending.retrying import delay
from broadsheet.delivery.values import Fate, Outcome

logger = logging.getLogger(__name__)

State = Delivery.State
LEASE = timedelta(minutes=15)
"""Longer than one letter may take."""
LONGEST_ANSWER = 500
TRIES_TO_WRITE = 3
PAUSE_SECONDS = 0.1
ENDS = {Fate.SENT: State.SENT, Fate.BOUNCED: State.BOUNCED, Fate.FAILED: State.FAILED, Fate.IN_DOUBT: State.IN_DOUBT}
ENDED = "the subscription was ended or paused"
REACHED_NOBODY = (State.FAILED, State.SUPPRESSED, State.BOUNCED)
"""What ended so may be brought by another letter."""
VANISHED = "the sender stopped while it was handing it over"


def due(now: datetime, outlet: str) -> QuerySet[Delivery]:
    """What is to be sent now by an outlet, the longest due first."""
    rows = Delivery.objects.filter(state=State.PLANNED, due_at__lte=now, subscription__outlet=outlet)
    return rows.order_by("due_at", "id")


def release_vanished(now: datetime, gone: Collection[str] = ()) -> tuple[int, int]:
    """Deal with what senders left that are gone or whose lease is over; returns how many were planned again, in doubt.

    Who has it stays written on what is in doubt: a sender that was only slow may still tell what became of it.
    """
    left = Delivery.objects.filter(Q(claimed_until__lt=now) | Q(claimed_by__in=list(gone)))
    handing_over = left.filter(state=State.HANDING_OVER)
    if is_resent():
        again = handing_over.update(
            state=State.PLANNED,
            claimed_by="",
            claimed_until=None,
            attempts_count=F("attempts_count") + 1,
            answer=f"sent again: {VANISHED}",
        )
        in_doubt = 0
    else:
        again = 0
        in_doubt = handing_over.update(state=State.IN_DOUBT, ended_at=now, claimed_until=None, answer=VANISHED)
    again += left.filter(state=State.CLAIMED).update(state=State.PLANNED, claimed_by="", claimed_until=None)
    if in_doubt:
        logger.warning("%s deliveries are in doubt: %s", in_doubt, VANISHED)
    return again, in_doubt


def is_resent() -> bool:
    """Whether what is in doubt is sent again by itself (``BROADSHEET_IN_DOUBT``), at the risk of sending it twice."""
    return bool(settings.IN_DOUBT == "resend")


@contextmanager
def on_the_disk() -> Iterator[None]:
    """A transaction that is on the disk when it ends, also on SQLite, where others may be lost with the power."""
    is_sqlite = connection.vendor == "sqlite" and not connection.in_atomic_block
    if is_sqlite:
        _pragma("FULL")
    try:
        with transaction.atomic():
            yield
    finally:
        if is_sqlite:
            _pragma("NORMAL")


def _pragma(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")


class Ledger:
    """The ledger as one sender writes it; ``owner`` is the sender's name."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def claim(self, now: datetime, outlet: str, most: int) -> list[Delivery]:
        """Take up to so many that are due; no other sender gets them until the lease is over."""
        with transaction.atomic():
            rows = due(now, outlet).select_for_update(skip_locked=True, of=("self",))
            numbers = list(rows.values_list("id", flat=True)[:most])
            mine = Delivery.objects.filter(id__in=numbers, state=State.PLANNED)
            mine.update(state=State.CLAIMED, claimed_by=self.owner, claimed_until=now + LEASE)
        claimed = Delivery.objects.filter(id__in=numbers, claimed_by=self.owner, state=State.CLAIMED)
        return list(claimed.select_related("subscription__account").order_by("due_at", "id"))

    def mark(self, delivery: Delivery, now: datetime) -> bool:
        """Write down that it is about to be handed over. When this returns True it is on the disk.

        False, and let go of it then, when it is no longer this sender's, or was ended while it was being made ready.
        """
        with on_the_disk():
            changed = self._held(delivery, State.CLAIMED).update(
                state=State.HANDING_OVER, handed_over_at=now, claimed_until=now + LEASE
            )
            wanted = Subscription.objects.filter(pk=delivery.subscription_id, ended_at=None, is_on=True)
            is_wanted = bool(changed) and wanted.exists()
            if changed and not is_wanted:
                ended = self._held(delivery, State.HANDING_OVER)
                ended.update(
                    state=State.SUPPRESSED, handed_over_at=None, ended_at=now, claimed_until=None, answer=ENDED
                )
                give_back(delivery)
        return is_wanted

    def record(self, delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
        """Write down what became of a try; False when somebody else decided about it in the meantime."""
        fields: dict[str, object] = {
            "answer": outcome.answer[:LONGEST_ANSWER],
            "attempts_count": F("attempts_count") + 1,
            "claimed_until": None,
        }
        is_again = outcome.fate is Fate.LATER or (outcome.fate is Fate.IN_DOUBT and is_resent())
        wait = delay(delivery.attempts_count + 1, outcome.retry_after) if is_again else None
        if wait is not None:
            fields |= {"state": State.PLANNED, "due_at": now + wait, "claimed_by": ""}
        elif outcome.fate is Fate.LATER:
            answer = f"given up after {delivery.attempts_count + 1} tries: {outcome.answer}"
            fields |= {"state": State.FAILED, "ended_at": now, "answer": answer[:LONGEST_ANSWER]}
        else:
            fields |= {"state": ENDS[outcome.fate], "ended_at": now}
        return self._write(delivery, fields, (State.CLAIMED, State.HANDING_OVER, State.IN_DOUBT))

    def suppress(self, delivery: Delivery, why: str, now: datetime) -> bool:
        """End what must not be sent."""
        fields = {"state": State.SUPPRESSED, "ended_at": now, "answer": why, "claimed_until": None}
        return self._write(delivery, fields, (State.CLAIMED,))

    def put_off(self, delays: Sequence[tuple[Delivery, datetime, str]]) -> None:
        """Plan some for later, without counting it as a try: each with its moment and the domain that is waited for."""
        with transaction.atomic():
            for delivery, moment, domain in delays:
                held = self._held(delivery, State.CLAIMED)
                held.update(state=State.PLANNED, due_at=moment, domain=domain, claimed_by="", claimed_until=None)

    def put_back(self, deliveries: Collection[Delivery]) -> None:
        """Give back what was claimed and not begun: it is due at once, for any sender."""
        held = Delivery.objects.filter(
            id__in=[one.pk for one in deliveries], claimed_by=self.owner, state=State.CLAIMED
        )
        held.update(state=State.PLANNED, claimed_by="", claimed_until=None)

    def write_domain(self, deliveries: Collection[Delivery], domain: str) -> None:
        """Write down which domain claimed deliveries go to."""
        Delivery.objects.filter(id__in=[one.pk for one in deliveries]).exclude(domain=domain).update(domain=domain)

    def _write(self, delivery: Delivery, fields: dict[str, object], states: Sequence[State]) -> bool:
        """Write, and again where the database is busy: what is not written here would be in doubt later."""
        tries = 0
        while True:
            try:
                with transaction.atomic():
                    is_written = bool(self._held(delivery, *states).update(**fields))
                    if is_written and fields.get("state") in REACHED_NOBODY:
                        give_back(delivery)
            except OperationalError:
                tries += 1
                if tries == TRIES_TO_WRITE or connection.in_atomic_block:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                return is_written

    def _held(self, delivery: Delivery, *states: State) -> QuerySet[Delivery]:
        return Delivery.objects.filter(pk=delivery.pk, claimed_by=self.owner, state__in=states)
