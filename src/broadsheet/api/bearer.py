"""Programs that sign in with a token: ``Authorization: Bearer bsh_...`` (RFC 6750, 2.1), below /api/ only."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.rules import LIMITS
from broadsheet.community.tokens import PREFIX, token_of


class BearerMiddleware:
    """Sets ``request.user`` and ``request.token`` (an ``ApiToken`` or None); stands after AuthenticationMiddleware.

    With a token a session counts for nothing, and no form's token is asked for: a browser never adds this header by
    itself. A token of another kind, which clients of other sites send along, says nothing about anybody here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; 401 for a token of ours that is wrong, and 429 beyond what one token may ask."""
        request.token = None  # type: ignore[attr-defined]
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        text = text.strip()
        if not request.path_info.startswith("/api/") or kind.lower() != "bearer" or not text.startswith(PREFIX):
            return self._get_response(request)
        token = token_of(text)
        if token is None:
            return unauthorised("This token is unknown, expired or revoked.")
        try:
            left = spend("api", f"token {token.pk}")
        except TooManyError as error:
            return too_many(error)
        request.user, request.token = token.account, token  # type: ignore[attr-defined]
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # noqa: SLF001  (as Django's own client)
        response = self._get_response(request)
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ("Authorization",))
        return limited(response, left)


def unauthorised(why: str) -> JsonResponse:
    """Nobody is signed in who could ask this (401, RFC 9110, 11.6.1)."""
    response = JsonResponse({"error": why}, status=401)
    response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def too_many(error: TooManyError) -> HttpResponseBase:
    """A limit is used up (429, RFC 6585), with when to try again."""
    response = JsonResponse({"error": str(error)}, status=429)
    response["Retry-After"] = str(error.wait_seconds)
    return limited(response, 0, error.wait_seconds)


def limited(response: HttpResponseBase, left: int, wait_seconds: int | None = None) -> HttpResponseBase:
    """Tell of the limit and what is left of it (draft-ietf-httpapi-ratelimit-headers-10, 3 and 4)."""
    limit = LIMITS["api"][0]
    full_in = wait_seconds or max(1, round((limit.times - left) / limit.per_second))
    response["RateLimit-Policy"] = f'"api";q={limit.times};w={limit.seconds}'
    response["RateLimit"] = f'"api";r={left};t={full_in}'
    return response
