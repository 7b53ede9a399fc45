"""Pages for what goes wrong; each says what happened and where to go on."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from broadsheet.community.limits import TooManyError


def _page(request: HttpRequest, status: int, heading: str, text: str) -> HttpResponse:
    if not hasattr(request, "user"):
        # What was refused before anybody asked who is there, such as a host that is not ours.
        request.user = AnonymousUser()
    return render(request, "web/error.html", {"heading": heading, "text": text, "status": status}, status=status)


def refused_query(request: HttpRequest, problem: str) -> HttpResponse:
    """A query string that cannot be understood (400)."""
    return _page(request, 400, _("This question could not be read"), problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be understood, or that is larger than any form of ours (400)."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, 400, _("This is too much at once"), _("What was sent is larger than this site takes."))
    return _page(request, 400, _("This request could not be read"), _("The address or its parameters are not valid."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something that is not for this reader (403)."""
    return _page(request, 403, _("Not for you"), _("You may not see this page."))


def refused(request: HttpRequest, why: str) -> HttpResponse:
    """Something that this person may not do now, with the reason (403)."""
    return _page(request, 403, _("This cannot be done now"), why)


def too_many(request: HttpRequest, error: TooManyError) -> HttpResponse:
    """A limit is used up (429, RFC 6585), with the seconds to wait in Retry-After."""
    response = _page(request, 429, _("One moment"), str(error))
    response["Retry-After"] = str(error.wait_seconds)
    return response


def unreachable(request: HttpRequest, why: str) -> HttpResponse:
    """Somebody else's service, which is needed for this, does not answer (502)."""
    return _page(request, 502, _("No answer from there"), why)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages (403)."""
    return _page(
        request, 403, _("This form was not sent"), _("It did not come from a page of this site. Load the page again.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere (404)."""
    return _page(
        request, 404, _("No such page"), _("There is nothing at this address. The paper may never have been collected.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours (500); asks nothing of the database, so it is the page of somebody who is not signed in."""
    request.user = AnonymousUser()
    return _page(request, 500, _("Something broke"), _("The fault is ours and has been logged. Try again in a moment."))
