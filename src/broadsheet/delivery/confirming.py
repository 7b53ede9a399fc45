"""Double opt-in: an address is written to only after whoever reads its mail has agreed, by a form (POST).

The link in the letter that asks is signed, for this one purpose, and holds for two days. Whether an address is known
here is not told to whoever types it: every address is answered alike.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community import audit
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, Subscription, Suppression
from broadsheet.delivery.addresses import AddressError, digest_of, normalised
from broadsheet.delivery.subscribing import (
    Wish,
    checked,
    confirmed_addresses,
    made_of,
    refuse_too_many,
    set_due,
    siblings_of,
)
from broadsheet.delivery.suppressing import lift

HELD_FOR = timedelta(hours=48)
"""How long a link holds that asks whether somebody agrees."""
KEPT_AFTER_THE_END = timedelta(days=30)
"""So long an address that wants nothing any more is kept, since reports of bounces come late."""
_BEGINNING, _BEING_WRITTEN_TO = "broadsheet.confirm-subscription", "broadsheet.write-to-me-again"
_LIFTED_BY_AGREEING = (Suppression.Reason.BOUNCED, Suppression.Reason.ASKED)


class MailServerError(Exception):
    """The mail server took nothing: whoever asked may try again later."""


def takes_addresses() -> bool:
    """Whether addresses without an account may subscribe.

    As ``BROADSHEET_SUBSCRIBERS`` says; where it says nothing, on instances that anybody may join. Never without mail.
    """
    by_mode = "everybody" if settings.MODE in ("open", "approval") else "members"
    return bool(settings.SENDS_MAIL) and (settings.SUBSCRIBERS or by_mode) == "everybody"


def ask_to_confirm(address: str, wish: Wish, network: str, now: datetime | None = None) -> None:
    """Write to an address and ask whether it wants this; the subscription waits for the answer.

    Nothing tells whether the address is known: one that complained, that the instance does not write to, or that was
    asked too often is not written to, and the caller learns nothing of it. Nothing that was typed is in the letter, so
    that nobody can have words of theirs sent to others.

    Raises ``RefusedError`` for what is no address and for a wish that cannot be done, ``TooManyError`` for a network
    that asks too often, and ``MailServerError`` where the mail server cannot be reached.
    """
    moment = now or timezone.now()
    to = checked_address(address)
    row = made_of(checked(wish, AnonymousUser()), moment)
    row.address, row.due_at = to, None
    spend("ask for letters", network, moment)
    if _is_left_alone(to):
        return
    try:
        spend("confirm an address", digest_of(to), moment)
    except TooManyError:
        return
    forget_old(moment)
    row.save(force_insert=True)
    link = reverse("web:confirm_subscription", args=[signing.dumps(row.key, salt=_BEGINNING)])
    try:
        _write_to(to, _("Do you want letters from %(name)s?") % {"name": settings.NAME}, _asking(), link)
    except MailServerError:
        row.delete()
        raise


def checked_address(address: str) -> str:
    """The address with its domain in small letters.

    Raises ``RefusedError`` for what is no address, and for one of a domain that the instance refuses.
    """
    try:
        text = normalised(address)
        validate_email(text)
    except (AddressError, ValidationError):
        raise RefusedError(_("This is not an address: expected one such as ada@example.org.")) from None
    domain = text.rpartition("@")[2]
    if domain in {name.lower() for name in settings.EMAIL_REFUSED}:
        raise RefusedError(_("Addresses of %(domain)s are not written to.") % {"domain": domain[:100]})
    return text


def waiting_for(token: str) -> Subscription:
    """The subscription that a link asks about, whether it was confirmed already or not; changes nothing.

    Raises ``RefusedError`` for a link that is not ours, is too old, or whose subscription is gone or ended.
    """
    try:
        key = signing.loads(token, salt=_BEGINNING, max_age=HELD_FOR)
    except signing.BadSignature:
        raise RefusedError(_("This link is not valid any more. Please ask for a new one.")) from None
    row = Subscription.objects.filter(key=str(key), account=None, ended_at=None).first()
    if row is None:
        raise RefusedError(_("This subscription is not there any more. Please ask for it anew."))
    return row


def confirm(token: str, now: datetime | None = None) -> Subscription:
    """Begin to send what a link asked about; the second time changes nothing.

    Whoever agrees is written to again, unless it was a complaint, or an admin's word, that ended it. Raises
    ``RefusedError`` as ``waiting_for``, and where the address has ``rules.MOST_SUBSCRIPTIONS`` already.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        row = Subscription.objects.select_for_update().get(pk=waiting_for(token).pk)
        if row.confirmed_at is not None:
            return row
        refuse_too_many(siblings_of(row).filter(confirmed_at__isnull=False))
        row.confirmed_at = moment
        set_due(row, moment, afresh=True)
        row.save(update_fields=["confirmed_at", "planned_on", "due_at"])
        _write_again(row.address)
        audit.note("subscription.confirm", subject_kind="subscription", subject=str(row.pk))
    return row


