"""Votes: cast, taken back, counted, held, set aside. The only writer of votes.

``Paper.votes_here_count`` is what a recount gives at any moment: every change of votes locks the paper's row, changes
them, counts anew and writes the count, all in one short transaction. On PostgreSQL the lock lets in one voter of a
paper after the other; SQLite has one writer at a time anyway (``BEGIN IMMEDIATE``), so that no count is ever made of
what another writer is about to change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue import attention, turns
from broadsheet.catalogue.intake import wait_for_other_writers
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import limits
from broadsheet.community.access import Person, RefusedError, groups_of, is_member, is_suspended, may_act
from broadsheet.community.models import Account, Claim, Dismissal, Group, Submission, Vote
from broadsheet.community.networks import network_of
from broadsheet.community.rules import VOTES_COUNT_AFTER

State = Vote.State
_WAS_HELD = (State.HELD, State.REJECTED)
_BROUGHT = [state for state in Submission.State.values if state != Submission.State.REFUSED]


def cast_vote(
    account: Account, paper: Paper, *, group: Group | None = None, address: str = "", now: datetime | None = None
) -> Vote:
    """Let a person vote for a paper, in public or inside a group; a second time changes nothing.

    ``address`` is that of the person's machine, of which only a keyed hash of the network is kept. Whether the vote
    counts, waits or is held stands in its ``state``. Raises ``RefusedError`` with the reason, and ``TooManyError``.
    """
    moment = now or timezone.now()
    if refusal := why_not(account, paper, group):
        raise RefusedError(refusal)
    state = State.WAITING if group is None and has_to_wait(account, moment) else State.COUNTED
    network = limits.keyed(network)[:32] if (network := network_of(address)) and group is None else ""
    with turns.soon():
        limits.spend("vote", account, moment)
        locked = _locked(paper.pk)
        if locked is None or locked.is_hidden or locked.is_locked:
            raise RefusedError(_("This paper takes no votes at the moment."))
        vote = Vote.objects.filter(account=account, paper=paper, group=group).first()
        if vote is None:
            vote = Vote(account=account, paper=paper, group=group, state=state, network=network, cast_at=moment)
            vote.save(force_insert=True)
        elif vote.state == State.WITHDRAWN:
            # It was held before it was taken back.
            vote.state, vote.cast_at = State.HELD, moment
            vote.save(update_fields=["state", "cast_at"])
        else:
            return vote
        if group is None and vote.state == State.COUNTED:
            _count(paper.pk)
    return vote


def withdraw_vote(account: Account, paper: Paper, *, group: Group | None = None) -> bool:
    """Take a person's vote back; False where there is none. Possible also while suspended, and on locked papers."""
    with turns.soon():
        _locked(paper.pk)
        vote = Vote.objects.filter(account=account, paper=paper, group=group).exclude(state=State.WITHDRAWN).first()
        if vote is None:
            return False
        if vote.state in _WAS_HELD:
            vote.state = State.WITHDRAWN
            vote.save(update_fields=["state"])
        else:
            vote.delete()
        if group is None:
            _count(paper.pk)
    return True


def toggle_vote(account: Account, paper: Paper, *, group: Group | None = None, address: str = "") -> Vote | None:
    """Cast a vote where there is none and take it back where there is one; None when it was taken back."""
    if withdraw_vote(account, paper, group=group):
        return None
    return cast_vote(account, paper, group=group, address=address)


def why_not(account: Account, paper: Paper, group: Group | None = None) -> str:
    """Why a person may not vote for a paper, in a sentence; empty when the person may."""
    if not is_member(account):
        return _("Your account is not in use yet.")
    if is_suspended(account):
        return _("Your account is suspended: you can read, and take your data along.")
    if group is not None:
        return "" if groups_of(account).filter(pk=group.pk).exists() else _("You do not belong to this group.")
    if Submission.objects.filter(account=account, paper=paper, state__in=_BROUGHT).exists():
        return _("You brought this paper yourself, so others vote for it.")
    if (
        Claim.objects.filter(account=account, paper=paper, state=Claim.State.VERIFIED).exists()
        or Authorship.objects.filter(account=account, paper=paper).exists()
    ):
        return _("This is a paper of your own, so others vote for it.")
    return ""


def has_to_wait(account: Account, now: datetime) -> bool:
    """Whether a person's votes do not count yet.

    Those of people whom an admin gave a role count at once, and so do those on an instance of one person.
    """
    if settings.MODE == "single" or account.is_superuser or account.role != Account.Role.MEMBER:
        return False
    return account.date_joined > now - VOTES_COUNT_AFTER or not _is_confirmed(account)


