"""What the papers of a page are to the one who reads it: voted for, saved, read, dismissed.

Lists ask the database once for all their papers (``mine(request).about(papers)``), and not at all for somebody who is
not signed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Value
from django.http import HttpRequest

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import is_member
from broadsheet.community.models import Account, Claim, Dismissal, Shelved, Submission, Vote

_NOT_COUNTED = {Vote.State.WAITING, Vote.State.HELD, Vote.State.REJECTED, Vote.State.ASIDE}


class Mine:
    """What some papers are to one person, as sets of row ids of papers; all empty for somebody without an account.

    Nothing is looked up before the first set is asked for, and then all of them with one query.
    """

    def __init__(self, account: Account | None) -> None:
        self.account = account
        self._asked: set[int] = set()
        self._known: set[int] = set()
        self._found: dict[str, set[int]] = {}

    def about(self, papers: Iterable[Paper]) -> Mine:
        """Papers that will be asked about; may be called again with more of them."""
        self._asked.update(paper.pk for paper in papers)
        return self

    @property
    def voted(self) -> set[int]:
        """Papers with a vote of this person, whether it counts already or not."""
        return self._set(*Vote.State.values)

    @property
    def waiting(self) -> set[int]:
        """Papers with a vote of this person that is not counted (yet): it waits, is held, or was rejected."""
        return self._set(*_NOT_COUNTED)

    @property
    def own(self) -> set[int]:
        """Papers that this person brought or wrote, which others vote for."""
        return self._set("own")

    @property
    def saved(self) -> set[int]:
        """Papers that are saved for later."""
        return self._set("saved")

    @property
    def seen(self) -> set[int]:
        """Papers whose page was opened."""
        return self._set("seen")

    @property
    def read(self) -> set[int]:
        """Papers that are marked as read."""
        return self._set("read")

    @property
    def dismissed(self) -> set[int]:
        """Papers that this person is not interested in."""
        return self._set("dismissed")

    def state_of(self, paper_id: int) -> str:
        """The state of this person's vote for a paper (``Vote.State``); empty where there is none."""
        self._load()
        return next((state for state in Vote.State.values if paper_id in self._found.get(state, ())), "")

    def _set(self, *names: str) -> set[int]:
        self._load()
        return set().union(*(self._found.get(name, set()) for name in names))

    def _load(self) -> None:
        new = self._asked - self._known
        if self.account is None or not new:
            return
        self._known |= new
        for paper_id, name in _everything(self.account, new):
            self._found.setdefault(name, set()).add(paper_id)


def mine(request: HttpRequest) -> Mine:
    """What papers are to the one who asks; the same object for the whole request."""
    known = vars(request).get("broadsheet_mine")
    if not isinstance(known, Mine):
        user = getattr(request, "user", None)
        known = vars(request)["broadsheet_mine"] = Mine(user if user is not None and is_member(user) else None)
    return known


def _everything(account: Account, numbers: set[int]) -> QuerySet[Vote, tuple[int, str]]:
    """Pairs of a paper's row id and what it is, from all tables at once."""

    def told(rows: QuerySet[Any], name: str) -> QuerySet[Any, tuple[int, str]]:
        found = rows.filter(account=account, paper_id__in=numbers).order_by()
        pairs: QuerySet[Any, tuple[int, str]] = found.annotate(what=Value(name)).values_list("paper_id", "what")
        return pairs

    votes = Vote.objects.filter(account=account, paper_id__in=numbers, group=None).exclude(state=Vote.State.WITHDRAWN)
    return (
        votes.order_by()
        .values_list("paper_id", "state")
        .union(
            told(Shelved.objects.filter(saved_at__isnull=False), "saved"),
            told(Shelved.objects.filter(seen_at__isnull=False), "seen"),
            told(Shelved.objects.filter(read_at__isnull=False), "read"),
            told(Dismissal.objects.all(), "dismissed"),
            told(Submission.objects.exclude(state=Submission.State.REFUSED), "own"),
            told(Claim.objects.filter(state=Claim.State.VERIFIED), "own"),
            all=True,
        )
    )
