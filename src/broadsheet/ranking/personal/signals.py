"""What people told of papers: the signals that a profile is learnt from, and what a person knows already.

Everything of any number of people is asked for in one question to the database. What was taken back is not there any
more, and neither is what is hidden: whoever keeps something that was made of signals keeps their ``digest`` with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from broadsheet.community.models import Account, Claim, Dismissal, Example, Impression, Shelved, Unlearnt, Vote
from broadsheet.ranking.personal.asking import Question
from broadsheet.ranking.personal.kinds import Signal, SignalKind
from broadsheet.search.models import PaperVector

MOST_SIGNALS: Final = 300
"""Of all that a person told the latest so many count, so that a profile's size and time have a bound."""
MOST_FOLLOWED: Final = 50
"""Of these at most so many are votes of people whom they follow."""
FOLLOWED_FOR: Final = timedelta(days=60)
"""So long a vote of somebody who is followed tells of an interest."""
SHOWN_ENOUGH: Final = 3
"""A paper that was shown so many times, each on a day of its own, and never opened is not shown again."""

_LEARNT, _SEEN, _SHOWN = "unlearnt", "seen", "shown"


@dataclass(slots=True)
class Marks:
    """What one person told and saw.

    ``signals`` in the order of ``Signal``; ``known`` are the papers (row ids) that are not to be recommended: judged,
    written, or seen before this day. ``texts`` has for each paper of a signal what its text and vector are known by.
    """

    signals: list[Signal] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    texts: dict[int, str] = field(default_factory=dict)

    def digest(self, *further: str) -> str:
        """What these signals, and anything ``further``, are known by: SHA-256 in hexadecimal, 64 characters.

        The same papers with the same texts, told in the same way on the same days, have the same digest in any order.
        """
        told = [f"{one.paper_id} {one.kind} {one.day} {self.texts.get(one.paper_id, '')}" for one in self.signals]
        return sha256("\n".join([*told, "", *further]).encode()).hexdigest()


def signals_of(account: Account) -> list[Signal]:
    """What a person told of papers that are shown: at most ``MOST_SIGNALS``, the latest, in the order of ``Signal``.

    Votes (public ones and those in groups, as long as no moderator rejected them), saved papers, own ones (verified
    claims), examples, papers they are not interested in, and public votes of people they follow. Without the papers
    that nothing is to be learnt from.
    """
    return marks_of(account, timezone.now()).signals


def marks_of(account: Account, now: datetime) -> Marks:
    """What a person told and saw: one question to the database."""
    return marks_of_all([account], now)[account.pk]


def marks_of_all(accounts: Collection[Account], now: datetime) -> dict[int, Marks]:
    """The same of many people at once, by their row ids: still one question."""
    numbers = [account.pk for account in accounts]
    rows: dict[int, list[_Row]] = {number: [] for number in numbers}
    today = datetime.combine(timezone.localtime(now).date(), time(), timezone.get_current_timezone())
    since = now - FOLLOWED_FOR
    found = _OF_ONE.rows(numbers[0], since, today) if len(numbers) == 1 else _everything(numbers, since, today)
    for account_id, paper_id, kind, at, text in found:
        rows[account_id].append((paper_id, kind, at, text))
    return {number: _marks(told, today) for number, told in rows.items()}


_Row = tuple[int, str, datetime, str]


