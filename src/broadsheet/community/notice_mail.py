"""Mailing notifications: one plain letter a person for all that waits, each notification in at most one letter.

A notification is marked as mailed (``mailed_at``) before its letter is handed over. So a crash between the two, or a
connection that breaks, leaves it in doubt, and it is never repeated: it stands on the site anyway. The mail server is
reached before anything is marked; while it cannot be, everything waits.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.community.access import groups_of, is_member, is_suspended
from broadsheet.community.models import Account, Comment, Notification
from broadsheet.community.notice_words import Spoken, spoken

logger = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=2)
"""What comes within this time of the first goes into the same letter."""
MOST_IN_A_LETTER = 50
LONGEST_SUBJECT = 150


def mail_due(should_stop: Callable[[], bool], *, now: datetime | None = None) -> int:
    """Write to everybody for whom something has waited for ``PATIENCE``; returns how many letters went out.

    Raises ``OSError`` or ``smtplib.SMTPException`` where the mail server cannot be reached; nothing is marked then.
    """
    moment = now or timezone.now()
    waiting = Notification.objects.filter(is_for_mail=True, mailed_at__isnull=True)
    people = waiting.order_by().values("account").annotate(first=Min("made_at")).filter(first__lte=moment - PATIENCE)
    numbers = list(people.order_by("first", "account").values_list("account", flat=True))
    if not numbers:
        return 0
    count = 0
    connection = get_connection()
    connection.open()
    try:
        for number in numbers:
            if should_stop():
                break
            count += _write_to(Account.objects.get(pk=number), moment, connection)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        # The letter under way is in doubt; the others wait for the next round.
        logger.warning("the mail server is gone: %s", error)
    finally:
        connection.close()
    return count


def _write_to(account: Account, now: datetime, connection: BaseEmailBackend) -> int:
    """Send one person's letter; 1 where it was handed over, 0 where there is nothing to send or it was refused."""
    rows = _claimed(account, now)
    address = _address(account)
    told = [spoken(row) for row in rows if _is_still_so(row)]
    if not told or not address:
        return 0
    try:
        return _letter(account, address, told, connection).send()
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:
        # Refused for good or for now: saying it again would be refused again, or read twice.
        logger.warning("a letter to account %s was refused: %s", account.pk, type(error).__name__)
        return 0


def _claimed(account: Account, now: datetime) -> list[Notification]:
    """What waits for a person, marked as mailed by this process and no other, the oldest first.

    Row by row: of two workers each gets what its own UPDATE changed.
    """
    waiting = Notification.objects.filter(account=account, is_for_mail=True, mailed_at__isnull=True)
    numbers = list(waiting.order_by("made_at", "pk").values_list("pk", flat=True)[:MOST_IN_A_LETTER])
    mine = [number for number in numbers if waiting.filter(pk=number).update(mailed_at=now)]
    rows = Notification.objects.filter(pk__in=mine).select_related("actor", "paper", "comment__group")
    return list(rows.order_by("made_at", "pk"))


def _is_still_so(row: Notification) -> bool:
    """Whether there is still something to tell: nothing is quoted of what was hidden, deleted or left since."""
    if row.kind == Notification.Kind.MODERATION:
        return True
    if row.paper is not None and row.paper.is_hidden:
        return False
    if row.comment is None:
        return True
    is_inside = row.comment.group is None or groups_of(row.account).filter(pk=row.comment.group.pk).exists()
    return row.comment.state == Comment.State.VISIBLE and is_inside


def _address(account: Account) -> str:
    """Where a person is written to: the confirmed main address; empty for somebody who is not written to."""
    if not is_member(account) or is_suspended(account):
        return ""
    rows = EmailAddress.objects.filter(user=account, verified=True).order_by("-primary", "pk")
    return rows.values_list("email", flat=True).first() or ""


def _letter(account: Account, address: str, told: Sequence[Spoken], connection: BaseEmailBackend) -> EmailMessage:
    """The letter; ``Auto-Submitted`` (RFC 3834) keeps away answers of machines."""
    count = len(told)
    if count == 1:
        subject = ": ".join(part for part in (told[0].sentence, told[0].title) if part)
    else:
        words = ngettext("%(n)d thing that concerns you", "%(n)d things that concern you", count)
        subject = f"{settings.NAME}: {words % {'n': count}}"
    subject = " ".join(subject.split())
    return EmailMessage(
        subject=subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…",
        body=_body(account, told),
        to=[address],
        connection=connection,
        headers={"Auto-Submitted": "auto-generated"},
    )


def _body(account: Account, told: Sequence[Spoken]) -> str:
    parts = [_("Good day %(name)s,") % {"name": account.shown_name}]
    for one in told:
        lines = [f"{one.sentence}."]
        if one.sentence.endswith((".", "!", "?", "…")):
            lines = [one.sentence]
        lines += [line for line in (one.title, f"> {one.excerpt}" if one.excerpt else "") if line]
        lines += [settings.BASE_URL + one.path] if one.path else []
        parts.append("\n".join(lines))
    choose = settings.BASE_URL + reverse("web:notice_settings")
    why = _("%(instance)s writes since you have an account there. Choose what it tells you by mail, or nothing:")
    parts.append("-- \n" + why % {"instance": settings.NAME} + f"\n{choose}")
    return "\n\n".join(parts) + "\n"
