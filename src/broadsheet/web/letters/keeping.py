"""What all pages have in common whose address alone opens them: no cache, engine or other site learns of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse

from broadsheet.web.access import private

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def by_address(referrer: str = "no-referrer") -> Callable[[View[P]], View[P]]:
    """A page whose address is a secret. ``referrer`` is the policy of what other pages are told of where one came from.

    A page with a form needs ``same-origin``: without any referrer a browser says that the form came from nowhere
    (``Origin: null``), and it would be taken for a forged one.
    """

    def dressed(view: View[P]) -> View[P]:
        @wraps(view)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = private(view(request, *args, **kwargs))
            response["Referrer-Policy"] = referrer
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return cast("View[P]", answer)

    return dressed
