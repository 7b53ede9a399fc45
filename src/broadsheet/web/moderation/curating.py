"""The page on which curators put papers at the top of a day."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.community import curation
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Pin
from broadsheet.search.query import QueryError, parse_day
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_role
from broadsheet.web.moderation.acting import back, network, telling_refusals


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.CURATOR)
@telling_refusals
def curate(request: HttpRequest, text: str) -> HttpResponse:
    """``/curation/DAY``: what is pinned on a day; ``do`` is pin (``paper``, ``words``), unpin or up (``pin``)."""
    try:
        on = parse_day(text)
    except QueryError as error:
        return errors.refused_query(request, str(error))
    if request.method == "POST":
        _do(request, on)
        return back(request, request.path)
    context = {
        "heading": _("Pinned on %(day)s") % {"day": date_format(on, "l, j F Y")},
        "day": on,
        "pins": curation.pins_of(on),
        "longest": curation.LONGEST_WORDS,
        "most": curation.MOST_PINS,
    }
    return render(request, "web/moderation/curation.html", context)


def _do(request: HttpRequest, on: date) -> None:
    by, where = account_of(request), network(request)
    act, number = request.POST.get("do", ""), request.POST.get("pin", "")
    if act == "pin":
        paper = shown_paper_named(request.POST.get("paper", ""))
        if paper is None:
            raise RefusedError(_("No paper here has this name."))
        curation.pin(paper, on, by, request.POST.get("words", ""), network=where)
        messages.success(request, _("It leads the day's list, behind what was pinned before."))
        return
    rows = Pin.objects.select_related("paper").filter(listed_on=on)
    row = get_object_or_404(rows, pk=int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0)
    if act == "unpin":
        curation.unpin(row, by, network=where)
    elif act == "up":
        curation.move_up(row, by, network=where)
