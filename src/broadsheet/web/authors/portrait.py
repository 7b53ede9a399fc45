"""What an author's page says above the papers: names as printed, ORCIDs, people, co-authors, categories, years."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import CharField, Count, Max, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, ExtractYear

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.authorships import written_by
from broadsheet.catalogue.models import Authorship, Paper, PaperCategory
from broadsheet.catalogue.text import to_plain

MOST_NAMES = 6
MOST_COAUTHORS = 24
MOST_CATEGORIES = 12


@dataclass(frozen=True, slots=True)
class Known:
    """A person with an account who proved to be this author of some papers."""

    username: str
    shown_name: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """An author. ``orcids`` are those beside the name; ``is_orcid``: the page is of one ORCID and so of one person.

    ``coauthors`` are (slug, name, papers together), ``categories`` (code, papers), ``years`` (year, papers) in order.
    """

    name: str
    names: tuple[str, ...]
    orcids: tuple[str, ...]
    people: tuple[Known, ...]
    is_orcid: bool
    coauthors: tuple[tuple[str, str, int], ...]
    categories: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]

    @property
    def most_in_a_year(self) -> int:
        """The papers of the best year."""
        return max((count for _, count in self.years), default=1)


def portrait_of(author: str) -> Portrait | None:
    """What is known of an author, a slug or an ORCID; None where the name is on no paper that is shown."""
    places = written_by(author).filter(paper__is_hidden=False)
    rows = places.values_list("name", "orcid", "account__username", "account__display_name", "account__is_active")
    names, orcids, people = Counter[str](), Counter[str](), dict[str, str]()
    for name, orcid, username, display_name, is_active, times in rows.annotate(times=Count("pk")):
        names[to_plain(name)] += times
        orcids[orcid] += times if orcid else 0
        if is_active:
            people[username] = display_name or username
    if not names:
        return None
    printed = [name for name, _ in sorted(names.items(), key=lambda one: (-one[1], one[0]))]
    papers = Paper.shown.filter(pk__in=places.values("paper"))
    categories, years = _categories_and_years(papers)
    return Portrait(
        name=printed[0] or author,
        names=tuple(printed[1:MOST_NAMES]),
        orcids=tuple(orcid for orcid, times in orcids.most_common() if times),
        people=tuple(Known(username, shown) for username, shown in sorted(people.items())),
        is_orcid=is_orcid(author),
        coauthors=_coauthors(author, papers),
        categories=categories,
        years=years,
    )


def _coauthors(author: str, papers: QuerySet[Paper]) -> tuple[tuple[str, str, int], ...]:
    others = (
        Authorship.objects.filter(paper__in=papers).exclude(pk__in=written_by(author).values("pk")).exclude(slug="")
    )
    counted = others.values_list("slug").annotate(times=Count("paper", distinct=True)).order_by("-times", "slug")
    # One of the ways to print the name; which is all the same.
    named = counted.annotate(name=Max("name"))[:MOST_COAUTHORS]
    return tuple((slug, to_plain(name), times) for slug, times, name in named)


def _categories_and_years(papers: QuerySet[Paper]) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """Both with one query."""
    codes = PaperCategory.objects.filter(paper__in=papers).order_by()
    by_code = codes.values_list(Value("category"), "category__code").annotate(times=Count("pk"))
    dated = papers.order_by().annotate(year=Cast(ExtractYear(Coalesce("published_on", "first_listed_on")), CharField()))
    by_year = dated.values_list(Value("year"), "year").annotate(times=Count("pk"))
    told: dict[str, list[tuple[str, int]]] = {"category": [], "year": []}
    for kind, value, times in by_code.union(by_year, all=True):
        if value:
            told[kind].append((value, times))
    categories = sorted(told["category"], key=lambda one: (-one[1], one[0]))[:MOST_CATEGORIES]
    return tuple(categories), tuple(sorted(told["year"]))