def suppression_of(address: str) -> Suppression | None:
    """Why an address is not written to; None where it is."""
    return Suppression.objects.filter(digest=digest_of(address), lifted_at=None).first() if address else None


def may_be_lifted(suppression: Suppression) -> bool:
    """Whether agreeing anew ends it: never after a complaint, nor what an admin decided."""
    return suppression.reason in _LIFTED_BY_AGREEING


def ask_to_write_again(account: Account, now: datetime | None = None) -> None:
    """Ask the main address of a person, which is not written to at the moment, whether it is to be written to again.

    Raises ``RefusedError`` where that cannot be asked, ``TooManyError`` where it was asked too often, and
    ``MailServerError`` where the mail server cannot be reached.
    """
    address = confirmed_addresses([account]).get(account.pk, "")
    held = suppression_of(address)
    if held is None or not may_be_lifted(held):
        raise RefusedError(_("There is nothing to confirm."))
    spend("confirm an address", digest_of(address), now or timezone.now())
    token = signing.dumps([account.pk, digest_of(address)], salt=_BEING_WRITTEN_TO)
    link = reverse("web:write_again", args=[token])
    _write_to(address, _("May %(name)s write to you again?") % {"name": settings.NAME}, _asking_again(), link)


def written_to_again(token: str) -> str:
    """The address that a link of ``ask_to_write_again`` is about; changes nothing.

    Raises ``RefusedError`` for a link that is not ours or too old, or an address that is not the person's any more.
    """
    try:
        number, digest = signing.loads(token, salt=_BEING_WRITTEN_TO, max_age=HELD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise RefusedError(_("This link is not valid any more. Please ask for a new one.")) from None
    rows = EmailAddress.objects.filter(user=number, verified=True).order_by("pk").values_list("email", flat=True)
    address = next((one for one in rows if digest_of(one) == digest), "")
    if not address:
        raise RefusedError(_("This address is not one of the account any more."))
    return address


def write_again(token: str) -> None:
    """End that an address is not written to, as its reader agreed; raises ``RefusedError`` as above."""
    _write_again(written_to_again(token))


def forget_old(now: datetime) -> int:
    """Delete what was never confirmed, and addresses that ended everything a while ago; returns how many rows."""
    rows = Subscription.objects.filter(account=None)
    unanswered = rows.filter(confirmed_at=None, made_at__lt=now - HELD_FOR)
    over = rows.filter(ended_at__lt=now - KEPT_AFTER_THE_END)
    count = 0
    for some in (unanswered, over):
        count += some.count()
        some.delete()
    return count


def _is_left_alone(address: str) -> bool:
    held = suppression_of(address)
    return held is not None and not may_be_lifted(held)


def _write_again(address: str) -> None:
    held = suppression_of(address)
    if held is not None and may_be_lifted(held):
        lift(address)


def _asking() -> str:
    return _(
        "Somebody, probably you, asked %(name)s to send new papers to this address again and again. If you want "
        "them, open this page and press the button there:"
    ) % {"name": settings.NAME}


def _asking_again() -> str:
    return _(
        "Mail of %(name)s to this address was stopped, because it came back or because you asked for that. If it is "
        "to be written to again, open this page and press the button there:"
    ) % {"name": settings.NAME}


def _write_to(address: str, subject: str, asked: str, path: str) -> None:
    """Send a letter that asks something; ``Auto-Submitted`` (RFC 3834) keeps away answers of machines."""
    hours = round(HELD_FOR.total_seconds() / 3600)
    until = _("The page can be used for %(n)d hours. If you do not want it, do nothing: nothing will be sent.")
    body = "\n\n".join([_("Good day,"), asked, settings.BASE_URL + path, until % {"n": hours}, f"-- \n{settings.NAME}"])
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject=subject, body=f"{body}\n", to=[address], headers=headers).send()
    except smtplib.SMTPRecipientsRefused:
        # Whether a mailbox exists is nobody's business; what waits for its answer is forgotten after a while.
        return
    except OSError as error:
        raise MailServerError(_("The mail server does not answer. Please try again later.")) from error
