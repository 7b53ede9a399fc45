"""What happened to papers, read from the database as arrays: votes, comments, saves, stars of code and pins.

Nothing counts twice, and nothing that votes do not count for: of what one person does to one paper there is one vote,
one comment and one save at most, each as of its first time, and of people whose votes are held or were rejected nothing
at all. Saves are private: who saved is not read beyond this module, and fewer than ``LEAST_SAVES`` are none.

Sources tell how many votes and comments they have, not when they came. Those that were there when a paper was first
read count as of noon of its first day; what came after is dated by the samples that ``computing`` keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

import numpy as np
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from broadsheet.catalogue.enrichment.figures import STARS, VOTES, growth
from broadsheet.catalogue.models import FigureSample, Paper, PaperCategory
from broadsheet.community.models import Account, Comment, Pin, Shelved, Vote
from broadsheet.ranking.trending.formula import EPOCH, Acts, Attention, Rows, moment_of
from broadsheet.ranking.trending.weights import Part

WINDOW = timedelta(days=90)
"""Older acts are not looked at: with the built-in half-life they are worth less than a billionth."""
LEAST_SAVES = 3
"""Of fewer people a count would tell who they are."""
STARS_KEPT = timedelta(weeks=5)
"""How far back the growth of a week is told by (``catalogue.enrichment.figures.growth``)."""
NOON = 0.5
AT_ONCE = 5_000
"""Papers that one question to the database names."""

Act = tuple[int, float, float]
"""Paper, moment in days, amount."""
State = Vote.State


def moment_now(now: datetime) -> datetime:
    """The time as of which attention is told: now, or, where the catalogue ended long ago, the end of its last days.

    So an archive shows what was trending when it ended, and a new sample has a trending page at once.
    """
    listed = Paper.shown.filter(first_listed_on__lte=now.date()).order_by("-first_listed_on")
    last_day = listed.values_list("first_listed_on", flat=True).first()
    last_vote = _counted_votes().order_by("-cast_at").values_list("cast_at", flat=True).first()
    last_word = _shown_comments().order_by("-written_at").values_list("written_at", flat=True).first()
    ends = [at for at in (last_vote, last_word) if at is not None]
    if last_day is not None:
        ends.append(_begins(last_day) + timedelta(days=1))
    return min(now, max(ends)) if ends else now


def attention_at(moment: datetime, *, is_past: bool = False) -> Attention:
    """Everything that counts in the ``WINDOW`` before ``moment``.

    With ``is_past`` what happened after it is left out, as if it were that time; figures that sources tell have no time
    of their own and stay.
    """
    since = moment - WINDOW
    until = moment if is_past else None
    people = list(_people(since, until))
    votes, comments = ([(paper, at, 1.0) for kind, paper, _, at in people if kind == wanted] for wanted in "vc")
    told = _Elsewhere(since, moment, is_past=is_past)
    acts: dict[Part, Iterable[Act]] = {
        Part.VOTES_HERE: votes,
        Part.VOTES_ELSEWHERE: told.votes,
        Part.COMMENTS_HERE: comments,
        Part.COMMENTS_ELSEWHERE: told.comments,
        Part.SAVES: _saves(since, until),
        Part.STARS: _stars(since, until),
        Part.PINS: _pins(since, until),
    }
    listed = {part: list(some) for part, some in acts.items()}
    ids = _shown({paper for some in listed.values() for paper, _, _ in some}, until)
    first: dict[tuple[int, int], float] = {}
    for _, paper, person, at in people:
        first[paper, person] = min(at, first.get((paper, person), at))
    supporting = [(paper, at, 1.0) for (paper, _), at in first.items()]
    supporters = _acts([*supporting, *told.votes], ids)
    is_dated = np.array([True] * len(supporting) + told.is_dated, np.bool_)
    names, fields = _fields(list(ids))
    return Attention(
        paper_ids=np.array(list(ids), np.int64),
        fields=fields,
        field_names=names,
        listed_at=np.array(list(ids.values()), np.float64),
        parts={part: _acts(some, ids)[0] for part, some in listed.items()},
        supporters=supporters[0],
        is_dated=is_dated[supporters[1]],
    )


def _acts(some: Sequence[Act], ids: dict[int, float]) -> tuple[Acts, Rows]:
    """Acts by row of their papers, and which of the given ones these are."""
    if not some:
        return Acts.none(), np.empty(0, np.int64)
    papers = np.array([paper for paper, _, _ in some], np.int64)
    known = np.array(list(ids), np.int64)
    kept = np.flatnonzero(np.isin(papers, known))
    at, amounts = (np.array([act[column] for act in some], np.float64)[kept] for column in (1, 2))
    return Acts(np.searchsorted(known, papers[kept]).astype(np.int64), at, amounts), kept


def _shown(papers: set[int], until: datetime | None) -> dict[int, float]:
    """Papers that are not hidden, in order, and the beginning of the first day of each."""
    dated = Paper.shown.annotate(day=Coalesce("first_listed_on", "published_on")).order_by("pk")
    end = moment_of(until) if until else np.inf
    found: dict[int, float] = {}
    for some in _in_parts(sorted(papers)):
        for pk, day, created in dated.filter(pk__in=some).values_list("pk", "day", "created_at"):
            at = moment_of(_begins(day) if day else created)
            if at <= end:
                found[pk] = at
    return found


def _fields(ids: Sequence[int]) -> tuple[tuple[str, ...], Rows]:
    """The primary category of each paper as a number, and the names of these."""
    of_paper: dict[int, str] = {}
    for some in _in_parts(ids):
        rows = PaperCategory.objects.filter(position=0, paper__in=some)
        of_paper.update(rows.values_list("paper_id", "category__code"))
    names = tuple(sorted({of_paper[pk] for pk in ids if pk in of_paper}))
    number = {name: position for position, name in enumerate(names)}
    return names, np.array([number[of_paper[pk]] if pk in of_paper else -1 for pk in ids], np.int64)


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _counted_votes() -> QuerySet[Vote]:
    return Vote.objects.filter(group=None, state=State.COUNTED)


def _shown_comments() -> QuerySet[Comment]:
    return Comment.objects.filter(group=None, state=Comment.State.VISIBLE, account__isnull=False)


def _doubted(since: datetime) -> QuerySet[Vote]:
    """Votes whose voters count for nothing: held or rejected as those of a ring, or set aside with their account."""
    return Vote.objects.filter(
        group=None, cast_at__gte=since, account__isnull=False, state__in=(State.HELD, State.REJECTED, State.ASIDE)
    )


def _counting(since: datetime) -> Q:
    """Whose comments and saves count: of people in use and not suspended, of whom no vote is doubted."""
    people = Account.objects.filter(is_active=True, is_waiting=False, suspended_at=None)
    return Q(account__in=people.values("pk")) & ~Q(account__in=_doubted(since).values("account_id"))


def _people(since: datetime, until: datetime | None) -> Iterator[tuple[str, int, int, float]]:
    """Votes and comments (``v`` or ``c``, paper, person, first moment); votes of erased people are each a person's."""
    votes = _counted_votes().filter(**_between("cast_at", since, until)).order_by("pk")
    for pk, paper, account, at in votes.values_list("pk", "paper_id", "account_id", "cast_at").iterator():
        yield "v", paper, account or -pk, moment_of(at)
    said = _shown_comments().filter(_counting(since)).values("paper_id", "account_id").order_by("paper_id")
    first = said.annotate(at=Min("written_at")).filter(**_between("at", since, until))
    for paper, account, at in first.values_list("paper_id", "account_id", "at"):
        yield "c", paper, account, moment_of(at)


