"""Ending by the secret that stands in every letter: by one click of a mail client, or by a page with a button.

Neither needs an account, a session, a cookie or the instance's key, so that the link in an old letter always works.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.community.models import Subscription, Suppression
from broadsheet.delivery import subscribing
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.suppressing import suppress
from broadsheet.web.letters.keeping import by_address

ONE_CLICK = ("List-Unsubscribe", "One-Click")


# A mail client that unsubscribes somebody has no form of ours and no cookie (RFC 8058, 3.1 and 3.2): the secret is the
# proof. Whoever knows it can do no more than end what is sent.
@csrf_exempt
@by_address("same-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, secret: str) -> HttpResponse:
    """``/unsubscribe/SECRET``: POST ends a subscription, any number of times; GET shows a page with a button.

    ``List-Unsubscribe=One-Click`` is what mail clients send (RFC 8058): it is answered 200 whether there is such a
    subscription (still) or not, without a redirect and without a cookie. The buttons of the page send ``do``.
    """
    if request.method == "POST" and request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        subscribing.end(secret, "one click")
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain; charset=utf-8")
    row = Subscription.objects.select_related("account").filter(secret=secret.lower()).first()
    todo = request.POST.get("do", "")
    if request.method != "POST" or todo not in ("end", "all"):
        return _page(request, row, status=200 if request.method != "POST" else 400)
    if row is not None and todo == "all":
        _end_all(row)
    subscribing.end(secret, "page")
    told = {"heading": _("Ended"), "is_all": row is not None and todo == "all"}
    return render(request, "web/subscribing/unsubscribed.html", told)


def _end_all(row: Subscription) -> None:
    """End all mail to where this subscription goes; other things that the instance writes are not its business."""
    address = subscribing.address_of(row)
    subscribing.end_all_of(row, "page")
    if address:
        suppress(address, Suppression.Reason.ASKED)


def _page(request: HttpRequest, row: Subscription | None, status: int) -> HttpResponse:
    told = {
        "heading": _("No more of these letters?"),
        "subscription": row,
        "when": when_told(row) if row is not None else "",
        "others": subscribing.siblings_of(row).exclude(pk=row.pk).count() if row is not None else 0,
    }
    return render(request, "web/subscribing/unsubscribe.html", told, status=status)
