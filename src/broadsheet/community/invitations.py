"""Invitations: letters of admission to an instance that is not open. Only the SHA-256 of a code is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from broadsheet.community import audit
from broadsheet.community.access import Person, RefusedError, has_role, is_moderator, may_act
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Invitation

HELD_FOR = timedelta(days=14)
LONGEST_DAYS = 90


def invite(
    inviter: Account,
    *,
    email: str = "",
    role: Account.Role = Account.Role.MEMBER,
    days: int = HELD_FOR.days,
    network: str = "",
) -> tuple[Invitation, str]:
    """Invite whoever has an address, or anybody without one; returns the row and the code, which is shown once.

    The code is 128 random bits in base64url (RFC 4648, 5) and lets one person in. Raises ``RefusedError`` for no valid
    address, a role above the inviter's own, and a term that is not of 1 to ``LONGEST_DAYS`` days; ``TooManyError`` for
    too many in a day.
    """
    email = email.strip().lower()
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise RefusedError(f"{email!r} is no e-mail address.") from error
    if not has_role(inviter, role):
        raise RefusedError("Nobody can be invited to a role above your own.")
    if not 1 <= days <= LONGEST_DAYS:
        raise RefusedError(f"An invitation holds for 1 to {LONGEST_DAYS} days.")
    with transaction.atomic():
        spend("invite", inviter)
        code, now = secrets.token_urlsafe(16), timezone.now()
        invitation = Invitation.objects.create(
            digest=_digest(code),
            email=email,
            role=role,
            invited_by=inviter,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        audit.note(
            "invitation.make",
            actor=inviter,
            subject_kind="invitation",
            subject=str(invitation.pk),
            network=network,
            details={"role": role},
        )
    return invitation, code


def may_invite(person: Person) -> bool:
    """Whether a person may invite others.

    Everybody who is in may where invitations are the way in, moderators where others let people in or all may come, and
    nobody where one person has the instance.
    """
    return {"single": False, "invite": may_act(person)}.get(settings.MODE, is_moderator(person))


def open_invitations(now: datetime | None = None) -> QuerySet[Invitation]:
    """The invitations that still let somebody in, the newest first."""
    return Invitation.objects.filter(
        used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now or timezone.now()
    ).order_by("-pk")


def invitation_for(code: str) -> Invitation | None:
    """The invitation that a code belongs to, None where it does not let anybody in (any more)."""
    return open_invitations().filter(digest=_digest(code.strip())).select_related("invited_by").first()


def use(invitation: Invitation, account: Account) -> bool:
    """Let a person in with the role that was offered; False where it was used or withdrawn meanwhile, or is another's.

    One that was sent to an address is only for whoever signs up with that address.
    """
    if invitation.email and invitation.email != account.email.strip().lower():
        return False
    used = open_invitations().filter(pk=invitation.pk).order_by()
    if not used.update(used_by=account, used_at=timezone.now()):
        return False
    invitation.refresh_from_db()
    return True


def withdraw(invitation: Invitation, *, actor: Account, network: str = "") -> None:
    """End an invitation that was not used."""
    if open_invitations().filter(pk=invitation.pk).order_by().update(revoked_at=timezone.now()):
        audit.note(
            "invitation.withdraw",
            actor=actor,
            subject_kind="invitation",
            subject=str(invitation.pk),
            network=network,
        )


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
