"""Answering a ``PaperQuery``. Pages, feeds, commands and exports all call ``find`` and so give one order."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from broadsheet.catalogue.lookup import paper_titled, shown_paper_named
from broadsheet.catalogue.models import Authorship, ChangedPaper, Paper, PaperCategory, SavedPageEntry
from broadsheet.community.models import Pin
from broadsheet.search import embedder
from broadsheet.search.answer import Answer, answer_of
from broadsheet.search.asking import Asked, ask, newest_number
from broadsheet.search.conditions import Not, OneOf, asks_for_words, both
from broadsheet.search.duplicates import duplicates_of
from broadsheet.search.engines.base import Engine, EngineGoneError, Facets, Numbers
from broadsheet.search.engines.database import DatabaseEngine
from broadsheet.search.explaining import Why, reasons
from broadsheet.search.language import Reading
from broadsheet.search.language.straight import straight
from broadsheet.search.maintenance import engine, shelf
from broadsheet.search.ordering import IndexedSort, TrendSort, sql_order, trend_order
from broadsheet.search.pools import Pool
from broadsheet.search.query import PaperQuery
from broadsheet.search.spelling import suggest
from broadsheet.search.sql import condition_q

logger = logging.getLogger(__name__)

_JUST_HIDDEN = Q(is_hidden=True, pk__in=ChangedPaper.objects.values("paper_id"))
_EVERY_PAPER = Not(OneOf(frozenset()))
NAMES_ON_A_CARD = 3
# A shorter question is about something, even where a paper is called just so.
LEAST_WORDS_OF_A_TITLE = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Part of an answer: how many papers the whole answer has, this part's papers in order, and scores by row id.

    ``reading`` says how the words were read and ``why``, by row id, why each paper is there. ``upto`` goes into the
    query of the next part, so that papers which arrive meanwhile do not shift it. ``strict_total`` of the papers have
    everything that was typed. ``is_by_words_alone``: there is no model; ``is_engine_gone``: the search engine cannot be
    reached, and the database answered by words.
    """

    total: int
    papers: tuple[Paper, ...]
    scores: dict[int, float] = field(default_factory=dict)
    why: dict[int, Why] = field(default_factory=dict)
    reading: Reading | None = None
    upto: int | None = None
    strict_total: int = 0
    is_by_words_alone: bool = False
    is_engine_gone: bool = False
    suggestion: str = ""
    answer: Answer | None = None

    def facets(self) -> Facets:
        """How many papers of the whole answer are in each category, of each year and organisation, and have code.

        Empty where no engine can count them.
        """
        try:
            if self.answer is None:
                return {}
            # An answer of the engine is without these already.
            return (self.answer if self.answer.asked.ranks else self.answer.without(_just_hidden())).facets()
        except EngineGoneError as error:
            logger.warning("facets are left out: %s", error)
            return {}


def find(query: PaperQuery, *, offset: int = 0, limit: int = 25, among: Collection[int] | None = None) -> Found:
    """Papers ``offset`` to ``offset + limit`` of the answer to ``query``.

    With ``among`` (row ids) the answer is without all others, in the same order.
    """
    chosen = None if among is None else frozenset(among)
    if (named := paper_asked_for(query)) is not None:
        numbers = [named.pk] if chosen is None or named.pk in chosen else []
        return Found(len(numbers), papers_in_order(numbers[offset : offset + limit]), dict.fromkeys(numbers, 1.0))
    return _find(ask(query), offset, limit, chosen)


def numbers_found(query: PaperQuery, *, limit: int) -> list[int]:
    """Row ids of the first papers of the answer to ``query``, those of ``find`` without all that pages show of them."""
    if (named := paper_asked_for(query)) is not None:
        return [named.pk]
    asked = ask(query)
    if not asked.ranks and not asks_for_words(asked.must):
        return list(_narrowed(_all_of(asked), asked)[:limit])
    try:
        answer = _without_the_gone(answer_of(engine() or DatabaseEngine(), asked))
    except EngineGoneError as error:
        logger.warning("searching the database instead: %s", error)
        answer = _without_the_gone(answer_of(DatabaseEngine(), asked))
    numbers: list[int] = _page(answer, 0, limit).tolist()
    return numbers


def paper_asked_for(query: PaperQuery) -> Paper | None:
    """The paper that the whole question names: by identifier, address, key, or exact title; None for any other."""
    if not query.words or query.has_filters:
        return None
    if (name := straight(query.words)) is not None and (named := shown_paper_named(name)) is not None:
        return named
    is_long = len(query.words.split()) >= LEAST_WORDS_OF_A_TITLE
    titled = paper_titled(query.words) if is_long else None
    return None if titled is None or titled.is_hidden else titled


