"""Who may open a page or send a form: what is unknown and what is forbidden look alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.community.access import has_role, is_member, is_suspended
from broadsheet.community.models import Account
from broadsheet.search.query import QueryError
from broadsheet.web import errors

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_everybody(view: View[P]) -> View[P]:
    """A page that is only read; a query that cannot be understood becomes a clear 400."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except QueryError as error:
            response = errors.refused_query(request, str(error))
        # A reader's own votes and forms stand on it.
        return private(response) if request.user.is_authenticated else response

    return cast("View[P]", require_safe(answer))


def for_members(view: View[P]) -> View[P]:
    """A page or form of people with an account, suspended ones included; others are led to sign in."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_member(request.user):
            # A form that was sent is not sent again after signing in, so that leads back to where it stood.
            back = request.get_full_path() if request.method in ("GET", "HEAD") else page_before(request)
            return private(redirect_to_login(back))
        return private(view(request, *args, **kwargs))

    return cast("View[P]", answer)


def for_active_members(view: View[P]) -> View[P]:
    """As ``for_members``, and refused with a reason while the account is suspended."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_member(request.user) and is_suspended(request.user):
            return private(
                errors.refused(request, _("Your account is suspended: you can read, and take your data along."))
            )
        return for_members(view)(request, *args, **kwargs)

    return cast("View[P]", answer)


def for_role(role: Account.Role) -> Callable[[View[P]], View[P]]:
    """A page or form of people with a role; to everybody else it does not exist."""

    def dressed(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not has_role(request.user, role):
                raise Http404
            return private(view(request, *args, **kwargs))

        return cast("View[P]", answer)

    return dressed


def private(response: HttpResponse) -> HttpResponse:
    """Keep an answer that is one person's out of every cache (RFC 9111, 5.2.2.5)."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ("Cookie",))
    return response


def account_of(request: HttpRequest) -> Account:
    """Who asks; for views that only people with an account reach."""
    assert isinstance(request.user, Account), "a decorator lets in people with an account alone"
    return request.user


def page_before(request: HttpRequest, otherwise: str = "/") -> str:
    """The path of the page that a form stood on, as its ``next`` says; ``otherwise`` where that is none of ours."""
    given = request.POST.get("next", "")
    return given if given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None) else otherwise
