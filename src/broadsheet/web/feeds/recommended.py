"""What is recommended to one person, as a feed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community.models import Account
from broadsheet.delivery.because import because, titles_spoken_of
from broadsheet.ranking.personal.serving import for_you
from broadsheet.search.find import papers_in_order
from broadsheet.web.feeds.answering import feed_of
from broadsheet.web.feeds.values import Channel, Kind

MOST_RECOMMENDED = 50


def for_you_feed(request: HttpRequest, kind: Kind, account: Account, own_url: str) -> HttpResponse:
    """The papers of the person's page "for you" in its order, each with the reason; empty while nothing was told."""
    found = for_you(account, now=timezone.now(), limit=MOST_RECOMMENDED)
    titles = titles_spoken_of(found.recommendations)
    reasons = {one.paper_id: because(one, titles) for one in found.recommendations}
    page = settings.BASE_URL + reverse("web:for_you")
    channel = Channel(
        title=_("%(name)s: for you") % {"name": settings.NAME},
        page_url=page,
        own_url=own_url,
        lasting_id=f"{page}#feed",
    )
    return feed_of(
        request,
        kind,
        papers_in_order([one.paper_id for one in found.recommendations]),
        channel,
        notes={number: words for number, words in reasons.items() if words},
    )
