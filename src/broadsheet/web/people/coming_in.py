"""How people come in: invitations, and the accounts that wait for an admin."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.community import invitations, people
from broadsheet.community.access import RefusedError, is_admin, is_member
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Invitation
from broadsheet.web import errors
from broadsheet.web.access import for_active_members, for_role, private
from broadsheet.web.networks import address_of, network_of
from broadsheet.web.people.forms import InvitationForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def invitation_list(request: HttpRequest) -> HttpResponse:
    """One's open invitations (an admin sees everybody's); POST makes one and shows its address, this once."""
    account = cast("Account", request.user)
    if not invitations.may_invite(account):
        raise Http404
    form = InvitationForm(account, request.POST if request.method == "POST" else None)
    made = ""
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            _invitation, code = invitations.invite(
                account,
                email=told["email"],
                role=Account.Role(told["role"]),
                days=told["days"],
                network=network_of(address_of(request)),
            )
            made, form = settings.BASE_URL + reverse("web:join", args=[code]), InvitationForm(account)
        except RefusedError as error:
            form.add_error(None, str(error))
        except TooManyError as error:
            return errors.too_many(request, error)
    status = 400 if form.is_bound and form.errors else 200
    context = {"heading": _("Invitations"), "form": form, "made": made, "invitations": _of(account)}
    return render(request, "web/people/invitations.html", context, status=status)


@require_POST
@for_active_members
def invitation_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """End an invitation of one's own; an admin may end any."""
    account = cast("Account", request.user)
    invitation = _of(account).filter(pk=number).first()
    if invitation is None:
        raise Http404
    invitations.withdraw(invitation, actor=account, network=network_of(address_of(request)))
    messages.success(request, _("The invitation no longer lets anybody in."))
    return redirect("web:invitations") if invitations.may_invite(account) else redirect("web:settings")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What an invitation says; POST keeps it for signing up, which follows."""
    invitation = invitations.invitation_for(code)
    if invitation is None or settings.MODE == "single":
        raise Http404
    if request.method == "POST" and not is_member(request.user):
        request.session[people.INVITATION_KEY] = code
        return private(redirect("account_signup"))
    return private(render(request, "web/people/join.html", {"heading": _("You are invited"), "invitation": invitation}))


@require_safe
@for_role(Account.Role.ADMIN)
def waiting(request: HttpRequest) -> HttpResponse:
    """The accounts that wait for an admin."""
    return render(
        request, "web/people/waiting.html", {"heading": _("Who waits to come in"), "waiting": people.waiting()}
    )


@require_POST
@for_role(Account.Role.ADMIN)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Let somebody in (``approve``) or turn somebody away (``refuse``, with ``why``)."""
    actor, account = cast("Account", request.user), get_object_or_404(Account, pk=number)
    try:
        if "approve" in request.POST:
            people.approve(account, actor=actor, network=network_of(address_of(request)))
            messages.success(request, _("%(name)s is in.") % {"name": account.username})
        elif "refuse" in request.POST:
            people.refuse(
                account, request.POST.get("why", "")[:1_000], actor=actor, network=network_of(address_of(request))
            )
            messages.success(request, _("%(name)s was turned away.") % {"name": account.username})
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("web:waiting")


def _of(account: Account) -> QuerySet[Invitation]:
    held = invitations.open_invitations().select_related("invited_by")
    return held if is_admin(account) else held.filter(invited_by=account)
