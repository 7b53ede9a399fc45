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
from typing import Any

import numpy as np
from django.db.models import F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from broadsheet.catalogue.enrichment.figures import STARS, VOTES, growth
from broadsheet.catalogue.models import FigureSample, Paper, PaperCategory
from broadsheet.community.models import Account, Comment, Pin, Shelved, Vote
from broadsheet.ranking.trending.formula import Acts, Attention, Reals, Rows, moment_of
from broadsheet.ranking.trending.moments import Days
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

Happened = NDArray[np.float64]
"""Acts as rows of paper, moment in days, amount: (m, 3). Row ids fit into the numbers without loss."""
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
    voted, said = _votes(since, until), _comments(since, until)
    told = Elsewhere(since, moment, is_past=is_past)
    happened: dict[Part, Happened] = {
        Part.VOTES_HERE: _once_each(voted),
        Part.VOTES_ELSEWHERE: told.votes,
        Part.COMMENTS_HERE: _once_each(said),
        Part.COMMENTS_ELSEWHERE: told.comments,
        Part.SAVES: _saves(since, until),
        Part.STARS: _stars(since, until),
        Part.PINS: _pins(since, until),
    }
    named = np.unique(np.concatenate([some[:, 0] for some in happened.values()])).astype(np.int64)
    ids, listed_at = _shown(named, moment_of(until) if until else np.inf)
    supporting = _once_each(np.concatenate([voted, said]))
    supporters, kept = _acts(np.concatenate([supporting, told.votes]), ids)
    is_dated = np.concatenate([np.ones(len(supporting), np.bool_), told.is_dated])
    names, fields = _fields(ids)
    return Attention(
        paper_ids=ids,
        fields=fields,
        field_names=names,
        listed_at=listed_at,
        parts={part: _acts(some, ids)[0] for part, some in happened.items()},
        supporters=supporters,
        is_dated=is_dated[kept],
    )


def _acts(some: Happened, ids: Rows) -> tuple[Acts, Rows]:
    """Acts by row of their papers, and which of the given ones these are."""
    papers = some[:, 0].astype(np.int64)
    kept = np.flatnonzero(np.isin(papers, ids))
    return Acts(np.searchsorted(ids, papers[kept]).astype(np.int64), some[kept, 1], some[kept, 2]), kept


def _once_each(people: Happened) -> Happened:
    """Acts of people, given as rows of paper, moment, person: one of each person for each paper, the first."""
    ordered = people[np.lexsort((people[:, 1], people[:, 2], people[:, 0]))]
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = (ordered[1:, [0, 2]] != ordered[:-1, [0, 2]]).any(axis=1)
    first = ordered[is_first].copy()
    first[:, 2] = 1.0
    return first


def _table(rows: Iterable[Sequence[Any]]) -> Happened:
    """Rows of three figures."""
    return np.array(list(rows), np.float64).reshape(-1, 3)


def _shown(named: Rows, end: float) -> tuple[Rows, Reals]:
    """Papers that are not hidden and were there by ``end``, in order, and the beginning of the first day of each."""
    day = Coalesce(Days("first_listed_on"), Days("published_on"), Days("created_at"))
    found = np.empty((0, 2))
    for some in _in_parts(named):
        rows = Paper.shown.filter(pk__in=some).order_by("pk").values_list("pk", day)
        found = np.concatenate([found, np.array(list(rows), np.float64).reshape(-1, 2)])
    found = found[found[:, 1] <= end]
    return found[:, 0].astype(np.int64), found[:, 1]


def _fields(ids: Rows) -> tuple[tuple[str, ...], Rows]:
    """The primary category of each paper as a number, and the names of these."""
    of_paper: dict[int, str] = {}
    for some in _in_parts(ids):
        rows = PaperCategory.objects.filter(position=0, paper__in=some)
        of_paper.update(rows.values_list("paper_id", "category__code"))
    names = tuple(sorted(set(of_paper.values())))
    number = {name: position for position, name in enumerate(names)}
    return names, np.array([number[of_paper[pk]] if pk in of_paper else -1 for pk in ids.tolist()], np.int64)


