"""Signs in the one person of an instance of mode ``single``, who sits at the machine itself."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from broadsheet.community.models import Account
from broadsheet.community.single import is_at_home, owner


class SinglePersonMiddleware:
    """Sets ``request.user`` to the owner for requests that are the owner's; stands after AuthenticationMiddleware.

    Nothing is kept: the next request is judged anew, so another mode holds from its first request on. Django's check of
    forms stays as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer for the owner, or for whoever is signed in."""
        if is_at_home(request):
            signed_in = request.user

            def person() -> Account | AnonymousUser:
                # Somebody may still sign in, for instance to look at an account that was made before.
                return signed_in if signed_in.is_authenticated else owner() or AnonymousUser()

            request.user = SimpleLazyObject(person)  # type: ignore[assignment]
        return self._get_response(request)
