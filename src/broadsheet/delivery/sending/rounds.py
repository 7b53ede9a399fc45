"""One round of a sender: everything that is due, batch by batch, until nothing is or it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.contents import Filler
from broadsheet.delivery.pausing import why_paused
from broadsheet.delivery.sending import owners
from broadsheet.delivery.sending.checks import destinations
from broadsheet.delivery.sending.ledger import Ledger, due, release_vanished
from broadsheet.delivery.sending.mailing import Carrier, MailCarrier, domain_of
from broadsheet.delivery.sending.posting import HookCarrier
from broadsheet.delivery.sending.rates import within_rates
from broadsheet.delivery.sending.smtp import UnreachableError
from broadsheet.delivery.values import Fate, Outcome

logger = logging.getLogger(__name__)

ShouldStop = Callable[[], bool]
Told = Callable[[Delivery, Outcome], None]
MAIL, WEBHOOK = Subscription.Outlet.MAIL, Subscription.Outlet.WEBHOOK
BATCHES = {MAIL: 50, WEBHOOK: 5}
"""How many are taken at once. Letters wait for the webhooks between two batches, and each of those may be slow."""

MOST_FAULTS = 10
"""After so many faults of our own, one after the other, a round ends with the last one."""


def send_due(
    should_stop: ShouldStop,
    *,
    now: datetime | None = None,
    carriers: Mapping[str, Carrier] | None = None,
    told: Told | None = None,
) -> int:
    """Send what is due; returns how many letters and posts were handed over.

    Any number of senders may run at once. ``carriers`` are what hands over, by outlet; ``told`` hears of each try.
    Raises ``UnreachableError`` where the mail server cannot be spoken to: letters wait then, nothing is counted against
    them, and webhooks were sent.
    """
    with owners.alive(settings.HOME / "senders") as name:
        with owners.gone(settings.HOME / "senders") as gone:
            release_vanished(now or timezone.now(), gone)
        sender = _Sender(Ledger(name), should_stop, now, told)
        lines = dict(carriers or {MAIL: MailCarrier(now), WEBHOOK: HookCarrier()})
        try:
            return sender.send(dict(lines))
        finally:
            for line in lines.values():
                line.close()
            # What is still in its hands was not begun, or broke off: then it is in doubt.
            release_vanished(now or timezone.now(), [name])


class _Sender:
    """What one sender does in a round."""

    def __init__(self, ledger: Ledger, should_stop: ShouldStop, now: datetime | None, told: Told | None) -> None:
        self._ledger = ledger
        self._should_stop = should_stop
        self._now = now
        self._told = told
        self._count = 0
        self._filler = Filler()
        self._faults = 0

    def send(self, lines: dict[str, Carrier]) -> int:
        """Take turns between the outlets as long as one of them has something."""
        unreachable: UnreachableError | None = None
        while lines:
            for outlet, line in list(lines.items()):
                if self._should_stop():
                    return self._count
                try:
                    is_more = self._send_some(outlet, line)
                except UnreachableError as error:
                    logger.warning("%s", error)
                    unreachable, is_more = error, False
                if not is_more:
                    del lines[outlet]
        if unreachable is not None:
            raise unreachable
        return self._count

    def _moment(self) -> datetime:
        return self._now or timezone.now()

    def _send_some(self, outlet: str, line: Carrier) -> bool:
        """Send a batch; False when there is nothing left for the outlet, or it has to wait."""
        now = self._moment()
        if outlet == MAIL and not (settings.SENDS_MAIL and not self._is_paused(now)):
            return False
        if not due(now, outlet).exists():
            return False
        line.open()
        batch = self._ledger.claim(now, outlet, BATCHES[Subscription.Outlet(outlet)])
        try:
            ready, places = self._ready(batch, outlet, now)
            for delivery in ready:
                if self._should_stop():
                    return False
                self._hand_over(delivery, places[delivery.pk], line)
        finally:
            self._ledger.put_back(batch)
        return bool(batch)

    def _is_paused(self, now: datetime) -> bool:
        why = why_paused(now)
        if why:
            logger.warning("no mail is sent: %s", why)
        return bool(why)

    def _ready(self, batch: Sequence[Delivery], outlet: str, now: datetime) -> tuple[list[Delivery], dict[int, str]]:
        """Those of a batch that can be handed over now, filled, and where to; the others are dealt with."""
        places, refused = destinations(batch)
        with transaction.atomic():
            for delivery in batch:
                if why := refused.get(delivery.pk):
                    self._ledger.suppress(delivery, why, now)
            going = [delivery for delivery in batch if delivery.pk in places]
            if outlet == MAIL:
                domains = {delivery.pk: domain_of(places[delivery.pk]) for delivery in going}
                going = within_rates(self._ledger, going, domains, now)
        return self._filled(going, now), places

    def _filled(self, deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Settle what each brings; those that bring nothing fall out, and so do those of which it cannot be found."""
        without = [one for one in deliveries if one.contents is None]
        try:
            self._filler.fill(without, now)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("what %s deliveries bring could not be settled at once", len(without))
            for one in without:
                self._fill(one, now)
        states = dict(Delivery.objects.filter(pk__in=[one.pk for one in without]).values_list("pk", "state"))
        claimed = Delivery.State.CLAIMED
        return [one for one in deliveries if states.get(one.pk, claimed) == claimed]

    def _fill(self, delivery: Delivery, now: datetime) -> None:
        """Settle what one brings; a fault of ours is tried again later, as somebody may mend it."""
        try:
            self._filler.fill([delivery], now)
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("what delivery %s brings could not be settled", delivery.key)
            self._record(delivery, Outcome(Fate.LATER, f"could not be filled: {type(error).__name__}: {error}"))

    def _hand_over(self, delivery: Delivery, place: str, line: Carrier) -> None:
        """One try, and what became of it; a fault of ours with one of them does not keep the others."""
        is_marked = False

        def mark() -> bool:
            nonlocal is_marked
            is_marked = self._ledger.mark(delivery, self._moment())
            return is_marked

        try:
            outcome = line.carry(delivery, place, mark)
            self._faults = 0
        except (UnreachableError, DatabaseError):
            raise
        except Exception as error:
            self._faults += 1
            if self._faults == MOST_FAULTS and not is_marked:
                # It is not this one: the others keep their tries until somebody has looked.
                raise
            logger.exception("delivery %s could not be handed over", delivery.key)
            fate = Fate.IN_DOUBT if is_marked else Fate.LATER
            outcome = Outcome(fate, f"{type(error).__name__}: {error}")
        if outcome is not None:
            self._record(delivery, outcome)

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        self._ledger.record(delivery, outcome, self._moment())
        self._count += outcome.fate is Fate.SENT
        if self._told is not None:
            self._told(delivery, outcome)
