"""The answers to the questions of many subscribers, each asked once, and read on only as far as somebody needs them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils.functional import cached_property

from broadsheet.catalogue.models import PaperCategory
from broadsheet.community.models import Subscription
from broadsheet.delivery.naming import path_of, title_of
from broadsheet.delivery.news import added_to, is_at_once, is_taken_as_it_is, news
from broadsheet.search.find import find
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, parse

A_PART = 200
"""So many papers of an answer are read at once."""


class Answer:
    """One question's answer: what it is called, where it is shown, and its papers (row ids), read part by part."""

    def __init__(self, query: PaperQuery, among: Collection[int] | None) -> None:
        self.query = query
        self._among = among
        self._numbers: dict[int, None] = {}
        self._asked = 0
        self._total: int | None = None

    @cached_property
    def title(self) -> str:
        """What the question is called."""
        return title_of(self.query)

    @cached_property
    def path(self) -> str:
        """The page that shows it."""
        return path_of(self.query)

    @property
    def total(self) -> int:
        """How many papers the whole answer has."""
        if self._total is None:
            self._read_on()
        return self._total or 0

    def numbers(self) -> Iterator[int]:
        """The row ids of its papers in their order, each once."""
        place = 0
        while True:
            there = list(self._numbers)
            yield from there[place:]
            place = len(there)
            if self._asked >= self.total:
                return
            self._read_on()

    def first(self) -> tuple[int, ...]:
        """The papers that were read up to now, at least one part."""
        return tuple(self._numbers) if self.total else ()

    def _read_on(self) -> None:
        found = find(self.query, offset=self._asked, limit=A_PART, among=self._among)
        self._asked += A_PART
        self._total = found.total
        self._numbers |= dict.fromkeys(paper.pk for paper in found.papers)


class Answers:
    """The answers of one run, as the catalogue is at ``now``: keep it for a minute at most."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._queries: dict[str, PaperQuery] = {}
        self._news: dict[datetime, frozenset[int]] = {}
        self._answers: dict[tuple[PaperQuery, datetime | None], Answer] = {}
        self._categories: dict[int, str] = {}

    def of(self, written: str, subscription: Subscription, since: datetime) -> Answer:
        """The answer to a canonical query string for whoever a subscription is of.

        Only what came since a moment, unless the question says itself which papers it means; what is sent at once is
        always what came. Raises ``QueryError`` for a question that cannot be asked, or not by this person.
        """
        if written not in self._queries:
            # Whatever was sent before, the newest papers belong to it.
            self._queries[written] = replace(parse(QueryDict(written)), upto=None)
        query = resolved(self._queries[written], subscription.account or AnonymousUser())
        moment = None if is_taken_as_it_is(query) and not is_at_once(subscription) else since
        if is_personal(query):
            # Nobody else asks for it, and it names thousands of papers perhaps.
            return self._asked(query, moment)
        key = (query, moment)
        if key not in self._answers:
            self._answers[key] = self._asked(query, moment)
        return self._answers[key]

    def _asked(self, query: PaperQuery, since: datetime | None) -> Answer:
        return Answer(query, None if since is None else self._came(query, since))

    def _came(self, query: PaperQuery, since: datetime) -> frozenset[int]:
        return added_to(query.collection, since) if query.collection else self.news(since)

    def news(self, since: datetime) -> frozenset[int]:
        """The papers that came since a moment."""
        if since not in self._news:
            self._news[since] = news(since, self._now)
        return self._news[since]

    def category_of(self, number: int, beside: Callable[[], Collection[int]]) -> str:
        """A paper's primary category in small letters, '' without any; looked up with those of papers beside it."""
        if number not in self._categories:
            unknown = {number, *beside()}.difference(self._categories)
            rows = PaperCategory.objects.filter(paper__in=unknown).order_by("-position")
            # The last one of each paper stands: the one that is named first.
            told = {paper: code.lower() for paper, code in rows.values_list("paper", "category__code")}
            self._categories |= {one: told.get(one, "") for one in unknown}
        return self._categories[number]
