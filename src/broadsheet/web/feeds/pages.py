"""``/feeds``: the feeds of the instance and, for whoever is signed in, their own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from broadsheet.community.access import is_member
from broadsheet.delivery.feed_secrets import close_feeds, feed_secret_of, renew_feed_secret
from broadsheet.web.access import account_of, for_everybody, for_members
from broadsheet.web.feeds.shelves import own_shelves, public_shelves


@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """``GET /feeds``: every feed with its three addresses, and the lists of them as OPML."""
    reader, secret = request.user, ""
    context: dict[str, Any] = {"heading": _("Feeds"), "public": public_shelves(), "own": []}
    if is_member(reader):
        secret = feed_secret_of(reader)
        context |= {"own": own_shelves(reader, secret), "has_secret": bool(secret)}
        context["own_opml"] = reverse("web:private_opml", args=[secret]) if secret else reverse("web:my_opml")
    response = render(request, "web/feeds/feeds.html", context)
    if secret:
        # The addresses on it are secrets.
        response["Referrer-Policy"] = "same-origin"
    return response


@require_POST
@for_members
def change_secret(request: HttpRequest) -> HttpResponse:
    """``POST /feeds/secret``: ``do`` is ``new`` for (new) private addresses, ``close`` to have none."""
    account = account_of(request)
    if request.POST.get("do") == "close":
        close_feeds(account)
        messages.success(request, _("Your private feeds are closed: their addresses lead nowhere now."))
    else:
        renew_feed_secret(account)
        messages.success(request, _("Your private feeds have new addresses; any old ones lead nowhere now."))
    return redirect("web:feeds")