def _marks(rows: Iterable[_Row], today: datetime) -> Marks:
    marks, latest, unlearnt = Marks(), dict[tuple[int, str], datetime](), set[int]()
    shown: dict[int, set[int]] = {}
    for paper_id, kind, at, text in rows:
        if kind == _LEARNT:
            unlearnt.add(paper_id)
        elif kind == _SHOWN:
            shown.setdefault(paper_id, set()).add(timezone.localtime(at).date().toordinal())
        elif kind == _SEEN:
            # What is opened today stays in today's list, so that a page does not shift under whoever comes back to it.
            marks.known |= {paper_id} if at < today else set()
        else:
            marks.texts[paper_id] = text
            marks.known |= {paper_id} if kind != SignalKind.FOLLOWED else set()
            latest[paper_id, kind] = max(at, latest.get((paper_id, kind), at))
    marks.known |= {paper_id for paper_id, days in shown.items() if len(days) >= SHOWN_ENOUGH}
    told = [(at, paper_id, kind) for (paper_id, kind), at in latest.items() if paper_id not in unlearnt]
    own = sorted((one for one in told if one[2] != SignalKind.FOLLOWED), reverse=True)[:MOST_SIGNALS]
    # What others did tells nothing beside what the person says of the same paper.
    judged = {paper_id for _, paper_id, _ in own}
    others = (one for one in told if one[2] == SignalKind.FOLLOWED and one[1] not in judged)
    kept = own + sorted(others, reverse=True)[: min(MOST_FOLLOWED, MOST_SIGNALS - len(own))]
    marks.signals = sorted(
        Signal(paper, SignalKind(kind), timezone.localtime(at).toordinal()) for at, paper, kind in kept
    )
    used = {one.paper_id for one in marks.signals}
    marks.texts = {paper_id: text for paper_id, text in marks.texts.items() if paper_id in used}
    return marks


def _everything(
    numbers: Sequence[int], since: datetime, today: datetime
) -> QuerySet[Any, tuple[int, int, str, datetime, str]]:
    """Whose it is, the paper, what was told, when, and what the paper's text and vector are known by.

    ``since`` is when a vote of somebody who is followed begins to count, ``today`` when the day began.
    """
    by = {"account__in": numbers}
    public = Vote.objects.exclude(state__in=(Vote.State.WITHDRAWN, Vote.State.REJECTED))
    followed = public.filter(
        account__followers__follower__in=numbers,
        group=None,
        state=Vote.State.COUNTED,
        cast_at__gt=since,
        account__is_active=True,
        account__are_votes_public=True,
    )
    parts = [
        _told(public.filter(**by), "account", SignalKind.VOTED, "cast_at"),
        _told(Shelved.objects.filter(**by, saved_at__isnull=False), "account", SignalKind.SAVED, "saved_at"),
        _told(Claim.objects.filter(**by, state=Claim.State.VERIFIED), "account", SignalKind.WROTE, "claimed_at"),
        _told(Example.objects.filter(**by), "account", SignalKind.EXAMPLE, "given_at"),
        _told(Dismissal.objects.filter(**by), "account", SignalKind.DISMISSED, "dismissed_at"),
        _told(followed, "account__followers__follower", SignalKind.FOLLOWED, "cast_at"),
        _told(Unlearnt.objects.filter(**by), "account", _LEARNT, "unlearnt_at", has_text=False),
        _told(Shelved.objects.filter(**by, seen_at__isnull=False), "account", _SEEN, "seen_at", has_text=False),
        _told(Shelved.objects.filter(**by, read_at__isnull=False), "account", _SEEN, "read_at", has_text=False),
        _told(
            Impression.objects.filter(**by, shown_at__lt=today, opened_at=None, surface=Impression.Surface.FOR_YOU),
            "account",
            _SHOWN,
            "shown_at",
            has_text=False,
        ),
    ]
    found: QuerySet[Any, tuple[int, int, str, datetime, str]] = parts[0].union(*parts[1:], all=True)
    return found


_OF_ONE: Final = Question(lambda number, since, today: _everything([number], since, today), moments=[3])
"""The same of one person: who waits for a page waits for this."""


def _told(
    rows: QuerySet[Any], whose: str, kind: str, at: str, *, has_text: bool = True
) -> QuerySet[Any, tuple[int, int, str, datetime, str]]:
    known_by: Any = Value("")
    if has_text:
        rows = rows.filter(paper__is_hidden=False)
        vector = PaperVector.objects.filter(paper=OuterRef("paper")).values("text_digest")[:1]
        known_by = Concat(F("paper__state_digest"), Coalesce(Subquery(vector), Value("")))
    annotated = rows.order_by().annotate(of_whom=F(whose), what=Value(kind), at=F(at), known_by=known_by)
    told: QuerySet[Any, tuple[int, int, str, datetime, str]] = annotated.values_list(
        "of_whom", "paper_id", "what", "at", "known_by"
    )
    return told
