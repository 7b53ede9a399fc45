"""What the clock does with votes: let those count that have waited, hold those that the rules suspect.

Votes are compared with what the last ``rules.VOTES_LOOKED_AT`` brought. A vote that one rule holds is evidence for that
rule alone: nobody is suspected for being like those who were caught by something else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from broadsheet.catalogue.models import PaperCategory
from broadsheet.community import held_votes, limits, rules, vote_rules
from broadsheet.community.access import is_suspended
from broadsheet.community.models import Account, Vote
from broadsheet.community.vote_rules import Ballot
from broadsheet.community.votes import change_state, drop_own, has_to_wait, put_back, set_aside

State = Vote.State


@dataclass(frozen=True, slots=True)
class Settled:
    """How many votes were held, count now that had waited, were set aside, and were put back."""

    held: int
    counted: int
    set_aside: int
    put_back: int


def settle(now: datetime) -> Settled:
    """Bring every vote into the state that it should have now."""
    drop_own()
    aside, back = _follow_suspensions(now)
    held = hold_suspects(now)
    counted = count_what_has_waited(now)
    Vote.objects.filter(cast_at__lt=now - rules.VOTES_LOOKED_AT).exclude(network="").update(network="")
    limits.forget_old(now)
    return Settled(held=held, counted=counted, set_aside=aside, put_back=back)


def hold_suspects(now: datetime) -> int:
    """Hold what the rules suspect; returns how many votes."""
    rows, count = _rows(now), 0
    for rule in (Vote.Rule.RING, *vote_rules.ALIKE):
        seen = [row.ballot for row in rows if row.is_evidence_for(rule)]
        if rule == Vote.Rule.RING:
            suspects = vote_rules.of_rings(seen, vote_rules.rings(seen))
        else:
            suspects = vote_rules.alike(seen, rule)
        suspects = vote_rules.with_company(seen, suspects, rule)
        new = {row.ballot.vote for row in rows if row.is_open and row.ballot.vote in suspects}
        count += held_votes.hold(sorted(new), rule)
        rows = [row if row.ballot.vote not in new else replace(row, is_open=False, held_for=rule) for row in rows]
    return count


def count_what_has_waited(now: datetime) -> int:
    """Count the votes of people who have not to wait any more; returns how many."""
    waiting = Vote.objects.filter(state=State.WAITING, group=None, account__isnull=False)
    ripe: list[int] = []
    for account in Account.objects.filter(pk__in=waiting.values("account")).order_by("pk"):
        if not has_to_wait(account, now) and not is_suspended(account, now):
            ripe += waiting.filter(account=account).values_list("pk", flat=True)
    return change_state(ripe, State.WAITING, State.COUNTED) if ripe else 0


def _follow_suspensions(now: datetime) -> tuple[int, int]:
    """Set aside what a vote that was under way left counted, and put back what a suspension that is over held away."""
    is_over = Q(suspended_at=None) | Q(suspended_until__lte=now)
    accounts = Account.objects.order_by("pk")
    aside = accounts.exclude(is_over).filter(pk__in=_accounts_with(State.COUNTED))
    back = accounts.filter(is_over, pk__in=_accounts_with(State.ASIDE))
    return sum(set_aside(account) for account in aside), sum(put_back(account) for account in back)


def _accounts_with(state: State) -> QuerySet[Vote, Any]:
    return Vote.objects.filter(state=state, group=None, account__isnull=False).values("account")


@dataclass(frozen=True, slots=True)
class _Row:
    """A vote as the rules see it, whether it may be held, and by which rule it is."""

    ballot: Ballot
    is_open: bool
    held_for: str

    def is_evidence_for(self, rule: Vote.Rule) -> bool:
        return self.held_for in ("", rule)


def _rows(now: datetime) -> list[_Row]:
    """The public votes of people that are here, of the time that is looked at."""
    looked_at = Vote.objects.filter(
        group=None,
        account__isnull=False,
        cast_at__gte=now - rules.VOTES_LOOKED_AT,
        state__in=(State.COUNTED, State.WAITING, State.HELD, State.REJECTED),
    )
    told = list(
        looked_at.order_by("pk").values_list(
            *("pk", "account_id", "paper_id", "cast_at", "account__date_joined", "network"),
            *("account__signed_up_from", "state", "held_for", "decided_at"),
        )
    )
    fields = dict(
        PaperCategory.objects.filter(paper_id__in=looked_at.values("paper_id"), position=0).values_list(
            "paper_id", "category__code"
        )
    )
    papers = Counter(row[1] for row in told)
    first = Vote.objects.filter(group=None, account_id__in=looked_at.values("account_id")).values_list("account_id")
    since = dict(first.annotate(since=Min("cast_at")))
    return [
        _Row(
            Ballot(
                vote=vote,
                account=account,
                paper=paper,
                cast_at=cast_at,
                joined_at=joined_at,
                network=network,
                signed_up_from=signed_up_from,
                field=fields.get(paper, ""),
                papers_count=papers[account],
                voting_since=since[account],
            ),
            is_open=state in (State.COUNTED, State.WAITING) and decided_at is None,
            held_for=held_for if state in (State.HELD, State.REJECTED) else "",
        )
        for vote, account, paper, cast_at, joined_at, network, signed_up_from, state, held_for, decided_at in told
        # Whoever took the last vote back between the two questions has none any more.
        if account in since
    ]
