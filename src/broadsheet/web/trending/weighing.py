"""The page on which admins weigh attention, and see what that does to a past week before it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community.models import Account
from broadsheet.ranking.daily import nearest_day, today
from broadsheet.ranking.trending.preview import preview
from broadsheet.ranking.trending.weighing import weigh, weights_now
from broadsheet.ranking.trending.weights import BOUNDS, NAMES, Weights, WeightsError
from broadsheet.search.query import QueryError, week_of, week_span
from broadsheet.web.access import account_of, for_role
from broadsheet.web.moderation.acting import network, telling_refusals
from broadsheet.web.trending.words import MEANINGS, figure
from broadsheet.web.trending.words import NAMES as WORDS


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.ADMIN)
@telling_refusals
def weights(request: HttpRequest) -> HttpResponse:
    """``/trending/weights``: a weight of each name, and ``do``: preview (of a ``week``), save, or reset."""
    act = request.POST.get("do", "")
    held = weights_now()
    if act == "reset":
        return _saved(request, {})
    given = {name: request.POST[name].replace(",", ".") for name in NAMES if request.POST.get(name)}
    try:
        wanted = Weights().with_changes(given) if given else held
    except WeightsError as error:
        return _page(request, held, given, problem=_problem(error))
    if act == "save":
        return _saved(request, given)
    try:
        first, last = week_span(request.POST.get("week") or week_of(_last_week()))
    except QueryError:
        return _page(request, held, given, problem=_("A week is written like this: 2025-W44."))
    shown = {"preview": preview(held, wanted, first, last), "first": first, "last": last} if act == "preview" else {}
    return _page(request, held, wanted.plain(), week=week_of(first), **shown)


def _saved(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    weigh(given, account_of(request), network=network(request))
    messages.success(request, _("These weights hold now. The lists follow within minutes."))
    return redirect("web:trending_weights")


def _page(request: HttpRequest, held: Weights, given: Mapping[str, Any], **told: Any) -> HttpResponse:
    usual, now = Weights().plain(), held.plain()
    # What was sent and cannot be read stands there as it was sent.
    shown = {name: value if isinstance(value, str) else figure(value) for name, value in given.items()}
    context = {
        "heading": _("Weights of the trending list"),
        "rows": [
            {
                "name": name,
                "word": WORDS[name],
                "meaning": MEANINGS[name],
                "value": shown.get(name, figure(now[name])),
                "now": figure(now[name]),
                "usual": figure(usual[name]),
                "least": BOUNDS[name][0],
                "most": BOUNDS[name][1],
            }
            for name in NAMES
        ],
        "week": request.POST.get("week", "") or week_of(_last_week()),
    }
    return render(request, "web/trending/weights.html", context | told, status=400 if "problem" in told else 200)


def _problem(error: WeightsError) -> str:
    return _("%(name)s: a number from %(least)g to %(most)g, please.") % {
        "name": WORDS.get(error.name, error.name),
        "least": error.least,
        "most": error.most,
    }


def _last_week() -> date:
    """A day of the last whole week with papers."""
    monday = today() - timedelta(days=today().weekday())
    return nearest_day(monday - timedelta(days=1)) or monday - timedelta(days=1)
