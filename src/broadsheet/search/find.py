"""Answering a ``PaperQuery``. Pages, feeds, commands and exports all call ``find`` and so give one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Exists, F, OrderBy, OuterRef, Prefetch, Q, QuerySet, Subquery

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Authorship, Listing, Paper, PaperCategory, SavedPageEntry
from broadsheet.catalogue.text import fold, normalise_title, to_plain
from broadsheet.search.documents import Filters
from broadsheet.search.embedder import encoder
from broadsheet.search.index import Question, Ranking
from broadsheet.search.maintenance import index
from broadsheet.search.query import Mode, PaperQuery

NAMES_ON_A_CARD = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Part of an answer: how many papers the whole answer has, this part's papers in order, and scores by row id."""

    total: int
    papers: tuple[Paper, ...]
    scores: dict[int, float] = field(default_factory=dict)
    is_by_words_alone: bool = False


def find(query: PaperQuery, *, offset: int = 0, limit: int = 25) -> Found:
    """Papers ``offset`` to ``offset + limit`` of the answer to ``query``."""
    if query.words:
        return _find_by_words(query, offset, limit)
    numbers = list(_ordered(_filtered(query), query).values_list("pk", flat=True))
    return Found(total=len(numbers), papers=papers_in_order(numbers[offset : offset + limit]))


def papers_in_order(numbers: Sequence[int]) -> tuple[Paper, ...]:
    """Papers with what a card shows of them, in the order of ``numbers``; unknown numbers are left out."""
    papers = Paper.objects.filter(pk__in=numbers).prefetch_related(
        Prefetch("authorships", Authorship.objects.filter(position__lt=NAMES_ON_A_CARD)),
        Prefetch("paper_categories", PaperCategory.objects.select_related("category")),
        "organisations",
    )
    by_number = {paper.pk: paper for paper in papers}
    return tuple(by_number[number] for number in numbers if number in by_number)


def question_of(words: str, filters: Filters, mode: Mode) -> Question:
    """The question that typed words put to the index; embeds them where a model is installed and needed."""
    model = encoder() if mode != "words" else None
    vector = model.encode_query(to_plain(words)) if model else None
    return Question(words=fold(words), vector=vector, filters=filters, title_key=normalise_title(words))


def _find_by_words(query: PaperQuery, offset: int, limit: int) -> Found:
    named = paper_named(query.words) if not query.has_filters else None
    if named is not None:
        return Found(total=1, papers=papers_in_order([named.pk][offset : offset + limit]), scores={named.pk: 1.0})
    ranking = _rank(query)
    scores = {int(n): float(s) for n, s in zip(ranking.numbers, ranking.scores, strict=True)}
    if query.order == "relevance":
        # Papers that left the catalogue a moment ago may still be in the index.
        existing = set(Paper.objects.filter(pk__in=scores).values_list("pk", flat=True))
        numbers = [number for number in scores if number in existing]
    else:
        numbers = list(_ordered(_filtered(query).filter(pk__in=scores), query).values_list("pk", flat=True))
    return Found(
        total=len(numbers),
        papers=papers_in_order(numbers[offset : offset + limit]),
        scores=scores,
        is_by_words_alone=query.mode != "words" and encoder() is None,
    )


def _rank(query: PaperQuery) -> Ranking:
    generation = index().generation()
    if generation is None:
        return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
    saved = SavedPageEntry.objects.filter(page__slug=query.saved).values_list("paper_id", flat=True)
    filters = Filters(
        categories=query.categories,
        day_from=query.day_from,
        day_to=query.day_to,
        has_code=query.has_code,
        numbers=frozenset(saved) if query.saved else None,
    )
    return generation.search(question_of(query.words, filters, query.mode), query.mode)


def _filtered(query: PaperQuery) -> QuerySet[Paper]:
    papers = Paper.objects.all()
    if query.categories:
        wanted = Q()
        for code in query.categories:
            archive = code.removesuffix(".*")
            wanted |= (
                Q(category__code__istartswith=archive + ".") | Q(category__code__iexact=archive)
                if code.endswith(".*")
                else Q(category__code__iexact=code)
            )
        papers = papers.filter(Exists(PaperCategory.objects.filter(wanted, paper=OuterRef("pk"))))
    if query.day_from or query.day_to:
        listings = Listing.objects.filter(paper=OuterRef("pk"))
        if query.day_from:
            listings = listings.filter(listed_on__gte=query.day_from)
        if query.day_to:
            listings = listings.filter(listed_on__lte=query.day_to)
        papers = papers.filter(Exists(listings))
    if query.has_code:
        papers = papers.filter(has_code=True)
    if query.saved:
        papers = papers.filter(Exists(SavedPageEntry.objects.filter(paper=OuterRef("pk"), page__slug=query.saved)))
    return papers


def _ordered(papers: QuerySet[Paper], query: PaperQuery) -> QuerySet[Paper]:
    newest = (_falling("first_listed_on"), _falling("published_on"))
    if query.order == "saved" and query.saved:
        # A paper may stand on a page twice, when two of its entries turned out to be one paper.
        entries = SavedPageEntry.objects.filter(paper=OuterRef("pk"), page__slug=query.saved).order_by("rank")
        return papers.annotate(saved_rank=Subquery(entries.values("rank")[:1])).order_by("saved_rank")
    if query.order == "votes":
        return papers.order_by("-votes_count", "-comments_count", *newest, "pk")
    if query.order == "comments":
        return papers.order_by("-comments_count", "-votes_count", *newest, "pk")
    return papers.order_by(*newest, "-votes_count", "pk")


def _falling(name: str) -> OrderBy:
    return F(name).desc(nulls_last=True)
