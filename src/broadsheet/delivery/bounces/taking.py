"""Taking what was told of a letter into account, once: its delivery, the address, and the subscriptions.

A hard bounce ends the delivery as bounced, suppresses the address and pauses what is sent there. A soft one counts at
most once a day; five days within thirty pause it, and whoever resumes it is sent one letter as a probe: when that one
fails too, it is paused again. A complaint suppresses the address for good and ends what is sent there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community.models import BounceScore, Delivery, MailEvent, Suppression
from broadsheet.delivery import subscribing, suppressing
from broadsheet.delivery.addresses import PREFIX_SHOWN, AddressError, digest_of, domain_of
from broadsheet.delivery.bounces.reading import Report, Told, read
from broadsheet.delivery.bounces.returning import is_in_time, key_in, keys_in_message_ids
from broadsheet.delivery.bounces.statuses import Severity, severity
from broadsheet.delivery.bounces.texts import without_addresses

logger = logging.getLogger(__name__)

SOFT_DAYS = 5
SOFT_WITHIN = timedelta(days=30)
Kind = MailEvent.Kind
State = Delivery.State
KINDS = {Told.HARD: Kind.HARD, Told.SOFT: Kind.SOFT, Told.COMPLAINT: Kind.COMPLAINT}
REASONS = {Kind.HARD: Suppression.Reason.BOUNCED, Kind.COMPLAINT: Suppression.Reason.COMPLAINED}
_LEFT = (State.SENT, State.IN_DOUBT, State.HANDING_OVER)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report: what it counted as (empty: as nothing), and why in words."""

    kind: str
    why: str


def take_report(raw: bytes, recipient: str = "", now: datetime | None = None) -> Taken:
    """Read a letter that came to the bounce address and take it into account.

    ``recipient`` is whom the envelope named, where that is known. A report counts once, however often it is given. What
    is no report, is not signed by us, or comes too late changes nothing. Raises nothing for what a stranger may send.
    """
    moment = now or timezone.now()
    report = read(raw, recipient)
    if report.told is Told.NOTHING:
        return Taken("", report.answer)
    delivery = _delivery_of(report)
    if delivery is None:
        return Taken("", "it names no letter of ours, or is forged")
    if report.told is Told.ENOUGH:
        # As the link in the letter: without an end in time, for this one subscription, as often as somebody asks.
        is_over = settings.BOUNCE_ADDRESS and subscribing.end(delivery.subscription.secret, "by mail", moment)
        return Taken(Kind.UNSUBSCRIBED.value, report.answer) if is_over else Taken("", "there is nothing to end")
    if not is_in_time(delivery, moment, is_complaint=report.told is Told.COMPLAINT):
        return Taken("", "it comes too late")
    kind = KINDS[report.told]
    once = report.own_id or sha256(raw).hexdigest()
    if not take_event(delivery, kind, report.answer, once, named=report.recipients, now=moment):
        return Taken("", "it was counted before")
    return Taken(kind.value, report.answer)


def take_event(
    delivery: Delivery,
    kind: MailEvent.Kind,
    answer: str,
    once: str,
    *,
    named: tuple[str, ...] = (),
    is_over: bool = True,
    now: datetime | None = None,
) -> bool:
    """Take into account what was told of a letter; False where the same was told before.

    ``once`` names what was told, ``named`` are the addresses that it says were written to. ``is_over`` says that the
    letter had left, so that its state is to be corrected.
    """
    moment = now or timezone.now()
    told = sha256(f"{delivery.key}\0{kind.value}\0{once}".encode()).hexdigest()
    with transaction.atomic():
        event, is_new = MailEvent.objects.get_or_create(
            told=told,
            defaults={
                "kind": kind,
                "delivery": delivery,
                "answer": without_addresses(answer),
                "happened_at": moment,
            },
        )
        if is_new:
            _act(event, delivery, named, is_over=is_over)
    if is_new:
        logger.info("%s of delivery %s at %s", kind.value, delivery.key, delivery.domain or "an unknown domain")
    return is_new


def take_refusal(delivery: Delivery, address: str, answer: str, now: datetime | None = None) -> bool:
    """As a bounce, for an address that the receiving server refused while the letter was handed over.

    ``answer`` is the server's, with its codes; how grave it is is judged by it. The delivery's state is the sender's to
    write.
    """
    kind = Kind.HARD if severity("", answer) is Severity.HARD else Kind.SOFT
    return take_event(delivery, kind, answer, "refused", named=(address,), is_over=False, now=now)