def _saves(since: datetime, until: datetime | None) -> Iterator[Act]:
    rows = Shelved.objects.filter(_counting(since), **_between("saved_at", since, until)).order_by("paper_id")
    for paper, its in groupby(rows.values_list("paper_id", "saved_at"), key=lambda row: row[0]):
        times = [at for _, at in its if at is not None]
        if len(times) >= LEAST_SAVES:
            yield from ((paper, moment_of(at), 1.0) for at in times)


def _stars(since: datetime, until: datetime | None) -> Iterator[Act]:
    """Of each paper's code how often the stars a week doubled: the square of log2(1 + stars), as roots are taken."""
    samples = FigureSample.objects.filter(name=STARS, **_days("taken_on", since - STARS_KEPT, until))
    rows = samples.order_by("paper_id").values_list("paper_id", "taken_on", "value")
    for paper, its in groupby(rows, key=lambda row: row[0]):
        grown = growth([(day, value) for _, day, value in its])
        if grown is not None and grown.in_a_week is not None and grown.in_a_week > 0:
            last = grown.samples[-1][0]
            yield paper, moment_of(_begins(last)) + NOON, float(np.log2(1 + grown.in_a_week) ** 2)


def _pins(since: datetime, until: datetime | None) -> Iterator[Act]:
    rows = Pin.objects.filter(**_between("pinned_at", since, until)).values("paper_id").annotate(at=Min("pinned_at"))
    for paper, at in rows.order_by("paper_id").values_list("paper_id", "at"):
        yield paper, moment_of(at), 1.0


