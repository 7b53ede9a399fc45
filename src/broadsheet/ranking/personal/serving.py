"""Recommendations as people get them: for a person, for any set of papers, for everybody's digest. One code for all.

A paper's score is what the profile says of it, in standard deviations over the candidates, plus what follows, freshness
and attention add (``composing``). The order of one day is the same as long as nobody tells anything new: lots are drawn
from a number made of the person, the day and the signals.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Taste
from broadsheet.ranking.exploring.calibration_learning import Foretelling, foretelling_in, interests
from broadsheet.ranking.exploring.diversity import usual_amount
from broadsheet.ranking.personal.candidates import WINDOW, Pool, pool_of
from broadsheet.ranking.personal.cold_start import Followed
from broadsheet.ranking.personal.composing import Composed, Wishes, compose
from broadsheet.ranking.personal.computing import Person, people_of, profile_from
from broadsheet.ranking.personal.kinds import Recommendation, Signal, SignalKind
from broadsheet.ranking.personal.profile import Profile
from broadsheet.ranking.personal.signals import MOST_SIGNALS
from broadsheet.ranking.personal.stored import Learnt, learnt_with_words

AT_ONCE: Final = 200
"""So many people are read from the database at once where all are served."""


@dataclass(frozen=True, slots=True)
class ForYou:
    """Recommendations in their order: one page of ``total``.

    ``is_cold``: nothing is known to rank by, so that freshness and attention alone give the order. ``is_on`` is false
    for somebody who wants no recommendations; then there are none, and no profile. ``is_logged``: they allow that what
    they are shown is kept.
    """

    recommendations: tuple[Recommendation, ...] = ()
    total: int = 0
    profile: Profile | None = None
    is_cold: bool = True
    is_on: bool = True
    is_logged: bool = True


def for_you(account: Account, *, now: datetime, limit: int = 30, page: int = 1) -> ForYou:
    """The papers of the last days for a person, page by page (from 1); nothing that they judged, wrote or saw before.

    What is told counts at once. What was opened today stays in its place until tomorrow, so that a page does not shift
    under whoever comes back to it.
    """
    learnt, pool = _beginning(now)
    people = people_of([account], pool, learnt, now)
    if not people:
        return ForYou(is_on=False)
    person = people[0]
    found = _page(_composed(person, pool), limit, page, is_cold=person.is_cold, known=foretelling_in(learnt))
    return replace(found, is_logged=person.taste.is_logged)


def for_digests(accounts: Collection[Account], now: datetime, *, limit: int = 10) -> Iterator[tuple[Account, ForYou]]:
    """The first page of each person, in the order given; people who want no recommendations are left out.

    Papers and people are read in large parts, and nothing else is asked of the database for a person.
    """
    learnt, pool = _beginning(now)
    everybody, known = list(accounts), foretelling_in(learnt)
    for start in range(0, len(everybody), AT_ONCE):
        shown = _shown(pool.features.numbers.tolist())
        people = people_of(everybody[start : start + AT_ONCE], pool, learnt, now)
        while people:
            # Let go of one by one, since each profile holds much while it scores.
            person = people.pop(0)
            composed = _composed(person, pool)
            yield (
                person.account,
                _page(composed, limit, 1, is_cold=person.is_cold, shown=shown, known=known),
            )


def for_papers(
    paper_ids: Collection[int], *, now: datetime, limit: int = 30, page: int = 1, window: int = WINDOW
) -> ForYou:
    """Papers of the last ``window`` days with papers for whoever likes these ones (row ids): a collection, a search.

    At most ``MOST_SIGNALS`` of them count, the first. The given papers are left out; nothing is drawn by lot.
    """
    learnt, pool = _beginning(now, window)
    given = list(dict.fromkeys(paper_ids))
    signals = [Signal(number, SignalKind.EXAMPLE) for number in given[:MOST_SIGNALS]]
    profile = profile_from(signals, pool, learnt)
    usual = Taste()
    wishes = Wishes(usual.recency, usual.popularity, 0.0, usual_amount(), 0)
    composed = compose(pool, profile, Followed(), set(given), wishes)
    return _page(composed, limit, page, is_cold=not profile.held, known=foretelling_in(learnt))


def profile_of(account: Account, now: datetime | None = None) -> Profile | None:
    """What was learnt of a person, up to date; None for somebody who wants no recommendations."""
    moment = now or timezone.now()
    learnt, pool = _beginning(moment)
    people = people_of([account], pool, learnt, moment)
    return people[0].profile if people else None


def _beginning(now: datetime, window: int = WINDOW) -> tuple[Learnt, Pool]:
    learnt = learnt_with_words(now)
    return learnt, pool_of(timezone.localtime(now).date(), learnt, window=window)


def _composed(person: Person, pool: Pool) -> Composed:
    taste = person.taste
    told = f"{person.account.pk} {pool.day.isoformat()} {person.digest}"
    seed = int.from_bytes(sha256(told.encode()).digest()[:8], "big")
    wishes = Wishes(taste.recency, taste.popularity, taste.exploration, usual_amount(), seed)
    return compose(pool, person.profile, person.followed, person.marks.known, wishes)


def _page(
    composed: Composed,
    limit: int,
    page: int,
    *,
    is_cold: bool,
    known: Foretelling | None,
    shown: Set[int] | None = None,
) -> ForYou:
    """A page: ``known`` foretells interest; ``shown`` are the papers that may be shown, where that is known."""
    numbers = composed.pool.features.numbers
    rows = composed.page((page - 1) * limit, limit)
    # Papers may have been hidden or deleted since the pool was read.
    there = _shown([int(numbers[row]) for row in rows]) if shown is None else shown
    rows = [row for row in rows if int(numbers[row]) in there]
    scores = {int(numbers[row]): float(composed.scores[row]) for row in rows}
    interest = interests(scores, composed.pool.day, known)
    found = tuple(
        Recommendation(
            paper_id=number,
            score=score,
            reasons=reasons,
            is_exploring=row in composed.drawn,
            propensity=composed.drawn.get(row, 1.0),
            interest=interest.get(number),
        )
        for row, (number, score), reasons in zip(rows, scores.items(), composed.reasons(rows), strict=True)
    )
    # Without what it computed for scoring: that is millions of numbers, which whoever keeps answers would keep.
    profile = Profile(composed.profile.held, composed.profile.metric)
    return ForYou(found, composed.total, profile, is_cold)


def _shown(numbers: Collection[int]) -> set[int]:
    """Those of the papers that may be shown."""
    return set(Paper.shown.filter(pk__in=numbers).values_list("pk", flat=True))