def _in_parts(ids: Rows) -> Iterator[list[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE].tolist()


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


def _votes(since: datetime, until: datetime | None) -> Happened:
    """Votes as rows of paper, moment, person; those of erased people are each a person's."""
    votes = _counted_votes().filter(**_between("cast_at", since, until))
    return _table(votes.values_list("paper_id", Days("cast_at"), Coalesce("account_id", -F("pk"))).iterator())


def _comments(since: datetime, until: datetime | None) -> Happened:
    """Comments as rows of paper, moment, person."""
    said = _shown_comments().filter(_counting(since), **_between("written_at", since, until))
    return _table(said.values_list("paper_id", Days("written_at"), "account_id").iterator())


def _saves(since: datetime, until: datetime | None) -> Happened:
    rows = Shelved.objects.filter(_counting(since), **_between("saved_at", since, until))
    saved = _table(rows.values_list("paper_id", Days("saved_at"), Value(1.0)).iterator())
    papers, counts = np.unique(saved[:, 0], return_counts=True)
    return saved[np.isin(saved[:, 0], papers[counts >= LEAST_SAVES])]


def _stars(since: datetime, until: datetime | None) -> Happened:
    """Of each paper's code how often the stars a week doubled: the square of log2(1 + stars), as roots are taken."""
    samples = FigureSample.objects.filter(name=STARS, **_days("taken_on", since - STARS_KEPT, until))
    rows = samples.order_by("paper_id").values_list("paper_id", "taken_on", "value")
    told = []
    for paper, its in groupby(rows, key=lambda row: row[0]):
        grown = growth([(day, value) for _, day, value in its])
        if grown is not None and grown.in_a_week is not None and grown.in_a_week > 0:
            last = grown.samples[-1][0]
            told.append((paper, moment_of(_begins(last)) + NOON, np.log2(1 + grown.in_a_week) ** 2))
    return _table(told)


def _pins(since: datetime, until: datetime | None) -> Happened:
    rows = Pin.objects.filter(**_between("pinned_at", since, until)).values("paper_id").order_by("paper_id")
    return _table(rows.annotate(at=Min("pinned_at")).values_list("paper_id", Days("at"), Value(1.0)))


class Elsewhere:
    """What sources say of papers that were first listed, or published, in the window before a moment."""

    def __init__(self, since: datetime, moment: datetime, *, is_past: bool) -> None:
        day = Coalesce("first_listed_on", "published_on")
        papers = Paper.shown.annotate(day=day).filter(day__gte=since.date(), day__lte=moment.date())
        told = papers.filter(Q(votes_elsewhere_count__gt=0) | Q(comments_elsewhere_count__gt=0)).order_by("pk")
        rows = told.values_list("pk", Days("day"), "votes_elsewhere_count", "comments_elsewhere_count").iterator()
        figures = np.array(list(rows), np.float64).reshape(-1, 4)
        self._end, self._is_past = moment_of(moment), is_past
        figures[:, 1] = np.minimum(figures[:, 1] + NOON, self._end)
        samples = _samples(since)
        has_samples = np.isin(figures[:, 0], np.array(list(samples), np.float64))
        first = figures[~has_samples & (figures[:, 2] > 0), :3]
        later = [
            self._grown(paper, noon, votes, samples[int(paper)])
            for paper, noon, votes in figures[has_samples, :3].tolist()
        ]
        grown = np.array([act for acts in later for act in acts], np.float64).reshape(-1, 4)
        self.votes = np.concatenate([first, grown[:, :3]])
        self.is_dated = np.concatenate([np.zeros(len(first), np.bool_), grown[:, 3] > 0])
        """Of which votes the time is known."""
        self.comments = figures[figures[:, 3] > 0][:, [0, 1, 3]]

    def _grown(
        self, paper: float, noon: float, votes: float, samples: list[tuple[float, int]]
    ) -> Iterator[tuple[float, float, float, float]]:
        """The votes that were there first, then what came between two samples, then what came since."""
        so_far = 0.0
        # Of a past time the last sample before it says all, of now the paper itself.
        known = samples if self._is_past else [*samples, (self._end, votes)]
        for number, (at, value) in enumerate(known):
            is_first = number == 0
            if value > so_far and (is_first or at <= self._end or not self._is_past):
                yield paper, noon if is_first else min(at, self._end), value - so_far, float(not is_first)
                so_far = value


def _samples(since: datetime) -> dict[int, list[tuple[float, int]]]:
    """How many votes sources had counted, by paper and day, the first day first."""
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    rows = FigureSample.objects.filter(name=VOTES, taken_on__gte=since.date()).order_by("paper_id", "taken_on")
    for paper, day, value in rows.values_list("paper_id", Days("taken_on"), "value").iterator():
        found[paper].append((day + NOON, value))
    return found


def _between(name: str, since: datetime, until: datetime | None) -> dict[str, datetime]:
    return {f"{name}__gte": since} | ({f"{name}__lte": until} if until else {})


def _days(name: str, since: datetime, until: datetime | None) -> dict[str, date]:
    return {f"{name}__gte": since.date()} | ({f"{name}__lte": until.date()} if until else {})


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
