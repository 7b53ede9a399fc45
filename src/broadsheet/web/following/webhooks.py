"""``/webhooks/KEY``: one webhook: what became of its posts, where it posts to, a test, and its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.community.access import RefusedError, is_suspended
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, Delivery, Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.values import Contents, Fate, Outcome
from broadsheet.delivery.webhooks import keeping
from broadsheet.delivery.webhooks.targets import NAMES, TargetError, masked
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.following.forms import WebhookForm

Format = Subscription.Format
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as the page lists it."""

    row: Delivery
    state: str
    count: int
    at: datetime


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def one(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows a webhook, POST changes where and when it posts."""
    row = _own(account_of(request), key)
    return _change(request, row) if request.method == "POST" else webhook_page(request, row)


@for_active_members
def _change(request: HttpRequest, row: Subscription) -> HttpResponse:
    form = WebhookForm(request.POST, subscription=row)
    if not form.is_valid():
        return webhook_page(request, row, form=form)
    try:
        if form.address is not None:
            spend("name a webhook", account_of(request))
        is_secret_new = keeping.change_webhook(
            row, form.address, keeping.with_rhythm(subscribing.wish_of(row), form.rhythm)
        )
    except TooManyError as error:
        return errors.too_many(request, error)
    except TargetError as error:
        form.add_error(error.field, str(error))
        return webhook_page(request, row, form=form)
    except RefusedError as error:
        form.add_error(None, str(error))
        return webhook_page(request, row, form=form)
    if is_secret_new:
        return webhook_page(request, row, secret=row.signing_secret)
    messages.success(request, _("It was changed."))
    return redirect("web:webhook", key=row.key)


@require_POST
@for_members
def act(request: HttpRequest, key: str) -> HttpResponse:
    """``do``: ``test`` posts one now, ``off`` and ``on`` switch it, ``secret`` gives it a new one, ``end`` ends it."""
    row = _own(account_of(request), key)
    todo = request.POST.get("do", "")
    if todo not in _ACTS:
        return errors.refused(request, _("This form is not known."))
    if todo not in ("off", "end") and is_suspended(account_of(request)):
        return errors.refused(request, _("Your account is suspended: you can read, and switch things off."))
    return _ACTS[todo](request, row)


def _switch_on(request: HttpRequest, row: Subscription) -> HttpResponse:
    keeping.switch_on(row)
    messages.success(request, _("It is switched on again."))
    return redirect("web:webhook", key=row.key)


def _switch_off(request: HttpRequest, row: Subscription) -> HttpResponse:
    subscribing.pause(row)
    messages.success(request, _("It is switched off."))
    return redirect("web:webhook", key=row.key)


def _renew(request: HttpRequest, row: Subscription) -> HttpResponse:
    try:
        return webhook_page(request, row, secret=keeping.renew_secret(row))
    except RefusedError as error:
        return errors.refused(request, str(error))


def _end(request: HttpRequest, row: Subscription) -> HttpResponse:
    assert row.search is not None, "a webhook is of a search"
    subscribing.end(row.secret, "on the site")
    messages.success(request, _("Nothing is posted there any more."))
    return redirect("web:saved_search", key=row.search.key)


def _test(request: HttpRequest, row: Subscription) -> HttpResponse:
    try:
        outcome = keeping.try_out(row)
    except TooManyError as error:
        return errors.too_many(request, error)
    return webhook_page(request, row, tested=outcome)


_ACTS: Mapping[str, Callable[[HttpRequest, Subscription], HttpResponse]] = {
    "test": _test,
    "on": _switch_on,
    "off": _switch_off,
    "secret": _renew,
    "end": _end,
}


def webhook_page(
    request: HttpRequest,
    row: Subscription,
    *,
    form: WebhookForm | None = None,
    secret: str = "",
    tested: Outcome | None = None,
    is_new: bool = False,
) -> HttpResponse:
    """The page of a webhook; ``secret`` is shown this once, and of a new one that signs without being asked."""
    if is_new and row.format == Format.JSON:
        secret = row.signing_secret
    sent = [Sent(one, _state(one), _count(one), one.ended_at or one.planned_at) for one in keeping.last_of(row, SHOWN)]
    context = {
        "heading": _("Webhook: %(format)s") % {"format": NAMES[row.format]},
        "row": row,
        "search": row.search,
        "where": masked(row.target),
        "when": when_told(row),
        "is_json": row.format == Format.JSON,
        "is_new": is_new,
        "secret": secret,
        "tested": tested,
        "is_tested_well": tested is not None and tested.fate is Fate.SENT,
        "form": form or WebhookForm(subscription=row),
        "sent": sent,
        "now": timezone.now(),
    }
    return render(request, "web/following/webhook.html", context, status=400 if form and form.errors else 200)


def _own(account: Account, key: str) -> Subscription:
    row = keeping.webhook_of(account, key)
    if row is None:
        raise Http404
    return row


def _count(delivery: Delivery) -> int:
    return len(Contents.from_json(delivery.contents).papers) if delivery.contents else 0


def _state(delivery: Delivery) -> str:
    state = Delivery.State
    words = {
        state.SENT: _("sent"),
        state.IN_DOUBT: _("in doubt"),
        state.FAILED: _("failed"),
        state.SUPPRESSED: _("not sent"),
        state.EMPTY: _("nothing new"),
    }
    return words.get(state(delivery.state), _("waits"))
