"""What one person brought, as a feed."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.text import to_plain
from broadsheet.community import profiles
from broadsheet.community.access import is_member
from broadsheet.search.find import papers_in_order
from broadsheet.web.access import private
from broadsheet.web.feeds.answering import feed_of
from broadsheet.web.feeds.values import Channel, Kind

MOST_SUBMISSIONS = 100


@require_safe
def submissions_feed(request: HttpRequest, username: str, kind: str) -> HttpResponse:
    """``GET /people/NAME/submissions.KIND``: the listed papers that a person brought, the newest first."""
    account = profiles.person_named(username, request.user)
    if account is None:
        raise Http404
    numbers = profiles.submissions_shown(account).values_list("paper_id", flat=True)[:MOST_SUBMISSIONS]
    response = feed_of(
        request,
        cast("Kind", kind),
        papers_in_order(list(dict.fromkeys(number for number in numbers if number is not None))),
        Channel(
            title=_("%(site)s: %(name)s brought") % {"site": settings.NAME, "name": to_plain(account.shown_name)},
            page_url=settings.BASE_URL + reverse("web:person_section", args=[account.username, "submissions"]),
            own_url=settings.BASE_URL + reverse("web:submissions_feed", args=[account.username, kind]),
        ),
    )
    return private(response) if is_member(request.user) else response
