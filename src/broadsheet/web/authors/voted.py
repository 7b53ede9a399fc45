"""What a person votes for, as a feed; the page of it is a part of the profile."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.community import profiles
from broadsheet.community.access import is_member
from broadsheet.search.find import papers_in_order
from broadsheet.web.access import private
from broadsheet.web.feeds import feed_of
from broadsheet.web.feeds.values import Channel, Kind

MOST_VOTES = 100


@require_safe
def votes_feed(request: HttpRequest, username: str, kind: str) -> HttpResponse:
    """``GET /people/NAME/votes.rss|atom|json``: the papers that a person voted for, the newest vote first.

    404 where the person, or the instance, does not show votes to this reader; a feed reader is nobody in particular.
    """
    account = profiles.person_named(username, request.user)
    votes = profiles.votes_shown(account, request.user) if account is not None else None
    if account is None or votes is None:
        raise Http404
    papers = papers_in_order(list(votes.values_list("paper_id", flat=True)[:MOST_VOTES]))
    response = feed_of(
        request,
        cast("Kind", kind),
        papers,
        Channel(
            title=_("%(site)s: %(name)s votes for") % {"site": settings.NAME, "name": account.shown_name},
            page_url=settings.BASE_URL + reverse("web:person_section", args=[account.username, "votes"]),
            own_url=settings.BASE_URL + reverse("web:votes_feed", args=[account.username, kind]),
        ),
    )
    return private(response) if is_member(request.user) else response
