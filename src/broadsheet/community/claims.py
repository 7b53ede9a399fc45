"""Claims: a person says to be an author of a paper, and is believed for an ORCID or by a moderator.

A verified claim puts the account on the printed name (``Authorship.account``), where intake keeps it whatever sources
say later. Which place was claimed is kept with the claim; where the paper has moved on, the account's own place counts.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import audit, notifications
from broadsheet.community.access import RefusedError, is_moderator, may_act
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Claim, Notification

LONGEST_WORDS = 2_000
MOST_OFFERED = 200

State = Claim.State


def claim(account: Account, paper: Paper, position: int, words: str = "") -> Claim:
    """Say that the name at ``position`` (from 0) is the account's own.

    Verified at once where the account's verified ORCID stands beside that name; else a moderator decides. A claim that
    was refused, or waits, is replaced. Raises ``RefusedError`` for a place that is not there or taken, for a paper that
    the person has a verified claim on, and for somebody who may not act; ``TooManyError`` beyond the limit.
    """
    if not may_act(account):
        raise RefusedError(_("Only members who are not suspended can claim papers."))
    words = words.strip()
    if len(words) > LONGEST_WORDS:
        raise RefusedError(_("Please tell it in at most %(n)s characters.") % {"n": LONGEST_WORDS})
    with transaction.atomic():
        place = _place(paper, position)
        known = Claim.objects.select_for_update().filter(account=account, paper=paper).first()
        if known is not None and known.state == State.VERIFIED:
            raise RefusedError(_("You are known as an author of this paper already."))
        _refuse_taken(place)
        is_proved = account.is_orcid_verified and account.orcid != "" and account.orcid == place.orcid
        if not is_proved:
            spend("claim", account)
        now = timezone.now()
        row = known or Claim(account=account, paper=paper)
        row.position, row.words, row.claimed_at = position, words, now
        row.state, row.means = (State.VERIFIED, Claim.Means.ORCID) if is_proved else (State.WAITING, "")
        row.decided_at, row.decided_by = (now if is_proved else None), None
        row.save()
        if is_proved:
            _put(account, place)
            audit.note("claim.verify", actor=account, subject_kind="paper", subject=paper.key, reason="ORCID")
    return row


def decide(row: Claim, by: Account, *, is_verified: bool, reason: str = "", network: str = "") -> Claim:
    """Decide on a waiting claim as a moderator, and tell the person.

    Raises ``RefusedError`` for somebody who is no moderator or decides on a claim of their own, for a claim that does
    not wait, and where the place has gone to somebody else.
    """
    if not is_moderator(by):
        raise RefusedError(_("Only moderators decide on claims."))
    if row.account_id == by.pk:
        raise RefusedError(_("Somebody else has to decide on a claim of yours."))
    with transaction.atomic():
        claimed = _locked(row)
        if claimed.state != State.WAITING:
            raise RefusedError(_("This claim was decided on already."))
        if is_verified:
            place = _place(claimed.paper, claimed.position)
            _refuse_taken(place)
            _put(claimed.account, place)
        claimed.state = State.VERIFIED if is_verified else State.REFUSED
        claimed.means = Claim.Means.MODERATOR
        claimed.decided_at, claimed.decided_by = timezone.now(), by
        claimed.save(update_fields=["state", "means", "decided_at", "decided_by"])
        _note("claim.verify" if is_verified else "claim.refuse", claimed, by, reason, network)
        _tell(claimed, reason)
    return claimed


def revoke(row: Claim, by: Account, *, reason: str = "", network: str = "") -> None:
    """Take a claim back: its own person at any time, and a moderator with a reason; the name is nobody's again.

    A person's own claim is deleted, so that it can be made again; one that a moderator takes back stays as refused.
    Raises ``RefusedError`` for anybody else.
    """
    is_own = row.account_id == by.pk
    if not is_own and not is_moderator(by):
        raise RefusedError(_("Only the person and moderators can take a claim back."))
    with transaction.atomic():
        claimed = _locked(row)
        was_verified = claimed.state == State.VERIFIED
        Authorship.objects.filter(paper=claimed.paper_id, account=claimed.account_id).update(account=None)
        if is_own:
            claimed.delete()
        else:
            claimed.state, claimed.means = State.REFUSED, Claim.Means.MODERATOR
            claimed.decided_at, claimed.decided_by = timezone.now(), by
            claimed.save(update_fields=["state", "means", "decided_at", "decided_by"])
            _tell(claimed, reason)
        if was_verified or not is_own:
            _note("claim.revoke", claimed, by, reason, network)


def show_on_profile(account: Account, row: Claim, *, is_shown: bool) -> None:
    """Let a paper stand on the person's profile, or not. Raises ``RefusedError`` for a claim of somebody else."""
    if row.account_id != account.pk:
        raise RefusedError(_("This claim is somebody else's."))
    Claim.objects.filter(pk=row.pk).update(is_on_profile=is_shown)


