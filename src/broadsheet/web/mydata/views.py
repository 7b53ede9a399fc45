"""Their data is theirs: people take everything along, or have it erased. Suspended people may as well."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from broadsheet.community.access import RefusedError
from broadsheet.community.erasing import VotesLeft, erase
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account
from broadsheet.community.taking_along import take_along
from broadsheet.web import errors
from broadsheet.web.access import for_members
from broadsheet.web.networks import address_of, network_of


@require_safe
@for_members
def data(request: HttpRequest) -> HttpResponse:
    """What can be done with all of one's data."""
    return _page(request)


@require_POST
@for_members
def take(request: HttpRequest) -> HttpResponse:
    """Everything as one ZIP, sent while it is written. A form, since it is noted in the log."""
    account = cast("Account", request.user)
    try:
        spend("take along", account)
    except TooManyError as error:
        return errors.too_many(request, error)
    response = StreamingHttpResponse(
        take_along(account, network=network_of(address_of(request))), content_type="application/zip"
    )
    response["Content-Disposition"] = 'attachment; filename="broadsheet.zip"'
    return cast("HttpResponse", response)


@require_POST
@for_members
@reauthentication_required(enabled=lambda request: not request.user.has_usable_password())  # type: ignore[untyped-decorator]
def erase_me(request: HttpRequest) -> HttpResponse:
    """Erase the account and all that is in it: needs its name typed, and the password or signing in anew."""
    account = cast("Account", request.user)
    votes_are = request.POST.get("votes", "")
    try:
        spend("erase", account)
        if request.POST.get("name", "").strip() != account.username:
            raise RefusedError(_("Please type %(name)s, so that nothing is erased by mistake.") % {"name": account})
        if account.has_usable_password() and not account.check_password(request.POST.get("password", "")):
            raise RefusedError(_("This is not your password."))
        if votes_are not in ("anonymise", "withdraw"):
            raise RefusedError(_("Please choose what becomes of your votes."))
        erase(Account.objects.get(pk=account.pk), votes_are=cast("VotesLeft", votes_are))
    except RefusedError as error:
        return _page(request, problem=str(error), status=400)
    except TooManyError as error:
        return errors.too_many(request, error)
    request.session.flush()
    request.user = AnonymousUser()
    return render(request, "web/mydata/erased.html", {"heading": _("Erased")})


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    told = {
        "heading": _("Your data"),
        "problem": problem,
        "votes": request.POST.get("votes", "anonymise"),
        "has_password": cast("Account", request.user).has_usable_password(),
    }
    return render(request, "web/mydata/data.html", told, status=status)
