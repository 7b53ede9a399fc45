"""What the search page shows beside the papers: what the list is narrowed to, facets to narrow it by, other orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.authorships import printed_name_of
from broadsheet.catalogue.models import Organisation, SavedPage
from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Collection
from broadsheet.search import embedder
from broadsheet.search.engines.base import FacetName, Facets
from broadsheet.search.find import Found
from broadsheet.search.query import PREFERENCES, Inside, Last, PaperQuery, Preference, Sort, written_years
from broadsheet.web.alike import alike_context
from broadsheet.web.readings import told_notes, told_parts
from broadsheet.web.results import results

EXAMPLES = (
    "protein folding",
    "how do language models count",
    'title:survey "state space" -vision',
    "author:lecun year:2024..2025",
    "cat:cs.CL has:code votes:>10",
    "(mamba OR rwkv) speech",
)
# Parameters that name a part of a list and not the list.
_OF_A_PAGE = ("p", "upto")
_FACETS: Mapping[FacetName, tuple[str | Promise, str]] = {
    "category": (gettext_lazy("Category"), "cat"),
    "year": (gettext_lazy("Year"), "year"),
    "organisation": (gettext_lazy("Organisation"), "org"),
    "code": (gettext_lazy("Code"), "code"),
}
_ORDERS: Mapping[Sort, str | Promise] = {
    "relevance": gettext_lazy("relevance"),
    "newest": gettext_lazy("newest"),
    "votes": gettext_lazy("votes"),
    "comments": gettext_lazy("comments"),
    "trending": gettext_lazy("trending"),
    "rising": gettext_lazy("rising"),
    "saved": gettext_lazy("as saved"),
}
_PREFERENCES: Mapping[Preference, str | Promise] = {
    "recent": gettext_lazy("recent"),
    "popular": gettext_lazy("popular"),
}
LAST: Mapping[Last, str | Promise] = {
    "day": gettext_lazy("new today"),
    "week": gettext_lazy("new this week"),
    "month": gettext_lazy("new this month"),
}
INSIDE: Mapping[Inside, str | Promise] = {
    "saved": gettext_lazy("what you saved"),
    "voted": gettext_lazy("what you voted for"),
    "read": gettext_lazy("what you read"),
    "noted": gettext_lazy("what you noted"),
    "followed": gettext_lazy("what you follow"),
}
# What the form's own fields do not ask for goes with it unseen.
_IN_THE_FORM = ("q", "mode", "from", "to", "cat", "inside", "view", *_OF_A_PAGE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to another list: its label, its address, whether it is the present one; perhaps how many papers it has."""

    label: str
    url: str
    is_chosen: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FacetChoices:
    """The values of one facet."""

    label: str
    choices: tuple[Choice, ...]


def search_context(request: HttpRequest, query: PaperQuery, found: Found) -> dict[str, Any]:
    """Everything on the search page but the list that every list page has."""
    facets = found.facets()
    names = _organisation_names(query, facets)
    address = _Address(request)
    alike = {}
    if query.like and found.answer is not None:
        alike = alike_context(found.answer.asked, {name: address.less("like", name) for name in query.like})
    return {
        "alike": alike,
        "is_strict_told": bool(query.words) and found.answer is not None and found.answer.strict is not None,
        "has_model": embedder.encoder() is not None,
        "offered": [code for code, _count in facets.get("category", [])],
        "results": results(found),
        "parts": told_parts(found.reading),
        "notes": told_notes(found.reading),
        "suggestion_url": address.with_value("q", found.suggestion) if found.suggestion else "",
        "chosen": _chosen(address, query, names),
        "facets": _facets(address, facets, names),
        "orders": _orders(address, query),
        "preferences": _preferences(address, query),
        "by_meaning_url": address.with_value("mode", "meaning"),
        "unfiltered_url": address.only("q", "mode", "like"),
        "carried": [pair for pair in address.pairs if pair[0] not in _IN_THE_FORM],
        "has_options": bool(
            query.categories or query.day_from or query.day_to or query.inside or query.mode != "hybrid"
        ),
        "insides": INSIDE.items(),
        "examples": [Choice(text, search_url([("q", text)])) for text in EXAMPLES],
    }


def search_url(pairs: Iterable[tuple[str, str]]) -> str:
    """The address of a search with these parameters."""
    text = urlencode(list(pairs))
    return reverse("web:search") + (f"?{text}" if text else "")


