"""The curators' queue of what people have brought, where the instance wants a look at it first."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from broadsheet.community import submissions as bringing
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Submission
from broadsheet.web.access import account_of, for_role
from broadsheet.web.networks import address_of, network_of

SHOWN_ON_A_PAGE = 30
LONGEST_REASON = 1_000


@require_safe
@for_role(Account.Role.CURATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """``/submissions/queue``: what waits, the oldest first."""
    rows = bringing.waiting().prefetch_related("paper__authorships")
    page = Paginator(rows, SHOWN_ON_A_PAGE).get_page(request.GET.get("p"))
    return render(request, "web/submitting/queue.html", {"heading": _("Submissions that wait"), "page": page})


@require_POST
@for_role(Account.Role.CURATOR)
def decision(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /submissions/KEY/decision`` with ``do`` (approve or refuse) and ``reason``."""
    row = get_object_or_404(Submission, key=key)
    curator, network = account_of(request), network_of(address_of(request))
    try:
        if request.POST.get("do") == "approve":
            bringing.approve(curator, row, network=network)
        else:
            reason = request.POST.get("reason", "")[:LONGEST_REASON]
            bringing.turn_down(curator, row, reason, network=network)
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("web:submission_queue")
