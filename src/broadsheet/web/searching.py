"""What the search page shows beside the papers: how the question was read, facets to narrow by, other orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.models import Organisation
from broadsheet.catalogue.text import to_plain
from broadsheet.search.engines.base import FacetName, Facets
from broadsheet.search.find import Found
from broadsheet.search.language import Note, Part, describe
from broadsheet.search.query import PaperQuery

# Parameters that name a part of a list and not the list.
_OF_A_PAGE = ("p", "upto")
_FIELDS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("in the title"),
    "abstract": gettext_lazy("in the abstract"),
    "author": gettext_lazy("by"),
    "org": gettext_lazy("from"),
    "cat": gettext_lazy("category"),
    "id": gettext_lazy("paper"),
    "year": gettext_lazy("year"),
    "date": gettext_lazy("listed on"),
    "has": gettext_lazy("with"),
    "votes": gettext_lazy("votes"),
    "comments": gettext_lazy("comments"),
    "lang": gettext_lazy("language"),
}
_NOTES: Mapping[str, str | Promise] = {
    "syntax": gettext_lazy("“%(part)s” was searched as words."),
    "value": gettext_lazy("“%(part)s” is no value that can be asked for; it was searched as words."),
    "operator": gettext_lazy("“%(part)s” stands alone and was searched as a word."),
    "empty": gettext_lazy("“%(part)s” says nothing to look for."),
    "unknown": gettext_lazy("No paper is known as “%(part)s”."),
    "length": gettext_lazy("What follows “%(part)s” was left out: the question is too long."),
}
_FACETS: Mapping[FacetName, tuple[str | Promise, str]] = {
    "category": (gettext_lazy("Category"), "cat"),
    "year": (gettext_lazy("Year"), "year"),
    "organisation": (gettext_lazy("Organisation"), "org"),
    "code": (gettext_lazy("Code"), "code"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to narrow by: its label, how many papers have it, the address that does so, whether it is chosen."""

    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetChoices:
    """The values of one facet."""

    label: str
    choices: tuple[Choice, ...]


def told_parts(found: Found) -> list[str]:
    """How the question was read, part by part; empty where it is nothing but words."""
    if found.reading is None:
        return []
    parts = describe(found.reading)
    return (
        [] if all(part.kind == "words" and not part.is_excluded for part in parts) else [_told(part) for part in parts]
    )


def _told(part: Part) -> str:
    if part.kind == "words":
        text = " ".join(part.values)
    elif part.kind == "phrase":
        text = f"“{' '.join(part.values)}”"
    elif part.kind in ("all", "any"):
        between = _(" and ") if part.kind == "all" else _(" or ")
        text = "(" + between.join(_told(inner) for inner in part.parts) + ")"
    else:
        text = f"{_FIELDS.get(part.kind, part.kind)} {', '.join(part.values)}"
    return _("not %(part)s") % {"part": text} if part.is_excluded else text


def told_notes(found: Found) -> list[str]:
    """What could not be read as its syntax says, in sentences."""
    notes: Sequence[Note] = found.reading.notes if found.reading else ()
    return [str(_NOTES[note.kind]) % {"part": note.part} for note in notes]


def choices(request: HttpRequest, query: PaperQuery, facets: Facets) -> list[FacetChoices]:
    """The facets of an answer as links that narrow it, or widen it again; those with nothing to choose are left out."""
    names = dict(
        Organisation.objects.filter(slug__in=[slug for slug, _ in facets.get("organisation", [])]).values_list(
            "slug", "name"
        )
    )
    told = []
    for facet, (label, parameter) in _FACETS.items():
        chosen = set(request.GET.getlist(parameter))
        values = [
            Choice(
                label=_label(facet, value, names),
                count=count,
                url=_toggled(request, parameter, value),
                is_chosen=value in chosen or (facet == "category" and value in query.categories),
            )
            for value, count in facets.get(facet, [])
        ]
        if len(values) > 1 or any(choice.is_chosen for choice in values) or (facet == "code" and values):
            told.append(FacetChoices(str(label), tuple(values)))
    return told


def _label(facet: FacetName, value: str, names: Mapping[str, str]) -> str:
    if facet == "code":
        return _("with code")
    return to_plain(names.get(value, value)) if facet == "organisation" else value


def _toggled(request: HttpRequest, parameter: str, value: str) -> str:
    """The address of the same search with one value of a parameter instead of any other, or without it."""
    pairs = _pairs(request, without=(*_OF_A_PAGE, parameter))
    is_on = value in request.GET.getlist(parameter)
    return _search_url([*pairs, *([] if is_on else [(parameter, value)])])


def suggestion_url(request: HttpRequest, words: str) -> str:
    """The address of the same search with other words."""
    return _search_url([("q", words), *_pairs(request, without=(*_OF_A_PAGE, "q"))])


def _pairs(request: HttpRequest, without: Iterable[str]) -> list[tuple[str, str]]:
    left_out = set(without)
    return [(name, text) for name in request.GET if name not in left_out for text in request.GET.getlist(name) if text]


def _search_url(pairs: Sequence[tuple[str, str]]) -> str:
    return f"{reverse('web:search')}?{urlencode(pairs)}"
