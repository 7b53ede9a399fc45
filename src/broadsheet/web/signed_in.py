"""What is the same for every answer to people who are signed in, or who are about to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from broadsheet.community.limits import TooManyError
from broadsheet.web import errors
from broadsheet.web.access import private

ACCOUNTS = "accounts/"
"""Under which allauth's addresses lie."""
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class SignedInMiddleware:
    """Keeps what one person sees out of shared caches, and what is about signing in out of every cache.

    For somebody who is not signed in it asks nothing of the database, so such pages can still be cached and compared.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the headers added."""
        response = self._get_response(request)
        if not isinstance(response, HttpResponse):
            return response
        if _is_of_accounts(request):
            return private(_led_away(request, response))
        if request.session.accessed and request.user.is_authenticated:
            patch_cache_control(response, private=True)
        return response

    def process_view(self, request: HttpRequest, *asked: Any) -> HttpResponse | None:  # noqa: ARG002 - Django's
        """Refuse methods that no form has (405): allauth's views would take PUT for POST."""
        if _is_of_accounts(request) and request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a limit that is used up, and for a provider that does not answer."""
        if isinstance(exception, TooManyError):
            return errors.too_many(request, exception)
        if isinstance(exception, requests.RequestException) and _is_of_accounts(request):
            return errors.unreachable(request, _("The service that you want to sign in with does not answer."))
        return None


def _is_of_accounts(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.route.startswith(ACCOUNTS)


def _led_away(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page that leads to a provider, in place of a redirect to it.

    Browsers hold redirects that follow a form to the policy of the page that it stood on (CSP 3, ``form-action``), and
    ours lets forms go nowhere else.
    """
    target = response.headers.get("Location", "")
    if request.method != "POST" or not target or url_has_allowed_host_and_scheme(target, {request.get_host()}):
        return response
    page = render(request, "socialaccount/login_redirect.html", {"redirect_to": target})
    page.cookies = response.cookies
    return page
