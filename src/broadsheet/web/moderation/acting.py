"""What all forms of moderators share: who acts and from where, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.web import errors
from broadsheet.web.access import page_before
from broadsheet.web.networks import address_of, network_of

_FORMS_ALONE = frozenset({"report_decide", "merge_undo"})
"""Addresses that have no page of their own."""

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def network(request: HttpRequest) -> str:
    """From which network it was sent, for the log."""
    return network_of(address_of(request))


def telling_refusals(view: View[P]) -> View[P]:
    """Say above the page that was shown before what could not be done and why."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooManyError as error:
            return errors.too_many(request, error)
        except RefusedError as error:
            messages.error(request, str(error))
            is_form_alone = request.resolver_match is not None and request.resolver_match.url_name in _FORMS_ALONE
            return back(request, reverse("web:moderation") if is_form_alone else request.get_full_path())

    return cast("View[P]", answer)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form stood on, where it says so and that is one of ours; else to another."""
    return redirect(page_before(request, otherwise))
