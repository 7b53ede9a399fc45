"""The moderators' page of votes that the rules held."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community.held_votes import MOST_SHOWN, decide, held
from broadsheet.community.models import Account
from broadsheet.web.access import for_role


@for_role(Account.Role.MODERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def held_votes(request: HttpRequest) -> HttpResponse:
    """``GET /moderation/votes``: held votes by paper; POST with ``vote`` ids and ``do`` (count or reject) decides."""
    if request.method == "POST":
        chosen = [int(text) for text in request.POST.getlist("vote") if text.isascii() and text.isdigit()][:MOST_SHOWN]
        if isinstance(request.user, Account) and request.POST.get("do") in ("count", "reject"):
            is_counted = request.POST["do"] == "count"
            decide(request.user, chosen, is_counted=is_counted, reason=request.POST.get("reason", "")[:500])
        return redirect("web:held_votes")
    return render(request, "web/voting/held.html", {"heading": _("Held votes"), "held": held()})
