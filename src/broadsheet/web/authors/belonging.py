"""Saying that one belongs to an organisation, and the moderators' mark that it is so."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from broadsheet.catalogue.models import Organisation
from broadsheet.community import affiliations
from broadsheet.community.access import RefusedError, is_moderator
from broadsheet.community.models import Account, Affiliation
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members
from broadsheet.web.networks import address_of, network_of

LONGEST_REASON = 500


@require_POST
@for_active_members
def belong(request: HttpRequest) -> HttpResponse:
    """``POST /affiliations`` with ``organisation`` and ``do``: join or leave; moderators verify or doubt ``person``."""
    account = account_of(request)
    organisation = get_object_or_404(Organisation, slug=request.POST.get("organisation", "").replace("\0", ""))
    act = request.POST.get("do", "")
    try:
        if act == "join":
            affiliations.join(account, organisation)
        elif act == "leave":
            affiliations.leave(account, organisation)
        elif act in ("verify", "doubt"):
            _decide(request, account, organisation, is_verified=act == "verify")
        else:
            return errors.bad_request(request, ValueError(act))
    except RefusedError as error:
        return errors.refused(request, str(error))
    return redirect("web:organisation", organisation.slug)


def _decide(request: HttpRequest, account: Account, organisation: Organisation, *, is_verified: bool) -> None:
    if not is_moderator(account):
        raise Http404
    name = request.POST.get("person", "").replace("\0", "")
    row = get_object_or_404(Affiliation, organisation=organisation, account__username=name)
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:LONGEST_REASON]
    network = network_of(address_of(request))
    affiliations.decide(row, account, is_verified=is_verified, reason=reason, network=network)