def waiting() -> QuerySet[Claim]:
    """The claims that a moderator has to decide on, the oldest first."""
    rows = Claim.objects.filter(state=State.WAITING, account__is_active=True, paper__is_hidden=False)
    return rows.select_related("account", "paper").order_by("pk")


def claims_of(account: Account) -> QuerySet[Claim]:
    """A person's claims of papers that are not hidden, the newest first."""
    rows = Claim.objects.filter(account=account, paper__is_hidden=False)
    return rows.select_related("paper").order_by("-claimed_at", "-pk")


def offered(account: Account) -> list[Authorship]:
    """Places on papers with the person's verified ORCID that nobody has claimed; the newest papers first."""
    if not account.is_orcid_verified or not account.orcid:
        return []
    mine = Claim.objects.filter(account=account, paper=OuterRef("paper"), state=State.VERIFIED)
    free = Authorship.objects.filter(orcid=account.orcid, account=None, paper__is_hidden=False).filter(~Exists(mine))
    return list(free.select_related("paper").order_by("-paper", "position")[:MOST_OFFERED])


def claim_offered(account: Account) -> int:
    """Claim every paper that is offered, each as ``claim`` does; returns how many."""
    done: set[int] = set()
    for place in offered(account):
        if place.paper_id not in done:
            claim(account, place.paper, place.position)
            done.add(place.paper_id)
    return len(done)


def authors_among(paper: Paper, account_ids: Collection[int]) -> set[int]:
    """Which of some accounts (row ids) proved to be an author of a paper: one query."""
    rows = Claim.objects.filter(paper=paper, account__in=list(account_ids), state=State.VERIFIED)
    return set(rows.values_list("account_id", flat=True))


def _place(paper: Paper, position: int | None) -> Authorship:
    """The place of a name, locked until the transaction ends."""
    places = Authorship.objects.select_for_update(of=("self",)).filter(paper=paper, paper__is_hidden=False)
    place = places.filter(position=position).first() if position is not None else None
    if place is None:
        raise RefusedError(_("There is no such name on this paper."))
    return place


def _refuse_taken(place: Authorship) -> None:
    if place.account_id is not None:
        raise RefusedError(_("This name is somebody's already. If that is wrong, please report it."))


def _put(account: Account, place: Authorship) -> None:
    Authorship.objects.filter(pk=place.pk).update(account=account)


def _locked(row: Claim) -> Claim:
    claimed = Claim.objects.select_for_update(of=("self",)).select_related("account", "paper").filter(pk=row.pk).first()
    if claimed is None:
        raise RefusedError(_("This claim was taken back."))
    return claimed


def _note(verb: str, row: Claim, by: Account, reason: str, network: str) -> None:
    audit.note(
        verb,
        actor=by,
        subject_kind="paper",
        subject=row.paper.key,
        reason=reason,
        network=network,
        details={"account": row.account_id, "position": row.position},
    )


def _tell(row: Claim, reason: str) -> None:
    notifications.tell_of_decision(
        row.account,
        Notification.Kind.CLAIM,
        about=f"claim {row.pk} {row.state} {row.decided_at:%Y-%m-%dT%H:%M:%S}",
        words=reason,
        paper=row.paper,
    )
