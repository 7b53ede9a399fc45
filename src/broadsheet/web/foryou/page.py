"""What is recommended to a person, as a page in the newspaper's style and as feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import is_member
from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.impressions import note_shown
from broadsheet.ranking.personal.kinds import Recommendation
from broadsheet.ranking.personal.serving import for_you
from broadsheet.search.query import QueryError
from broadsheet.web.access import account_of, for_everybody, for_members
from broadsheet.web.feeds.recommended import for_you_feed
from broadsheet.web.feeds.values import Kind
from broadsheet.web.foryou import words
from broadsheet.web.library.acting import cards
from broadsheet.web.lists import SECONDS_COUNT, Paging, page_number

ON_A_PAGE = 20
FEEDS = (("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json"))


@for_everybody
def for_you_page(request: HttpRequest) -> HttpResponse:
    """``GET /for-you``: papers for the reader, each with the reason; whoever told nothing yet is led to telling it.

    Somebody who is not signed in reads what it would be. That a page was shown is noted for those who allow it.
    """
    if not is_member(request.user):
        return render(request, "web/foryou/outside.html", {"heading": _("For you")})
    account, number, now = account_of(request), page_number(request), timezone.now()
    found = for_you(account, now=now, limit=ON_A_PAGE, page=number)
    if not found.is_on:
        return render(request, "web/foryou/off.html", {"heading": _("For you")})
    if found.is_cold:
        return HttpResponseRedirect(reverse("web:for_you_start"))
    paging = Paging(number=number, count=max(1, -(-found.total // ON_A_PAGE)), size=ON_A_PAGE)
    if number > paging.count:
        raise QueryError("p", str(number), f"a page number from 1 to {paging.count}")
    shown, spoken_of = shown_with_reasons(request, found.recommendations)
    there = [one for one in found.recommendations if one.paper_id in shown]
    note_shown(account, Impression.Surface.FOR_YOU, there, now, is_allowed=found.is_logged)
    context = {
        "heading": _("For you"),
        "total": found.total,
        "paging": paging,
        "params": [],
        "feeds": FEEDS,
        "because": {one.paper_id: words.because(one, shown, spoken_of) for one in there},
        **front([shown[one.paper_id] for one in there], is_first=number == 1),
    }
    return render(request, "web/foryou/for_you.html", context)


@require_safe
@for_members
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """``GET /for-you/feed.KIND``: the same papers for one's own feed reader, signed in as with every private feed."""
    own_url = settings.BASE_URL + reverse("web:for_you_feed", args=[kind])
    return for_you_feed(request, cast("Kind", kind), account_of(request), own_url)


def shown_with_reasons(
    request: HttpRequest, recommendations: Sequence[Recommendation]
) -> tuple[Mapping[int, Paper], Mapping[int, Paper]]:
    """The recommended papers as cards need them, and those that reasons speak of, by row id; hidden ones are not."""
    numbers = {one.paper_id for one in recommendations}
    # One look-up for both: what is spoken of is often few papers, and always few for a page.
    papers = cards(request, numbers | words.papers_in(recommendations))
    return {number: paper for number, paper in papers.items() if number in numbers}, papers


def front(papers: Sequence[Paper], *, is_first: bool) -> dict[str, Any]:
    """Papers set as on the front page: a lead, a few seconds, then the rest; on later pages all are the rest."""
    is_front = is_first and len(papers) > SECONDS_COUNT
    cut = SECONDS_COUNT if is_front else 0
    return {
        "density": "item",
        "lead": papers[0] if is_front else None,
        "seconds": papers[1:cut],
        "rest": papers[cut:],
    }
