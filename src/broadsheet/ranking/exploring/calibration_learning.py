"""Learning foretold interest from what people were shown and did, and reading what was learnt.

Every case is one paper that one person was shown in "For you": interest came if the paper was opened, saved or voted
for within a week and not dismissed. The curve is learnt from the earlier cases and measured on the later ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import OuterRef, Subquery
from numpy.typing import NDArray

from broadsheet.catalogue.models import Paper, PaperCategory
from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.calibration import Calibration
from broadsheet.ranking.exploring.calibration_report import Report, is_trustworthy, report
from broadsheet.ranking.exploring.position_bias import positions_of
from broadsheet.ranking.models import LearntModel
from broadsheet.ranking.personal.kinds import Numbers
from broadsheet.ranking.personal.stored import Learnt, store_learnt

CALIBRATION: Final = "calibration"
OUTCOME_WITHIN: Final = timedelta(days=7)
MOST_CASES: Final = 100_000
"""At most so many cases are learnt from, the newest."""
LEARNT_FROM: Final = 0.7
"""The earlier part of the cases, which the curve is learnt from; the rest measures it."""
FEWEST_OF_TOPIC: Final = 100
"""Topics with fewer cases are taken together."""
OTHER_TOPIC: Final = "other"
AGES: Final = ((1, "up to a day"), (7, "up to a week"), (30, "up to a month"))
OLDEST: Final = "older"
TOPIC, AGE = "topic", "age"


@dataclass(frozen=True, slots=True)
class Cases:
    """What was shown and what came of it, n rows in the order of time.

    ``scores``, ``outcomes`` float64 and ``positions`` int64 are (n,); ``lists`` names the list of each; ``topics`` is
    the primary category of each paper, "" without one; ``ages`` one of the names of ``AGES`` or ``OLDEST``.
    """

    scores: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    positions: Numbers
    lists: Numbers
    topics: tuple[str, ...]
    ages: tuple[str, ...]
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Foretelling:
    """What is known of foretold interest.

    ``report`` is None while there were not enough cases to learn from. ``examined`` is how likely each place is looked
    at, beside the first, where that could be estimated. ``cases`` counts all; ``first`` and ``last`` are the days of
    the cases that were measured.
    """

    calibration: Calibration
    topics: tuple[str, ...]
    report: Report | None
    examined: tuple[float, ...]
    cases: int
    first: date | None
    last: date | None
    made_at: datetime

    @property
    def is_told(self) -> bool:
        """Whether people are told of it."""
        return is_trustworthy(self.report)

    def of(self, scores: Sequence[float], topics: Sequence[str], ages: Sequence[str]) -> list[float | None]:
        """The probability of interest for each score, with the papers' topics and ages; None where none is told."""
        found = self.calibration.of(scores, groups_of(topics, ages, self.topics)) if self.is_told else None
        if found is None:
            return [None] * len(scores)
        return [float(one) if np.isfinite(one) else None for one in found]


def foretelling() -> Foretelling | None:
    """What was learnt last; None where nothing ever was. One question to the database, for some kilobytes."""
    row = LearntModel.objects.filter(name=CALIBRATION).first()
    return None if row is None else _read(bytes(row.body), row.made_from, row.made_at)


def foretelling_in(learnt: Learnt) -> Foretelling | None:
    """The same in what was read already: nothing is asked of the database."""
    row = learnt.others.get(CALIBRATION)
    return None if row is None else _read(*row)


def learn_calibration(now: datetime) -> Foretelling:
    """Learn foretold interest from the cases of which the outcome is known, measure it on the later ones, store both.

    With too few cases there is no report, and that is stored too: what was learnt from cases that were deleted since
    is not kept.
    """
    cases = cases_until(now - OUTCOME_WITHIN)
    cut = _cut(cases)
    earlier, later = np.arange(len(cases.scores)) < cut, np.arange(len(cases.scores)) >= cut
    topics = _frequent(cases.topics[:cut])
    groups = groups_of(cases.topics, cases.ages, topics)
    places = positions_of(Impression.Surface.FOR_YOU)
    seen = np.ones(len(cases.scores)) if places is None else places.of(cases.positions)
    fitted = Calibration.fit(cases.scores[earlier], cases.outcomes[earlier], seen=seen[earlier], groups=groups[earlier])
    told = fitted.of(cases.scores[later], groups[later])
    measured = None
    if told is not None and len(told):
        by_group = {
            TOPIC: [topic if topic in topics else OTHER_TOPIC for topic in cases.topics[cut:]],
            AGE: list(cases.ages[cut:]),
        }
        # What is measured is whether it came, and that takes a look at the place as well as interest.
        measured = report(told * seen[later], cases.outcomes[later], by_group)
    made_from: dict[str, Any] = {
        "report": measured.to_plain() if measured else None,
        "topics": list(topics),
        "examined": [] if places is None else places.examined.tolist(),
        "cases": len(cases.scores),
        "first": cases.days[cut].isoformat() if measured else None,
        "last": cases.days[-1].isoformat() if measured else None,
    }
    store_learnt(CALIBRATION, fitted.to_bytes(), made_from, now)
    return _read(fitted.to_bytes(), made_from, now)


