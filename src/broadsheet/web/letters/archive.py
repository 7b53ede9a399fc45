"""All letters of a subscription, for the person whose it is, or by the link in the letters to a bare address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.letters.issues import moment_of
from broadsheet.delivery.letters.links import archive_opened
from broadsheet.delivery.values import Contents, ContentsError
from broadsheet.web.access import account_of, for_members
from broadsheet.web.letters.keeping import by_address

LETTERS_ON_A_PAGE = 60
_STATE = Delivery.State
_NOT_LEFT = (_STATE.PLANNED, _STATE.CLAIMED, _STATE.EMPTY)
_LOST = {_STATE.BOUNCED, _STATE.FAILED, _STATE.SUPPRESSED}


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter in the list; ``count`` papers, of which ``first`` leads unless it was hidden since."""

    secret: str
    day: date
    time: str
    count: int
    first: Paper | None
    is_lost: bool


@for_members
@by_address()
@require_safe
def letters_of(request: HttpRequest, key: str) -> HttpResponse:
    """``GET /letters/of/KEY``: all letters of one of one's own subscriptions."""
    subscription = get_object_or_404(Subscription, key=key, account=account_of(request))
    return _page(request, subscription)


@by_address()
@require_safe
def letters_by_link(request: HttpRequest, key: str, signature: str) -> HttpResponse:
    """``GET /letters/of/KEY/SIGNATURE``: all letters to an address without an account."""
    subscription = archive_opened(key, signature)
    if subscription is None:
        raise Http404
    return _page(request, subscription)


def _page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    rows = subscription.deliveries.exclude(state__in=_NOT_LEFT).exclude(contents=None).order_by("-due_at", "-pk")
    page = Paginator(rows, LETTERS_ON_A_PAGE).get_page(request.GET.get("p"))
    told = {"heading": _("All letters"), "subscription": subscription, "page": page, "letters": _kept(list(page))}
    return render(request, "web/letters/archive.html", told)


def _kept(deliveries: Sequence[Delivery]) -> list[Kept]:
    found = [(delivery, _numbers(delivery)) for delivery in deliveries]
    firsts = Paper.shown.only("title").in_bulk([numbers[0] for _delivery, numbers in found if numbers])
    kept: list[Kept] = []
    for delivery, numbers in found:
        day, at = moment_of(delivery)
        first = firsts.get(numbers[0]) if numbers else None
        time = f"{at:%H:%M}" if at else ""
        kept.append(Kept(delivery.secret, day, time, len(numbers), first, delivery.state in _LOST))
    return kept


def _numbers(delivery: Delivery) -> tuple[int, ...]:
    try:
        return Contents.from_json(delivery.contents or []).papers
    except ContentsError:
        return ()