class _Elsewhere:
    """What sources say of papers that were first listed, or published, in the window."""

    def __init__(self, since: datetime, moment: datetime, *, is_past: bool) -> None:
        self.votes: list[Act] = []
        self.comments: list[Act] = []
        self.is_dated: list[bool] = []
        """Of which votes the time is known."""
        samples = self._samples(since)
        day = Coalesce("first_listed_on", "published_on")
        papers = Paper.shown.annotate(day=day).filter(day__gte=since.date(), day__lte=moment.date())
        told = papers.filter(Q(votes_elsewhere_count__gt=0) | Q(comments_elsewhere_count__gt=0)).order_by("pk")
        rows = told.values_list("pk", "day", "votes_elsewhere_count", "comments_elsewhere_count")
        end = moment_of(moment)
        for paper, first_day, votes, comments in rows.iterator():
            noon = min(moment_of(_begins(first_day)) + NOON, end)
            if comments:
                self.comments.append((paper, noon, float(comments)))
            self._vote(paper, noon, votes, samples.get(paper, []), end, is_past=is_past)

    def _vote(
        self, paper: int, noon: float, votes: int, samples: list[tuple[float, int]], end: float, *, is_past: bool
    ) -> None:
        """The votes that were there first, then what came between two samples, then what came since."""
        so_far = 0
        # Of a past time the last sample before it says all, of now the paper itself.
        known = samples if is_past and samples else [*samples, (end, votes)]
        for number, (at, value) in enumerate(known):
            is_first = number == 0
            if value <= so_far or (is_past and at > end and not is_first):
                continue
            self.votes.append((paper, noon if is_first else min(at, end), float(value - so_far)))
            self.is_dated.append(not is_first)
            so_far = value

    @staticmethod
    def _samples(since: datetime) -> dict[int, list[tuple[float, int]]]:
        found: dict[int, list[tuple[float, int]]] = defaultdict(list)
        rows = FigureSample.objects.filter(name=VOTES, taken_on__gte=since.date()).order_by("paper_id", "taken_on")
        for paper, day, value in rows.values_list("paper_id", "taken_on", "value").iterator():
            found[paper].append((moment_of(_begins(day)) + NOON, value))
        return found


def _between(name: str, since: datetime, until: datetime | None) -> dict[str, datetime]:
    return {f"{name}__gte": since} | ({f"{name}__lte": until} if until else {})


def _days(name: str, since: datetime, until: datetime | None) -> dict[str, date]:
    return {f"{name}__gte": since.date()} | ({f"{name}__lte": until.date()} if until else {})


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def time_of(moment: float) -> datetime:
    """The time of a moment in days since ``EPOCH``."""
    return EPOCH + timedelta(days=moment)
