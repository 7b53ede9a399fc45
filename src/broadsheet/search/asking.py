"""From a ``PaperQuery`` to what an engine is asked: how its words were read, and what every answer must satisfy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from broadsheet.catalogue.authorships import written_by
from broadsheet.catalogue.lookup import numbers_named, shown_paper_named
from broadsheet.catalogue.models import Listing, Paper, SavedPageEntry
from broadsheet.catalogue.text import normalise_title
from broadsheet.search.conditions import (
    Any,
    Condition,
    HasFlag,
    InCategory,
    ListedWithin,
    OfOrganisation,
    OneOf,
    UpTo,
    YearWithin,
    both,
)
from broadsheet.search.inside import places
from broadsheet.search.language import Reading, read
from broadsheet.search.query import LASTS, PaperQuery, Sort


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it is put to an engine.

    ``must`` holds for every answer, ``strict`` for the papers that have everything that was typed. ``alike`` are the
    papers to find similar ones to, by row id, and ``alike_texts`` what stands for papers that are not in the catalogue;
    ``alike_names`` says which name was which paper's.
    """

    query: PaperQuery
    reading: Reading
    must: Condition | None
    strict: Condition | None
    alike: tuple[int, ...] = ()
    alike_texts: tuple[str, ...] = ()
    alike_names: tuple[tuple[str, int], ...] = ()

    @property
    def ranks(self) -> bool:
        """Whether there is anything to rank by; otherwise the query only narrows."""
        return self.reading.has_words or bool(self.query.like)

    @property
    def order(self) -> Sort:
        """The order that applies; where nothing ranks, the newest come first."""
        return "newest" if self.query.order == "relevance" and not self.ranks else self.query.order

    @property
    def title_key(self) -> str:
        """The key of the title that may have been typed as a whole."""
        return normalise_title(self.query.words)


def ask(query: PaperQuery) -> Asked:
    """Read the words of a query and put its filters beside them."""
    reading = read(query.words, today=timezone.localdate(), resolve=_number_of)
    facts = _facts(query)
    alike = numbers_named(query.like)
    return Asked(
        query=query,
        reading=reading,
        must=both(reading.hard, facts),
        strict=both(reading.strict, facts),
        alike=tuple(dict.fromkeys(alike.values())),
        alike_texts=tuple(name for name in query.like if name not in alike),
        alike_names=tuple(alike.items()),
    )


def newest_number() -> int:
    """The row id of the newest paper: what ``upto`` holds a list to."""
    return Paper.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _number_of(name: str) -> int | None:
    paper = shown_paper_named(name)
    return paper.pk if paper else None


def _facts(query: PaperQuery) -> Condition | None:
    """What the parameters beside the words ask for."""
    parts: list[Condition] = []
    if query.categories:
        parts.append(_one_of_several(tuple(InCategory(code) for code in query.categories)))
    if query.years:
        parts.append(YearWithin(*query.years))
    if query.organisation:
        parts.append(OfOrganisation(query.organisation))
    if query.author:
        parts.append(OneOf(frozenset(written_by(query.author).values_list("paper_id", flat=True))))
    if query.day_from or query.day_to:
        parts.append(ListedWithin(query.day_from, query.day_to))
    if query.last:
        ends = _last_day()
        parts.append(ListedWithin(ends - timedelta(days=LASTS[query.last] - 1), ends))
    if query.has_code:
        parts.append(HasFlag("code"))
    if query.saved:
        saved = SavedPageEntry.objects.filter(page__slug=query.saved).values_list("paper_id", flat=True)
        parts.append(OneOf(frozenset(saved)))
    if query.inside or query.collection:
        parts.append(OneOf(frozenset(places(query))))
    if query.upto is not None:
        parts.append(UpTo(query.upto))
    return both(*parts)


def _last_day() -> date:
    """The last day up to today on which papers are listed; today where there is none."""
    today = timezone.localdate()
    hidden = Paper.objects.filter(is_hidden=True).values("pk")
    listed = Listing.objects.filter(listed_on__lte=today).exclude(paper__in=hidden)
    return listed.aggregate(last=Max("listed_on"))["last"] or today


def _one_of_several(parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else Any(parts)