def _find(asked: Asked, offset: int, limit: int, among: frozenset[int] | None) -> Found:
    if not asked.ranks and not asks_for_words(asked.must):
        narrowed = asked if among is None else replace(asked, must=both(asked.must, OneOf(among)))
        return _listed(narrowed, offset, limit)
    try:
        return _found(engine() or DatabaseEngine(), asked, offset, limit, among)
    except EngineGoneError as error:
        logger.warning("searching the database instead: %s", error)
        return replace(_found(DatabaseEngine(), asked, offset, limit, among), is_engine_gone=True)


def papers_like(paper: Paper, limit: int) -> tuple[Paper, ...]:
    """The first papers of ``PaperQuery(like=(paper.name,))``, with their first authors."""
    query = PaperQuery(like=(paper.name,))
    asked = Asked(query, Reading(typed=""), None, None, alike=(paper.pk,))
    try:
        best = answer_of(engine() or DatabaseEngine(), asked).pool.numbers.tolist()
    except EngineGoneError as error:
        logger.warning("similar papers are left out: %s", error)
        return ()
    return _in_order(best[:limit], Paper.shown.defer("abstract"))


def papers_probably_same(paper: Paper) -> list[Paper]:
    """The papers that are probably the same one from another source or in another version, the surest first."""
    try:
        by = engine()
        return [duplicate.paper for duplicate in duplicates_of(by, paper)] if by else []
    except EngineGoneError as error:
        logger.warning("near-duplicates are left out: %s", error)
        return []


def papers_in_order(numbers: Sequence[int], *, pinned_on: date | None = None) -> tuple[Paper, ...]:
    """Papers with what a card shows of them, in the order of ``numbers``; unknown numbers are left out.

    Those that are pinned on a day have the words in ``pinned_words``, all others None.
    """
    papers = Paper.shown.prefetch_related(
        Prefetch("paper_categories", PaperCategory.objects.select_related("category")), "organisations"
    )
    if pinned_on is not None:
        papers = papers.annotate(pinned_words=Subquery(_pins(pinned_on).values("words")[:1]))
    return _in_order(numbers, papers)


def _pins(on: date) -> QuerySet[Pin]:
    return Pin.objects.filter(paper=OuterRef("pk"), listed_on=on).order_by("position", "pk")


def _in_order(numbers: Sequence[int], papers: QuerySet[Paper]) -> tuple[Paper, ...]:
    first_authors = Prefetch("authorships", Authorship.objects.filter(position__lt=NAMES_ON_A_CARD))
    by_number = {paper.pk: paper for paper in papers.filter(pk__in=numbers).prefetch_related(first_authors)}
    return tuple(by_number[number] for number in numbers if number in by_number)


def _listed(asked: Asked, offset: int, limit: int) -> Found:
    """A list that is only narrowed: from the database, which is always current."""
    papers = _all_of(asked)
    numbers = _narrowed(papers, asked)[offset : offset + limit]
    there = papers.aggregate(total=Count("pk"), newest=Max("pk"))
    return Found(
        total=there["total"],
        papers=papers_in_order(list(numbers), pinned_on=asked.query.own_day),
        reading=asked.reading if asked.reading.typed else None,
        upto=asked.query.upto or there["newest"],
        answer=_countable(asked),
    )


def _all_of(asked: Asked) -> QuerySet[Paper]:
    """The papers of a list that is only narrowed, in no order."""
    return Paper.shown.all() if asked.must is None else Paper.shown.filter(condition_q(asked.must))


def _countable(asked: Asked) -> Answer | None:
    """A list as an answer whose facets can be counted."""
    try:
        by = engine()
    except EngineGoneError as error:
        logger.warning("facets are left out: %s", error)
        return None
    return Answer(by, asked, Pool(), asked.must or _EVERY_PAPER) if by else None


def _found(by: Engine, asked: Asked, offset: int, limit: int, among: frozenset[int] | None) -> Found:
    answer = answer_of(by, asked)
    answer = _without_the_gone(answer if among is None else answer.among(among))
    strict_total = by.count(answer.strict) if answer.strict is not None else 0
    papers = papers_in_order(_page(answer, offset, limit).tolist())
    pooled = zip(answer.pool.numbers.tolist(), answer.pool.scores.tolist(), strict=True)
    return Found(
        total=answer.count(),
        papers=papers,
        scores=dict(pooled),
        why=reasons(answer, papers),
        reading=asked.reading,
        upto=asked.query.upto or newest_number(),
        strict_total=strict_total,
        is_by_words_alone=asked.query.mode != "words" and embedder.encoder() is None,
        suggestion=_suggestion(by, asked, strict_total),
        answer=answer,
    )


