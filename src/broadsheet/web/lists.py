"""What every list page has: its query, its papers, its pages and its feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.search.find import Found, find
from broadsheet.search.query import PaperQuery, QueryError
from broadsheet.web.mine import mine

PAPERS_ON_A_PAGE = 30
# A saved page opens whole, as it was saved; its cards are short.
PAPERS_ON_A_SAVED_PAGE = 1_000
# One line a paper: more of them are seen at once.
PAPERS_ON_A_LINE_PAGE = 100
SECONDS_COUNT = 3
# Beside a lead with a shorter abstract a third of them would stand below its end.
ABSTRACT_FOR_ALL_SECONDS = 700
VIEWS = ("front", "lines")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list this is and how many there are; pages count from 1."""

    number: int
    count: int
    size: int

    @property
    def offset(self) -> int:
        """How many papers come before this page."""
        return (self.number - 1) * self.size

    @property
    def before(self) -> int | None:
        """The page before this one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """The page after this one."""
        return self.number + 1 if self.number < self.count else None


def page_number(request: HttpRequest) -> int:
    """The page that a request asks for.

    Raises ``QueryError`` when that is no page number.
    """
    text = request.GET.get("p", "") or "1"
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
        raise QueryError("p", text, "a page number from 1")
    return int(text)


def list_page(
    request: HttpRequest,
    query: PaperQuery,
    *,
    template: str,
    heading: str,
    context: dict[str, Any],
    size: int = PAPERS_ON_A_PAGE,
    density: str = "item",
    is_newest_day: bool = False,
    more: Callable[[Found], dict[str, Any]] = lambda found: {},
) -> HttpResponse:
    """Render a list page of ``query``; the feeds of the newest day's page move on with the days.

    Links to other pages of the list hold it to the papers that are there now. ``more`` adds to the context what
    depends on the papers found.
    Raises ``QueryError`` for a page number that does not exist and for an unknown ``view``.
    """
    number, is_lines = page_number(request), _view(request) == "lines"
    size, density = (max(size, PAPERS_ON_A_LINE_PAGE), "line") if is_lines else (size, density)
    found = find(query, offset=(number - 1) * size, limit=size)
    paging = Paging(number=number, count=max(1, -(-found.total // size)), size=size)
    mine(request).about(found.papers)
    if number > paging.count:
        raise QueryError("p", str(number), f"a page number from 1 to {paging.count}")
    return render(
        request,
        template,
        context
        | ({"rest": found.papers} if is_lines else front(query, found, paging))
        | {
            "heading": heading,
            "density": density,
            "is_lines": is_lines,
            "is_ranked": query.order == "saved",
            "query": query,
            "followed": None if is_newest_day else query,
            "found": found,
            "paging": paging,
            "params": _params(request),
            "upto": [("upto", str(found.upto))] if found.upto else [],
        }
        | more(found),
    )


def _params(request: HttpRequest) -> list[tuple[str, str]]:
    """The parameters of a list without those of one of its pages."""
    return [(name, text) for name in request.GET if name not in ("p", "upto") for text in request.GET.getlist(name)]


def _view(request: HttpRequest) -> str:
    view = request.GET.get("view", "") or VIEWS[0]
    if view not in VIEWS:
        raise QueryError("view", view, "one of " + ", ".join(VIEWS))
    return view


def front(query: PaperQuery, found: Found, paging: Paging) -> dict[str, Any]:
    """The order of a front page: a lead, a few seconds, then the rest; elsewhere all papers are the rest."""
    is_front = query.order == "votes" and not query.words and paging.number == 1 and len(found.papers) > SECONDS_COUNT
    lead = found.papers[0] if is_front else None
    is_short = lead is not None and len(lead.abstract) < ABSTRACT_FOR_ALL_SECONDS
    cut = 1 + SECONDS_COUNT - is_short if is_front else 0
    return {
        "lead": lead,
        "seconds": found.papers[1:cut],
        "rest": found.papers[cut:],
    }
