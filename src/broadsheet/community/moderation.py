"""What moderators do to papers, collections and all that one person said; each act stands in the public log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue import attention, identity
from broadsheet.catalogue.models import Paper, PaperMerge
from broadsheet.community import audit, comments
from broadsheet.community.access import RefusedError, is_moderator
from broadsheet.community.models import Account, Collection, Comment
from broadsheet.community.suspensions import may_act_on

LONGEST_REASON = 500
MOST_DAYS = 365

_SWITCHES: dict[str, Callable[[int], None]] = {
    "hide": lambda number: attention.hide(number, is_hidden=True),
    "show": lambda number: attention.hide(number, is_hidden=False),
    "lock": lambda number: attention.lock(number, is_locked=True),
    "unlock": lambda number: attention.lock(number, is_locked=False),
}
PAPER_ACTS = tuple(_SWITCHES)


def change_paper(paper: Paper, act: str, by: Account, reason: str, *, network: str = "") -> None:
    """Hide, show, lock or unlock a paper (``act`` is one of ``PAPER_ACTS``); hiding and locking need a reason.

    Raises ``RefusedError`` without one, and for whoever is no moderator.
    """
    said = _said(by, reason, is_needed=act in ("hide", "lock"))
    with transaction.atomic():
        _SWITCHES[act](paper.pk)
        audit.note(
            f"paper.{act}",
            actor=by,
            subject_kind="paper",
            subject=paper.key,
            reason=said,
            network=network,
            is_public=True,
        )
    paper.refresh_from_db()


def merge_papers(one: Paper, other: Paper, by: Account, reason: str, *, network: str = "") -> Paper:
    """Make one paper of two, with what people attached to both; returns it.

    Raises ``RefusedError`` for whoever is no moderator, without a reason, and for what cannot be merged.
    """
    said = _said(by, reason, is_needed=True)
    with transaction.atomic():
        kept = _identified(lambda: identity.merge_papers(one, other, by.username))
        gone = other.key if kept.pk == one.pk else one.key
        audit.note(
            "paper.merge",
            actor=by,
            subject_kind="paper",
            subject=kept.key,
            reason=said,
            network=network,
            details={"absorbed": gone},
            is_public=True,
        )
    return kept


def undo_merge(merge: PaperMerge, by: Account, reason: str = "", *, network: str = "") -> Paper:
    """Make two papers again of a merged one; returns the one that comes back. Raises ``RefusedError``."""
    said = _said(by, reason, is_needed=False)
    with transaction.atomic():
        back = _identified(lambda: identity.undo_merge(merge, by.username))
        audit.note(
            "paper.part",
            actor=by,
            subject_kind="paper",
            subject=merge.paper.key,
            reason=said,
            network=network,
            details={"back": back.key},
            is_public=True,
        )
    return back


def change_collection(collection: Collection, by: Account, reason: str, *, is_hidden: bool, network: str = "") -> None:
    """Take a public collection out of sight of all but its owner, or put it back. Raises ``RefusedError``."""
    said = _said(by, reason, is_needed=is_hidden)
    with transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(is_hidden=is_hidden)
        audit.note(
            "collection.hide" if is_hidden else "collection.show",
            actor=by,
            subject_kind="collection",
            subject=collection.key,
            reason=said,
            network=network,
            is_public=True,
        )
    collection.refresh_from_db()


def hide_lately(account: Account, by: Account, days: int, reason: str, *, network: str = "") -> int:
    """Hide all public comments that a person wrote in the last days, for one reason; returns how many.

    Raises ``RefusedError`` for whoever may not act on this person, a number of days that makes no sense, and a reason
    that is none of ``Comment.Reason``.
    """
    if not may_act_on(by, account):
        raise RefusedError(_("You may not do this about this person."))
    if not 1 <= days <= MOST_DAYS:
        raise RefusedError(_("From 1 to %(most)d days.") % {"most": MOST_DAYS})
    since = timezone.now() - timedelta(days=days)
    lately = Comment.objects.filter(
        account=account, group=None, written_at__gte=since, state__in=(Comment.State.VISIBLE, Comment.State.WAITING)
    )
    rows = list(lately.order_by("pk"))
    with transaction.atomic():
        for comment in rows:
            comments.hide(comment, by, reason, network=network)
    return len(rows)


def _said(by: Account, reason: str, *, is_needed: bool) -> str:
    if not is_moderator(by):
        raise RefusedError(_("This is for moderators."))
    said = " ".join(reason.split())[:LONGEST_REASON]
    if is_needed and not said:
        raise RefusedError(_("This needs a reason, which everybody can read in the log."))
    return said


def _identified(act: Callable[[], Paper]) -> Paper:
    try:
        return act()
    except identity.IdentityError as error:
        raise RefusedError(str(error)) from error
