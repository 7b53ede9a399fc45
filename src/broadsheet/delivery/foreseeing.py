"""What a subscription would have brought in the last days, before anybody asks for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Subscription
from broadsheet.delivery.answers import Answer, Answers
from broadsheet.delivery.contents import Sent, is_muted, put_together, wanted_of
from broadsheet.delivery.news import looked_at
from broadsheet.delivery.values import Contents
from broadsheet.search.query import QueryError

DAYS = 14
MOST_COUNTED = 2_000
"""So many papers of a section are counted at most, the first of its order."""


@dataclass(frozen=True, slots=True)
class CountOfDay:
    """How many papers a day brought, whatever part of them a letter has room for."""

    on: date
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next letter would bring, how many papers each of the last days brought, and what is left out and why.

    ``per_day`` has every day, the oldest first, days without papers too. What is recommended to a person is not counted
    since nobody can tell what it would have been.
    """

    contents: Contents
    per_day: tuple[CountOfDay, ...]
    left_out: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many papers there were in all these days."""
        return sum(day.count for day in self.per_day)


def foresee(subscription: Subscription, now: datetime, days: int = DAYS) -> Preview:
    """What a subscription, stored or not, would bring next, and what the last ``days`` days had for it.

    A paper counts once, on the day of its first listing or, without any, on that on which it was taken in.
    """
    answers = Answers(now)
    wanted = wanted_of(subscription, looked_at(subscription, now))
    found = put_together([wanted], now, answers, Sent())[0]
    today = timezone.localdate(now)
    first = today - timedelta(days=days - 1)
    numbers: set[int] = set()
    for section in wanted.sections:
        if section.kind == "query":
            try:
                answer = answers.of(section.query, subscription, wanted.since)
            except QueryError:
                continue
            numbers |= _came(answer, answers, now - timedelta(days=days))
    muted = [str(code).lower() for code in subscription.muted]
    if muted:
        numbers = {one for one in numbers if not is_muted(answers.category_of(one, lambda: numbers), muted)}
    dated = Paper.shown.filter(pk__in=numbers).values_list("first_listed_on", "created_at")
    counted = Counter(listed or timezone.localdate(taken_in) for listed, taken_in in dated)
    span = (first + timedelta(days=place) for place in range(days))
    return Preview(found.contents, tuple(CountOfDay(day, counted[day]) for day in span), found.left_out)


def _came(answer: Answer, answers: Answers, since: datetime) -> set[int]:
    """The papers that came since a moment and belong to a question, whichever days it is about by itself."""
    query = replace(answer.query, last=None)
    return set(islice(Answer(query, answers.news(since)).numbers(), MOST_COUNTED))