def interests(scores: Mapping[int, float], day: date, known: Foretelling | None) -> dict[int, float]:
    """The probabilities of interest in papers (by row id) with these scores on a day; of none while none is told.

    One question to the database where interest is told.
    """
    if known is None or not known.is_told or not scores:
        return {}
    rows = list(
        Paper.objects.filter(pk__in=list(scores))
        .annotate(topic=_topic("pk"))
        .values_list("pk", "topic", "first_listed_on", "published_on")
    )
    ages = [age_of(listed_on or published_on, day) for _number, _code, listed_on, published_on in rows]
    told = known.of([scores[row[0]] for row in rows], [row[1] or "" for row in rows], ages)
    return {row[0]: one for row, one in zip(rows, told, strict=True) if one is not None}


def cases_until(until: datetime) -> Cases:
    """The newest cases of papers shown up to ``until``, in the order of time."""
    rows = Impression.objects.filter(
        surface=Impression.Surface.FOR_YOU, score__isnull=False, shown_at__lte=until
    ).annotate(topic=_topic("paper"))
    columns = ("shown", "position", "score", "shown_at", "opened_at", "saved_at", "voted_at", "dismissed_at", "topic")
    dated = (*columns, "paper__first_listed_on", "paper__published_on")
    found = sorted(
        rows.order_by("-shown_at", "-pk").values_list(*dated)[:MOST_CASES], key=lambda row: (row[3], row[0], row[1])
    )
    names = {name: number for number, name in enumerate(dict.fromkeys(row[0] for row in found))}
    return Cases(
        scores=np.array([row[2] for row in found], dtype=np.float64),
        outcomes=np.array([_came(row[3], row[4:7], row[7]) for row in found], dtype=np.float64),
        positions=np.array([row[1] for row in found], dtype=np.int64),
        lists=np.array([names[row[0]] for row in found], dtype=np.int64),
        topics=tuple(row[8] or "" for row in found),
        ages=tuple(age_of(row[9] or row[10], row[3].date()) for row in found),
        days=tuple(row[3].date() for row in found),
    )


def age_of(listed_on: date | None, day: date) -> str:
    """The group of age of a paper that was listed on a day; of one without a day the oldest."""
    if listed_on is None:
        return OLDEST
    days = (day - listed_on).days
    return next((name for most, name in AGES if days <= most), OLDEST)


def groups_of(topics: Sequence[str], ages: Sequence[str], known: Sequence[str]) -> Numbers:
    """Topics and ages as numbers, int64 (n, 2): the place among ``known`` topics (-1 for others), and of the age."""
    places = {topic: place for place, topic in enumerate(known)}
    olds = {name: place for place, (_most, name) in enumerate(AGES)}
    rows = [(places.get(topic, -1), olds.get(age, len(AGES))) for topic, age in zip(topics, ages, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _topic(paper: str) -> Subquery:
    return Subquery(PaperCategory.objects.filter(paper=OuterRef(paper), position=0).values("category__code")[:1])


def _came(shown_at: datetime, did_at: Sequence[datetime | None], dismissed_at: datetime | None) -> float:
    is_interested = any(at is not None and at <= shown_at + OUTCOME_WITHIN for at in did_at)
    return float(is_interested and dismissed_at is None)


def _cut(cases: Cases) -> int:
    """Where the earlier cases end: no list is divided."""
    count = len(cases.lists)
    cut = int(LEARNT_FROM * count)
    while 0 < cut < count and cases.lists[cut] == cases.lists[cut - 1]:
        cut += 1
    return cut


def _frequent(topics: Sequence[str]) -> tuple[str, ...]:
    counted = Counter(topic for topic in topics if topic)
    return tuple(sorted(topic for topic, count in counted.items() if count >= FEWEST_OF_TOPIC))


def _read(body: bytes, made_from: dict[str, Any], made_at: datetime) -> Foretelling:
    told = made_from.get("report")
    return Foretelling(
        calibration=Calibration.from_bytes(body),
        topics=tuple(made_from.get("topics", ())),
        report=Report.from_plain(told) if told else None,
        examined=tuple(made_from.get("examined", ())),
        cases=int(made_from.get("cases", 0)),
        first=_day(made_from.get("first")),
        last=_day(made_from.get("last")),
        made_at=made_at,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
