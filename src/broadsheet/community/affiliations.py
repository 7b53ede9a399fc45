"""Who belongs to an organisation: people say so themselves, and moderators mark what they have seen proof of."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Organisation
from broadsheet.community import audit
from broadsheet.community.access import RefusedError, is_moderator, may_act
from broadsheet.community.models import Account, Affiliation

MOST_AFFILIATIONS = 10
MOST_SHOWN = 200


def join(account: Account, organisation: Organisation) -> Affiliation:
    """Say that one belongs to an organisation; a second time changes nothing.

    Raises ``RefusedError`` for more than ``MOST_AFFILIATIONS`` and for somebody who may not act.
    """
    if not may_act(account):
        raise RefusedError(_("Only members who are not suspended can say where they belong."))
    with transaction.atomic():
        # One at a time for one person, or two forms at once would be one too many.
        Account.objects.select_for_update().get(pk=account.pk)
        mine = Affiliation.objects.filter(account=account)
        known = mine.filter(organisation=organisation).first()
        if known is not None:
            return known
        if mine.count() >= MOST_AFFILIATIONS:
            raise RefusedError(
                _("You belong to %(n)s organisations; please leave one first.") % {"n": MOST_AFFILIATIONS}
            )
        return Affiliation.objects.create(account=account, organisation=organisation, stated_at=timezone.now())


def leave(account: Account, organisation: Organisation) -> bool:
    """Belong to an organisation no more; says whether one did."""
    return Affiliation.objects.filter(account=account, organisation=organisation).delete()[0] > 0


def decide(row: Affiliation, by: Account, *, is_verified: bool, reason: str = "", network: str = "") -> None:
    """Mark as a moderator that somebody belongs to an organisation, or take the mark away; both go into the log.

    Raises ``RefusedError`` for somebody who is no moderator, and for one's own.
    """
    if not is_moderator(by):
        raise RefusedError(_("Only moderators mark who belongs to an organisation."))
    if row.account_id == by.pk:
        raise RefusedError(_("Somebody else has to decide on where you belong."))
    with transaction.atomic():
        if not Affiliation.objects.filter(pk=row.pk).exclude(is_verified=is_verified).update(is_verified=is_verified):
            return
        audit.note(
            "affiliation.verify" if is_verified else "affiliation.doubt",
            actor=by,
            subject_kind="account",
            subject=str(row.account_id),
            reason=reason,
            network=network,
            details={"organisation": row.organisation.slug},
        )
    row.is_verified = is_verified


def members_of(organisation: Organisation) -> list[Affiliation]:
    """Who says to belong to an organisation, at most ``MOST_SHOWN``, those first of whom it is verified."""
    rows = Affiliation.objects.filter(organisation=organisation, account__is_active=True, account__is_waiting=False)
    told = rows.select_related("account").order_by("-is_verified", "account__display_name", "account__username")
    return list(told[:MOST_SHOWN])
