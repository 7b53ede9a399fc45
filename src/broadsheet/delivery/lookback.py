"""What a question would have brought lately, day by day: shown before somebody follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from django.db.models import Min
from django.utils import timezone

from broadsheet.catalogue.models import Listing, Paper
from broadsheet.search.asking import ask
from broadsheet.search.conditions import asks_for_words
from broadsheet.search.engines.base import EngineGoneError
from broadsheet.search.find import Found, find
from broadsheet.search.query import PaperQuery
from broadsheet.search.sql import condition_q

DAYS = 14
FIRST = 5


@dataclass(frozen=True, slots=True)
class Lookback:
    """How many papers came on each day, the oldest first, and ``found``: their number and the first of them, in order.

    ``counts`` is empty where the search engine cannot count them now.
    """

    counts: tuple[tuple[date, int], ...]
    found: Found


def lookback(query: PaperQuery, *, days: int = DAYS, first: int = FIRST) -> Lookback:
    """The papers of a question, resolved for whoever asks, that were listed in the last days, today included.

    A question about the last day, week or month is asked without it, as it moves on with the days. Each paper counts
    on the first of these days on which it was listed.
    """
    today = timezone.localdate()
    begins = today - timedelta(days=days - 1)
    asked = replace(query, last=None, upto=None, sort=query.order)
    listed = Listing.objects.filter(listed_on__gte=begins, listed_on__lte=today).order_by()
    came = dict(listed.values_list("paper_id").annotate(Min("listed_on")))
    found = find(asked, limit=first, among=came)
    try:
        counted = Counter(came[number] for number in _numbers(asked, found, came))
    except EngineGoneError:
        return Lookback((), found)
    return Lookback(tuple((day, counted[day]) for day in (begins + timedelta(days=n) for n in range(days))), found)


def _numbers(query: PaperQuery, found: Found, came: Mapping[int, date]) -> Collection[int]:
    """Which of the papers that came belong to the answer, by row id."""
    if found.total == len(found.papers):
        return [paper.pk for paper in found.papers]
    asked = found.answer.asked if found.answer is not None else ask(query)
    if found.answer is not None and (asked.ranks or asks_for_words(asked.must)):
        numbers = np.array(list(came), np.int64)
        return [int(number) for number in numbers[found.answer.engine.among(numbers, found.answer.belongs)]]
    # What is only narrowed is counted by the database, which is always current.
    papers = Paper.shown.all() if asked.must is None else Paper.shown.filter(condition_q(asked.must))
    return came.keys() & set(papers.filter(pk__in=came).values_list("pk", flat=True))