class _Address:
    """The address of a search, and of searches that differ from it in one thing."""

    def __init__(self, request: HttpRequest) -> None:
        self.pairs = [(name, text) for name in request.GET for text in request.GET.getlist(name) if text]

    def without(self, *names: str) -> str:
        """Without some parameters."""
        return search_url(pair for pair in self.pairs if pair[0] not in (*_OF_A_PAGE, *names))

    def only(self, *names: str) -> str:
        """With some parameters and no others."""
        return search_url(pair for pair in self.pairs if pair[0] in names)

    def less(self, name: str, value: str) -> str:
        """Without one value of a parameter that may have several."""
        left = [pair for pair in self.pairs if pair[0] not in _OF_A_PAGE and pair != (name, value)]
        return search_url(left)

    def with_value(self, name: str, value: str) -> str:
        """With one value of a parameter instead of any other."""
        left_out = (*_OF_A_PAGE, name)
        return search_url([*(pair for pair in self.pairs if pair[0] not in left_out), (name, value)])


def _organisation_names(query: PaperQuery, facets: Facets) -> Mapping[str, str]:
    slugs = [slug for slug, _count in facets.get("organisation", [])]
    slugs += [query.organisation] if query.organisation else []
    return dict(Organisation.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}


def _chosen(address: _Address, query: PaperQuery, names: Mapping[str, str]) -> list[Choice]:
    """What the list is narrowed to, each with the address of the list without it."""
    told = []
    for code in query.categories:
        rest = ",".join(other for other in query.categories if other != code)
        told.append(Choice(code, address.with_value("cat", rest) if rest else address.without("cat")))
    if query.years:
        told.append(Choice(written_years(query.years).replace("..", "–"), address.without("year")))
    if query.organisation:
        name = to_plain(names.get(query.organisation, query.organisation))
        told.append(Choice(name, address.without("org")))
    if query.author:
        told.append(Choice(_("by %(name)s") % {"name": printed_name_of(query.author)}, address.without("author")))
    if query.day_from or query.day_to:
        told.append(Choice(_days(query), address.without("date", "week", "month", "from", "to")))
    if query.last:
        told.append(Choice(str(LAST[query.last]), address.without("last")))
    if query.has_code:
        told.append(Choice(_("with code"), address.without("code")))
    if query.saved:
        page = SavedPage.objects.filter(slug=query.saved).first()
        label = _("saved page “%(title)s”") % {"title": to_plain(page.title) if page else query.saved}
        told.append(Choice(label, address.without("saved")))
    if query.inside:
        told.append(Choice(str(INSIDE[query.inside]), address.without("inside")))
    if query.collection:
        collection = Collection.objects.filter(key=query.collection).first()
        label = _("collection “%(title)s”") % {"title": collection.title if collection else query.collection}
        told.append(Choice(label, address.without("collection")))
    return told


def _days(query: PaperQuery) -> str:
    first, last = query.day_from, query.day_to
    if first and last:
        return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"
    if first:
        return _("from %(first)s") % {"first": first.isoformat()}
    return _("up to %(last)s") % {"last": last.isoformat() if last else ""}


def _facets(address: _Address, facets: Facets, names: Mapping[str, str]) -> list[FacetChoices]:
    """The facets of an answer as links that narrow it, or widen it again; those with nothing to choose are left out."""
    told = []
    for facet, (label, parameter) in _FACETS.items():
        chosen = {part.strip() for name, text in address.pairs if name == parameter for part in text.split(",")}
        values = tuple(
            Choice(
                label=_label(facet, value, names),
                url=address.without(parameter) if value in chosen else address.with_value(parameter, value),
                is_chosen=value in chosen,
                count=count,
            )
            for value, count in _in_order(facet, facets)
        )
        if len(values) > 1 or any(choice.is_chosen for choice in values) or (facet == "code" and values):
            told.append(FacetChoices(str(label), values))
    return told


def _in_order(facet: FacetName, facets: Facets) -> list[tuple[str, int]]:
    """The most frequent values first; of the most frequent years the newest."""
    values = facets.get(facet, [])
    return sorted(values, reverse=True) if facet == "year" else values


def _label(facet: FacetName, value: str, names: Mapping[str, str]) -> str:
    if facet == "code":
        return _("with code")
    return to_plain(names.get(value, value)) if facet == "organisation" else value


def _orders(address: _Address, query: PaperQuery) -> Sequence[Choice]:
    """The orders of a list; the first one is its own."""
    sorts: list[Sort] = ["newest", "trending", "votes", "comments"]
    if query.saved or query.inside or query.collection:
        sorts.insert(0, "saved")
    if query.words or query.like:
        sorts.insert(0, "relevance")
    return [Choice(str(_ORDERS[sort]), address.with_value("sort", sort), query.order == sort) for sort in sorts]


def _preferences(address: _Address, query: PaperQuery) -> Sequence[Choice]:
    """What relevance may lean to; following the chosen one again lets it go."""
    if query.order != "relevance":
        return []
    return [
        Choice(
            str(_PREFERENCES[name]),
            address.without("prefer") if query.prefer == name else address.with_value("prefer", name),
            query.prefer == name,
        )
        for name in PREFERENCES
    ]
