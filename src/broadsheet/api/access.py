"""Who may ask what of the API: a program with a token that allows it, or the pages of this site for their reader."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from broadsheet.api.bearer import too_many, unauthorised
from broadsheet.community.access import RefusedError, is_admin, is_member, may_act
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, ApiToken
from broadsheet.community.tokens import SCOPES

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs_scope(scope: str) -> Callable[[View[P]], View[P]]:
    """An operation for people: ``read``, ``write`` (refused to suspended ones) or ``admin`` (for admins alone).

    A token must have the scope; a session needs none, but Django's token for forms where something is written (which
    the middleware asks for: such a view must not be exempt from it), and a page of this very site. Refusals have the
    API's one shape, ``{"error": "..."}``: 401 without anybody signed in, 403, 429. ``RefusedError`` and
    ``TooManyError`` may be raised by the view.
    """
    if scope not in SCOPES:
        raise ValueError(f"there is no scope {scope!r}")

    def dressed(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                refusal = _refusal(request, scope)
                response = refusal or view(request, *args, **kwargs)
            except RefusedError as error:
                response = refused(str(error))
            except TooManyError as error:
                response = cast("HttpResponse", too_many(error))
            patch_cache_control(response, private=True, no_store=True)
            patch_vary_headers(response, ("Authorization", "Cookie"))
            return response

        return cast("View[P]", answer)

    return dressed


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token that a request came with; None for a session."""
    return cast("ApiToken | None", getattr(request, "token", None))


def account_of(request: HttpRequest) -> Account:
    """Who asks, of an operation that ``needs_scope`` lets people alone into."""
    assert isinstance(request.user, Account), "the operation is for people"
    return request.user


def refused(why: str, status: int = 403) -> HttpResponse:
    """A refusal in the API's shape."""
    return JsonResponse({"error": why}, status=status)


def _refusal(request: HttpRequest, scope: str) -> HttpResponse | None:
    account = request.user
    if not is_member(account):
        return unauthorised("Sign in, or send a token: Authorization: Bearer bsh_...")
    token = token_of(request)
    if token is None:
        if scope != "read" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return refused("Another site's page may not do this.")
        spend("api", account)
    elif scope not in token.scopes:
        return refused(f"This token may not do this: it needs the scope {scope!r}.")
    return _not_now(account, scope)


def _not_now(account: Account, scope: str) -> HttpResponse | None:
    if scope != "read" and not may_act(account):
        return refused("This account is suspended: it can read, and nothing else.")
    if scope == "admin" and not is_admin(account):
        return refused("Only admins may do this.")
    return None
