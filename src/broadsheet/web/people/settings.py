"""A person's settings: what others read of it, and tokens for programs."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.community import tokens
from broadsheet.community.access import RefusedError
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.networks import address_of, network_of
from broadsheet.web.people.forms import ProfileForm, TokenForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def profile(request: HttpRequest) -> HttpResponse:
    """The form of one's own page, and where everything else about an account is set."""
    if request.method == "POST":
        return _save(request)
    return _profile_page(request, ProfileForm(account_of(request)))


@for_active_members
def _save(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(account_of(request), request.POST)
    if not form.is_valid():
        return _profile_page(request, form, status=400)
    form.save()
    messages.success(request, _("Your settings were saved."))
    return redirect("web:settings")


def _profile_page(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    return render(request, "web/people/settings.html", {"heading": _("Settings"), "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def token_list(request: HttpRequest) -> HttpResponse:
    """One's tokens; POST makes one and shows it, this once."""
    if request.method == "POST":
        return _make(request)
    return _tokens_page(request, TokenForm(account_of(request)))


@for_active_members
def _make(request: HttpRequest) -> HttpResponse:
    account, form = account_of(request), TokenForm(account_of(request), request.POST)
    if not form.is_valid():
        return _tokens_page(request, form, status=400)
    told, last = form.cleaned_data, form.cleaned_data["expires_on"]
    try:
        _token, text = tokens.make(
            account,
            name=told["name"],
            scopes=[told["scope"]],
            # To the end of the day that was named.
            expires_at=timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) if last else None,
            network=network_of(address_of(request)),
        )
    except RefusedError as error:
        form.add_error(None, str(error))
        return _tokens_page(request, form, status=400)
    return _tokens_page(request, TokenForm(account), made=text)


def _tokens_page(request: HttpRequest, form: TokenForm, *, made: str = "", status: int = 200) -> HttpResponse:
    told = {
        "heading": _("Tokens"),
        "form": form,
        "made": made,
        "tokens": tokens.tokens_of(account_of(request)),
        "now": timezone.now(),
    }
    return render(request, "web/people/tokens.html", told, status=status)


@require_POST
@for_members
def token_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own tokens at once. Suspended people may as well: it takes nothing from anybody."""
    account = account_of(request)
    token = tokens.tokens_of(account).filter(pk=number).first()
    if token is None:
        raise Http404
    tokens.revoke(token, actor=account, network=network_of(address_of(request)))
    messages.success(request, _("The token %(name)s no longer works.") % {"name": token.name})
    return redirect("web:tokens")
