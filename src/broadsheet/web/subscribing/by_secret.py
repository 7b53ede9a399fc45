"""What an address without an account is sent, changed by the secret that stands in each of its letters."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community.access import RefusedError
from broadsheet.community.models import Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.letters.links import archive_url
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.web import errors
from broadsheet.web.letters.keeping import by_address
from broadsheet.web.subscribing import showing
from broadsheet.web.subscribing.forms import BOUNDS, DigestForm, form_given, form_of


@by_address("same-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def by_secret(request: HttpRequest, secret: str) -> HttpResponse:
    """``/subscriptions/by/SECRET``: change, pause, resume or end one; a person's own is led to its own page.

    Letters are handed on, and the secret with them: so the address is shown in part, and only this one subscription
    can be changed here.
    """
    row = Subscription.objects.filter(secret=secret.lower(), outlet=Subscription.Outlet.MAIL, ended_at=None).first()
    if row is None:
        raise Http404
    if row.account_id is not None:
        return HttpResponseRedirect(reverse("web:subscription", args=[row.key]))
    if row.confirmed_at is None:
        raise Http404
    # Also for somebody who is signed in: what is asked is asked by the address, which is nobody's here.
    whose = AnonymousUser()
    if request.method != "POST":
        return _page(request, row, form_of(whose, subscribing.wish_of(row)))
    return _do(request, row, form_given(whose, subscribing.wish_of(row), request.POST))


def _do(request: HttpRequest, row: Subscription, form: DigestForm) -> HttpResponse:
    todo = request.POST.get("do", "")
    if todo == "end":
        subscribing.end(row.secret, "page")
        return render(request, "web/subscribing/unsubscribed.html", {"heading": _("Ended"), "is_all": False})
    if todo == "pause":
        subscribing.pause(row)
    elif todo == "resume":
        subscribing.resume(row)
    elif todo == "keep":
        try:
            if form.problem:
                raise RefusedError(form.problem)
            subscribing.change(row, form.wish)
        except RefusedError as error:
            form.problem = str(error)
            return _page(request, row, form)
    else:
        return errors.refused(request, _("This form is not known."))
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("web:subscription_by_secret", args=[row.secret]))


def _page(request: HttpRequest, row: Subscription, form: DigestForm) -> HttpResponse:
    told = {
        "heading": row.name,
        "subscription": row,
        "masked": masked(row.address),
        "when": when_told(row),
        "archive": archive_url(row),
        "form": form,
        "zones": showing.zones(),
    }
    return render(request, "web/subscribing/by_secret.html", told | BOUNDS, status=400 if form.problem else 200)


def masked(address: str) -> str:
    """An address of which its owner knows which one it is, and others do not: ``a…@example.org``."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
