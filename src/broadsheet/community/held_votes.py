"""Votes that the rules held: noted, listed for moderators, and decided on by them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import audit
from broadsheet.community.access import RefusedError, is_moderator
from broadsheet.community.models import Account, Vote
from broadsheet.community.votes import change_state

State = Vote.State
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A paper with the votes for it that are held, oldest first, and how many of all its votes count."""

    paper: Paper
    votes: list[Vote]


def hold(vote_ids: Collection[int], rule: Vote.Rule) -> int:
    """Hold counted and waiting votes that no moderator has decided on; returns how many."""
    open_ids = list(Vote.objects.filter(pk__in=vote_ids, decided_at=None).values_list("pk", flat=True))
    if not open_ids:
        return 0
    with transaction.atomic():
        count = sum(
            change_state(open_ids, before, State.HELD, held_for=rule) for before in (State.COUNTED, State.WAITING)
        )
        if count:
            audit.note("vote.hold", subject_kind="votes", subject=str(count), reason=rule, details={"votes": open_ids})
    return count


def held() -> list[HeldPaper]:
    """The votes that moderators have to decide on, by paper, the paper with the most of them first."""
    rows = Vote.objects.filter(state=State.HELD, group=None).select_related("account", "paper").order_by("pk")
    by_paper: dict[int, list[Vote]] = defaultdict(list)
    for vote in rows[:MOST_SHOWN]:
        by_paper[vote.paper_id].append(vote)
    told = [HeldPaper(votes[0].paper, votes) for votes in by_paper.values()]
    return sorted(told, key=lambda it: (-len(it.votes), it.paper.pk))


def decide(moderator: Account, vote_ids: Collection[int], *, is_counted: bool, reason: str = "") -> int:
    """Count held votes after all, or reject them for good; returns how many were still to be decided on.

    Raises ``RefusedError`` for anybody but a moderator.
    """
    if not is_moderator(moderator):
        raise RefusedError("Only moderators decide on votes.")
    after = State.COUNTED if is_counted else State.REJECTED
    with transaction.atomic():
        about = dict(Vote.objects.filter(pk__in=vote_ids, state=State.HELD).values_list("pk", "paper__key"))
        count = change_state(list(about), State.HELD, after, decided_at=timezone.now())
        for key, number in sorted(Counter(about.values()).items()):
            ids = [pk for pk, its_key in about.items() if its_key == key]
            audit.note(
                "vote.count" if is_counted else "vote.reject",
                actor=moderator,
                subject_kind="paper",
                subject=key,
                reason=reason,
                details={"votes": ids, "count": number},
            )
    return count