def _without_the_gone(answer: Answer) -> Answer:
    """Papers that left the catalogue or were hidden a moment ago may still be in the index."""
    numbers = answer.pool.numbers.tolist()
    told = Paper.objects.filter(Q(pk__in=numbers) | _JUST_HIDDEN).values_list("pk", "is_hidden")
    gone = set(numbers).difference(number for number, _ in told) | {number for number, is_hidden in told if is_hidden}
    return answer.without(gone) if gone else answer


def _just_hidden() -> set[int]:
    """The hidden papers that the index has yet to drop."""
    return set(Paper.objects.filter(_JUST_HIDDEN).values_list("pk", flat=True))


def _suggestion(by: Engine, asked: Asked, strict_total: int) -> str:
    """What was perhaps meant; '' where nothing better is known."""
    if asked.query.mode == "meaning" or not asked.reading.plain or isinstance(by, DatabaseEngine):
        return ""
    found = suggest(asked.reading, shelf().vocabulary(by), with_all=strict_total)
    return found.text if found else ""


def _page(answer: Answer, offset: int, limit: int) -> Numbers:
    order = answer.asked.order
    if order == "relevance":
        return answer.page(offset, limit)
    if order == "saved":
        return _saved_page(answer, offset, limit)
    if order == "trending" or order == "rising":  # noqa: PLR1714  (mypy narrows the rest by nothing else)
        return _trend_page(answer, order, offset, limit)
    return answer.sorted_page(order, offset, limit)


def _saved_page(answer: Answer, offset: int, limit: int) -> Numbers:
    """Part of an answer in the order of the saved page, collection or shelf that it is narrowed to."""
    query = answer.asked.query
    entries = SavedPageEntry.objects.filter(page__slug=query.saved).order_by("rank").values_list("paper_id", flat=True)
    numbers = np.array(query.within or list(dict.fromkeys(entries)), np.int64)
    return numbers[answer.engine.among(numbers, answer.belongs)][offset : offset + limit]


def _trend_page(answer: Answer, sort: TrendSort, offset: int, limit: int) -> Numbers:
    """Part of an answer by attention: first the papers that get any, then all others by votes."""
    trends = Paper.shown.filter(trend__isnull=False).order_by(*trend_order(sort)).values_list("pk", flat=True)
    numbers = np.array(list(trends), np.int64)
    numbers = numbers[answer.engine.among(numbers, answer.belongs)]
    first = numbers[offset : offset + limit]
    if len(first) == limit:
        return first
    others = answer.without(numbers.tolist())
    return np.concatenate([first, others.sorted_page("votes", max(0, offset - len(numbers)), limit - len(first))])


def _narrowed(papers: QuerySet[Paper], asked: Asked) -> Sequence[int] | QuerySet[Paper, int]:
    """Row ids in the order of the question; inside a collection or a shelf its own, unless another is asked for."""
    within = asked.query.within
    if asked.order == "saved" and within is not None:
        there = set(papers.values_list("pk", flat=True))
        return [number for number in within if number in there]
    return _ordered(papers, asked).values_list("pk", flat=True)


def _ordered(papers: QuerySet[Paper], asked: Asked) -> QuerySet[Paper]:
    order = asked.order
    if order == "saved" and asked.query.saved:
        # A paper may stand on a page twice, when two of its entries turned out to be one paper.
        entries = SavedPageEntry.objects.filter(paper=OuterRef("pk"), page__slug=asked.query.saved).order_by("rank")
        return papers.annotate(saved_rank=Subquery(entries.values("rank")[:1])).order_by("saved_rank")
    if order == "trending" or order == "rising":  # noqa: PLR1714  (mypy narrows the rest by nothing else)
        return papers.order_by(*trend_order(order))
    indexed: IndexedSort = order if order in ("votes", "comments") else "newest"
    if (on := asked.query.own_day) is not None:
        # What curators pinned on a day leads its list, in every outlet, as long as nobody asked for another order.
        first = Subquery(_pins(on).values("position")[:1])
        return papers.annotate(pinned_at=first).order_by(F("pinned_at").asc(nulls_last=True), *sql_order(indexed))
    return papers.order_by(*sql_order(indexed))
