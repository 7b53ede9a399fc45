"""Addresses without an account: they ask to be written to, agree, and are asked by a letter in between."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from broadsheet.community.access import RefusedError, is_member
from broadsheet.community.accounts.joining import JoiningForm
from broadsheet.community.limits import TooManyError
from broadsheet.delivery import confirming
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.subscribing import Wish
from broadsheet.web import errors
from broadsheet.web.access import private
from broadsheet.web.letters.keeping import by_address
from broadsheet.web.networks import address_of, network_of
from broadsheet.web.subscribing import showing
from broadsheet.web.subscribing.choices import beginning
from broadsheet.web.subscribing.forms import BOUNDS, DigestForm, form_given, form_of


class AddressForm(JoiningForm):
    """Where to write to, with what programs get wrong, as on the form of signing up."""

    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("reason_to_join", None)


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """``/subscribe``: an address asks to be written to. Every address is answered alike."""
    if is_member(request.user):
        asked = request.GET.urlencode()
        return private(HttpResponseRedirect(reverse("web:subscription_new") + (f"?{asked}" if asked else "")))
    if not confirming.takes_addresses():
        raise Http404
    if request.method != "POST":
        return _page(request, AddressForm(), form_of(request.user, _beginning(request)))
    whose, form = AddressForm(request.POST), form_given(request.user, _beginning(request), request.POST)
    # Nothing that a stranger typed is in the letter that asks; what it is called can be changed by whoever agreed.
    if not whose.is_valid() or form.problem:
        return _page(request, whose, form)
    return _ask(request, whose, form)


def _ask(request: HttpRequest, whose: AddressForm, form: DigestForm) -> HttpResponse:
    try:
        network = network_of(address_of(request))
        confirming.ask_to_confirm(whose.cleaned_data["address"], form.wish, network)
    except RefusedError as error:
        form.problem = str(error)
        return _page(request, whose, form)
    except TooManyError as error:
        return errors.too_many(request, error)
    except confirming.MailServerError as error:
        return errors.unreachable(request, str(error))
    context = {"heading": _("Look into your mail"), "hours": round(confirming.HELD_FOR.total_seconds() / 3600)}
    return private(render(request, "web/subscribing/asked.html", context))


@by_address("same-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """``/subscribe/TOKEN``: what a letter asks; a button (POST) agrees, opening the page changes nothing."""
    try:
        if request.method != "POST":
            row = confirming.waiting_for(token)
            if row.confirmed_at is None:
                told = {"heading": _("Do you want these letters?"), "subscription": row, "when": when_told(row)}
                return render(request, "web/subscribing/confirm.html", told)
        else:
            row = confirming.confirm(token)
    except RefusedError as error:
        return errors.refused(request, str(error))
    told = {"heading": _("You are on the list"), "subscription": row, "when": when_told(row)}
    return render(request, "web/subscribing/confirmed.html", told)


@by_address("same-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def write_again(request: HttpRequest, token: str) -> HttpResponse:
    """``/subscriptions/write-again/TOKEN``: whoever reads the mail of an address lets it be written to again (POST)."""
    try:
        address = confirming.written_to_again(token)
        if request.method == "POST":
            confirming.write_again(token)
    except RefusedError as error:
        return errors.refused(request, str(error))
    is_done = request.method == "POST"
    heading = _("Letters reach you again") if is_done else _("May we write to you again?")
    told = {"heading": heading, "address": address, "is_done": is_done}
    return render(request, "web/subscribing/again.html", told)


def _beginning(request: HttpRequest) -> Wish:
    return beginning(AnonymousUser(), request.GET.get("brings", ""), "", settings.TIME_ZONE)


def _page(request: HttpRequest, whose: AddressForm, form: DigestForm) -> HttpResponse:
    told = {"heading": _("Papers by mail"), "whose": whose, "form": form, "zones": showing.zones()} | BOUNDS
    status = 400 if form.problem or whose.errors else 200
    return private(render(request, "web/subscribing/subscribe.html", told, status=status))