def are_addresses_confirmed() -> bool:
    """Whether the instance mails, so that people can confirm their addresses."""
    return bool(settings.SENDS_MAIL)


def votes_of(account: Account, group: Group | None = None) -> QuerySet[Vote]:
    """A person's votes as that person sees them, newest first."""
    mine = Vote.objects.filter(account=account, group=group).exclude(state=State.WITHDRAWN)
    return mine.order_by("-cast_at", "-pk")


def voters_seen_by(person: Person, paper: Paper) -> QuerySet[Vote] | None:
    """The counted votes whose voters a person may see, oldest first; None where the instance shows nobody to this one.

    Left out are people who do not show their votes, but for a person's own.
    """
    if settings.VOTERS == "nobody" or (settings.VOTERS == "members" and not is_member(person)):
        return None
    votes = Vote.objects.filter(paper=paper, group=None, state=State.COUNTED)
    shown = votes.filter(account__are_votes_public=True, account__is_active=True)
    if may_act(person):
        shown |= votes.filter(account=person)
    return shown.select_related("account").order_by("cast_at", "pk")


def recount(paper_ids: Iterable[int]) -> None:
    """Count the votes of papers anew and store the counts."""
    _change(Vote.objects.none(), State.COUNTED, paper_ids=set(paper_ids))


def set_aside(account: Account) -> int:
    """Take a suspended person's counted votes out of the counts; returns how many."""
    return _change(_public(account, State.COUNTED), State.ASIDE)


def put_back(account: Account) -> int:
    """Count the votes again that were set aside; returns how many."""
    return _change(_public(account, State.ASIDE), State.COUNTED)


def drop_own() -> int:
    """Take back public votes for papers that have turned out to be their voters' own; returns how many."""
    rows = Vote.objects.filter(group=None, account__isnull=False).exclude(state=State.WITHDRAWN)
    found = [
        rows.filter(paper__submissions__account=F("account"), paper__submissions__state__in=_BROUGHT),
        rows.filter(paper__claims__account=F("account"), paper__claims__state=Claim.State.VERIFIED),
        rows.filter(paper__authorships__account=F("account")),
    ]
    own = {vote.pk: vote for its in found for vote in its.select_related("account", "paper")}
    return sum(withdraw_vote(vote.account, vote.paper) for vote in own.values() if vote.account is not None)


def change_state(vote_ids: Collection[int], before: State, after: State, **noted: Any) -> int:
    """Bring public votes from one state into another, those that are in it; returns how many.

    ``noted`` are further fields to write to them.
    """
    return _change(Vote.objects.filter(pk__in=vote_ids, state=before, group=None), after, noted=noted)


def dismiss(account: Account, paper: Paper) -> None:
    """Note that a person is not interested in a paper; nobody else ever learns of it."""
    Dismissal.objects.bulk_create(
        [Dismissal(account=account, paper=paper, dismissed_at=timezone.now())], ignore_conflicts=True
    )


def take_dismissal_back(account: Account, paper: Paper) -> None:
    """Undo ``dismiss``."""
    Dismissal.objects.filter(account=account, paper=paper).delete()


def _public(account: Account, state: State) -> QuerySet[Vote]:
    return Vote.objects.filter(account=account, group=None, state=state)


def _change(
    votes: QuerySet[Vote],
    state: State,
    *,
    paper_ids: Collection[int] | None = None,
    noted: Mapping[str, Any] | None = None,
) -> int:
    """Give votes a state and count all their papers anew."""
    with transaction.atomic():
        # Several papers are locked at once, as by intake: one such writer after the other, so that none waits for
        # another in a circle.
        wait_for_other_writers()
        touched = set(votes.values_list("paper_id", flat=True)) if paper_ids is None else set(paper_ids)
        list(Paper.objects.select_for_update().filter(pk__in=touched).order_by("pk").values_list("pk", flat=True))
        count = votes.filter(paper_id__in=touched).update(state=state, **(noted or {}))
        for paper_id in sorted(touched):
            _count(paper_id)
    return count


def _locked(paper_id: int) -> Paper | None:
    """The paper's row, which nobody else changes until the transaction ends."""
    rows = Paper.objects.select_for_update().only("is_hidden", "is_locked")
    return rows.filter(pk=paper_id).first()


def _count(paper_id: int) -> None:
    """Count a locked paper's votes and write the count."""
    count = Vote.objects.filter(paper_id=paper_id, group=None, state=State.COUNTED).count()
    attention.count_votes(paper_id, count)


def _is_confirmed(account: Account) -> bool:
    """Whether a person's address is confirmed, where the instance mails at all."""
    if not are_addresses_confirmed():
        return True
    return bool(EmailAddress.objects.filter(user=account, verified=True).exists())
