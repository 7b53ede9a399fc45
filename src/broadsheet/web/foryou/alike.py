"""Recommendations from any set of papers: a list of names, a collection, a library, a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue.lookup import numbers_named
from broadsheet.ranking.personal.serving import for_papers
from broadsheet.search.find import numbers_found
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.web.access import for_everybody, private
from broadsheet.web.foryou import words
from broadsheet.web.foryou.page import shown_with_reasons
from broadsheet.web.lists import PAPERS_ON_A_PAGE, Paging, page_number

ON_A_PAGE: Final = 20
MOST_GIVEN, MOST_FOUND = 100, PAPERS_ON_A_PAGE
"""So many papers of a list are learnt from, and so many of an answer to words, which has others at its end."""
MOST_PAGES: Final = 10


@for_everybody
def recommended(request: HttpRequest) -> HttpResponse:
    """``GET /recommended``: new papers for whoever likes those that a query means, each with the reason.

    With ``like`` alone these are the papers of these names; otherwise the first of what the query finds
    (``collection=KEY``, ``inside=saved``, ``q=WORDS`` and all others).
    """
    query, number = resolved(parse(request.GET), request.user), page_number(request)
    given = _given(query)
    if number > MOST_PAGES:
        raise QueryError("p", str(number), f"a page number from 1 to {MOST_PAGES}")
    found = for_papers(given, now=timezone.now(), limit=ON_A_PAGE, page=number)
    shown, spoken_of = shown_with_reasons(request, found.recommendations)
    there = [one for one in found.recommendations if one.paper_id in shown]
    count = min(MOST_PAGES, max(1, -(-found.total // ON_A_PAGE)))
    context = {
        "heading": ngettext("Recommended from this paper", "Recommended from these %(n)d papers", len(given))
        % {"n": len(given)},
        "given": given,
        "paging": Paging(number=number, count=count, size=ON_A_PAGE),
        "params": [(name, text) for name in request.GET if name != "p" for text in request.GET.getlist(name)],
        "because": {one.paper_id: words.because(one, shown, spoken_of) for one in there},
        "density": "item",
        "rest": [shown[one.paper_id] for one in there],
    }
    response = render(request, "web/foryou/recommended.html", context)
    return private(response) if is_personal(query) else response


def _given(query: PaperQuery) -> Sequence[int]:
    """The papers (row ids) of the set. Raises ``QueryError`` where a query says nothing or finds nothing."""
    if not query.params():
        raise QueryError("like", "", _("the name of a paper, or a query"))
    if query == PaperQuery(like=query.like):
        given = list(dict.fromkeys(numbers_named(query.like).values()))
    else:
        most = MOST_FOUND if query.words or query.like else MOST_GIVEN
        given = numbers_found(query, limit=most)
    if not given:
        raise QueryError("like", ", ".join(query.like), _("papers of this site"))
    return given
