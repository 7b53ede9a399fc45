"""Suspending people, in the open: whoever is suspended sees it and why, and can still read and take data along.

Their votes are set aside meanwhile, their sessions end, and no form or token of theirs does anything (``access``).
"""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community import audit, votes
from broadsheet.community.access import RefusedError, is_admin, is_moderator, is_suspended, rank_of
from broadsheet.community.models import Account, Deed

LONGEST_REASON = 500
SUSPEND, LIFT = "account.suspend", "account.lift"


def may_act_on(actor: Account, account: Account) -> bool:
    """Whether a moderator may do something about a person: one of a lower role; an admin also about other admins."""
    if not is_moderator(actor) or actor.pk == account.pk:
        return False
    return is_admin(actor) or rank_of(actor) > rank_of(account)


def suspend(account: Account, by: Account, reason: str, *, until: datetime | None = None, network: str = "") -> None:
    """Let a person only read, until a moment or for good; the reason is for everybody to see in the log.

    Raises ``RefusedError`` without a reason, for an end that is past, for whoever may not do this, and for the last
    admin.
    """
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise RefusedError(_("A suspension needs a reason: the person reads it, and so does everybody in the log."))
    now = timezone.now()
    if until is not None and until <= now:
        raise RefusedError(_("This end is past already."))
    with transaction.atomic():
        # All admins are locked, so that two of them cannot suspend each other at once.
        admins = list(
            Account.objects.select_for_update().filter(role=Account.Role.ADMIN, is_active=True).order_by("pk")
        )
        account.refresh_from_db()
        by.refresh_from_db()
        if not may_act_on(by, account):
            raise RefusedError(_("You may not suspend this person."))
        if account.role == Account.Role.ADMIN and not any(one != account and is_admin(one) for one in admins):
            raise RefusedError(_("This is the only admin: nobody could lift the suspension."))
        account.suspended_at, account.suspended_until = now, until
        account.save(update_fields=["suspended_at", "suspended_until"])
        votes.set_aside(account)
        details = {"until": until.isoformat() if until else ""}
        _note(SUSPEND, account, by, said, network, **details)
    end_sessions(account)


def lift(account: Account, by: Account, reason: str = "", *, network: str = "") -> None:
    """End a suspension before its time; the votes count again. Raises ``RefusedError`` for whoever may not."""
    with transaction.atomic():
        account.refresh_from_db()
        if not may_act_on(by, account):
            raise RefusedError(_("You may not do this about this person."))
        if account.suspended_at is None:
            return
        _free(account)
        _note(LIFT, account, by, " ".join(reason.split())[:LONGEST_REASON], network)


def end_what_is_over(now: datetime) -> int:
    """Give back their votes to all whose suspension has ended; returns how many people these were."""
    over = Account.objects.filter(suspended_at__isnull=False, suspended_until__lte=now).order_by("pk")
    for account in over:
        with transaction.atomic():
            _free(account)
            _note(LIFT, account, None, "its time is over", "")
    return len(over)


def reason_of(account: Account) -> str:
    """Why a person is suspended; empty for somebody who is not."""
    if not is_suspended(account):
        return ""
    told = Deed.objects.filter(Q(verb=SUSPEND), subject_kind="account", subject=str(account.pk)).order_by("-pk").first()
    return told.reason if told else ""


def end_sessions(account: Account) -> None:
    """Sign a person out everywhere."""
    for session in UserSession.objects.filter(user=account):
        session.end()


def _free(account: Account) -> None:
    account.suspended_at = account.suspended_until = None
    account.save(update_fields=["suspended_at", "suspended_until"])
    votes.put_back(account)


def _note(verb: str, account: Account, by: Account | None, reason: str, network: str, **details: str) -> None:
    audit.note(
        verb,
        actor=by,
        subject_kind="account",
        subject=str(account.pk),
        reason=reason,
        network=network,
        details=details,
        is_public=True,
    )