def take_event_about(address: str, kind: MailEvent.Kind, answer: str, once: str, now: datetime | None = None) -> bool:
    """As ``take_event``, for a letter that is none of the ledger's (a code to sign in): the address alone is judged.

    Raises ``AddressError`` for what is no address.
    """
    digest, moment = digest_of(address), now or timezone.now()
    told = sha256(f"{digest}\0{kind.value}\0{once}".encode()).hexdigest()
    with transaction.atomic():
        words = without_addresses(answer)
        fields = {"kind": kind, "answer": words, "happened_at": moment}
        _, is_new = MailEvent.objects.get_or_create(told=told, defaults=fields)
        if is_new and kind in REASONS:
            suppressing.suppress_digest(digest, REASONS[kind], words, moment)
    return is_new


def count_soft(address: str, answer: str, now: datetime) -> bool:
    """Write down that mail to an address failed for the time being; whether that is so on too many days now.

    Raises ``AddressError`` for what is no address.
    """
    digest, day = digest_of(address), now.astimezone(UTC).date()
    score = BounceScore(digest=digest, bounced_on=day, answer=without_addresses(answer))
    BounceScore.objects.bulk_create([score], ignore_conflicts=True)
    first = day - SOFT_WITHIN + timedelta(days=1)
    BounceScore.objects.filter(digest=digest, bounced_on__lt=first).delete()
    return BounceScore.objects.filter(digest=digest).count() >= SOFT_DAYS


def forget_old_scores(now: datetime) -> int:
    """Delete soft bounces that count no more; returns how many."""
    first = now.astimezone(UTC).date() - SOFT_WITHIN + timedelta(days=1)
    return BounceScore.objects.filter(bounced_on__lt=first).delete()[0]


def _act(event: MailEvent, delivery: Delivery, named: tuple[str, ...], *, is_over: bool) -> None:
    kind, answer, now = MailEvent.Kind(event.kind), event.answer, event.happened_at
    subscription = delivery.subscription
    address, is_sure = _address(delivery, named)
    if is_over and kind in {Kind.HARD, Kind.SOFT}:
        _end_delivery(delivery, State.BOUNCED if kind is Kind.HARD else State.FAILED, answer, now)
    if kind is Kind.HARD and not is_sure:
        # Somebody else's server changed the address, or it was changed here since: it has to fail more often.
        kind = Kind.SOFT
    if kind is Kind.HARD:
        if address:
            suppressing.suppress(address, Suppression.Reason.BOUNCED, answer, now)
            _pause(delivery, _("Letters to your address came back: it does not exist or takes no mail."), address)
    elif kind is Kind.SOFT:
        if address and count_soft(address, answer, now):
            _pause(delivery, _("Letters to your address came back on several days."), address)
    else:
        if kind is Kind.COMPLAINT and address:
            suppressing.suppress(address, Suppression.Reason.COMPLAINED, answer, now)
        subscribing.end_all_of(subscription, kind.value, now)


def _end_delivery(delivery: Delivery, state: Delivery.State, answer: str, now: datetime) -> None:
    """A letter that came back did not arrive, whatever was thought of it before."""
    rows = Delivery.objects.filter(pk=delivery.pk, state__in=_LEFT)
    rows.update(state=state, answer=answer, ended_at=now, claimed_until=None)


def _pause(delivery: Delivery, because: str, address: str) -> None:
    for row in subscribing.siblings_of(delivery.subscription).filter(is_on=True):
        subscribing.pause(row, because)
    logger.info("subscriptions of %s… are paused", digest_of(address)[:PREFIX_SHOWN])


def _address(delivery: Delivery, named: tuple[str, ...]) -> tuple[str, bool]:
    """The address that a letter went to, and whether that is sure; empty where it is not known any more.

    What a report says of addresses is only believed for those of the same person, as whoever has a letter could write a
    report about it.
    """
    subscription = delivery.subscription
    current = subscription.address or subscribing.address_of(subscription)
    ours = {current} if current else set()
    if subscription.account_id is not None:
        ours.update(EmailAddress.objects.filter(user=subscription.account_id).values_list("email", flat=True))
    digests = {_digest(address): address for address in ours}
    known = [digests[digest] for digest in map(_digest, named) if digest in digests]
    if known:
        return known[0], True
    if not current or (delivery.domain and domain_of(current) != delivery.domain):
        return "", False
    is_another = any(domain_of(address) == domain_of(current) for address in named)
    return current, not (is_another and subscription.account_id is not None)


def _digest(address: str) -> str:
    try:
        return digest_of(address)
    except AddressError:
        return ""


def _delivery_of(report: Report) -> Delivery | None:
    rows = Delivery.objects.select_related("subscription__account")
    if settings.BOUNCE_ADDRESS:
        key = key_in(report.addressed_to)
        return rows.filter(key=key).first() if key else None
    # Without signed addresses only the name of the letter tells: 80 bits that nobody knows who has not seen it.
    keys = keys_in_message_ids(report.message_ids)
    return rows.filter(key__in=keys).order_by("pk").first() if keys else None
