"""Subscriptions by the API: what is sent to a person by mail and by webhook, and what became of it.

``GET`` and ``POST /api/v1/subscriptions``; ``GET``, ``PATCH`` and ``DELETE /api/v1/subscriptions/KEY``; ``POST
/api/v1/subscriptions/KEY/test`` and ``/secret`` of webhooks; ``GET /api/v1/subscriptions/KEY/deliveries``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.api.access import account_of, needs_scope, refused
from broadsheet.api.comments import AskedError, body_of, text_in
from broadsheet.api.following import asked, unknown
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Delivery, SavedSearch, Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.rhythm_words import clock
from broadsheet.delivery.searches import mail_search
from broadsheet.delivery.subscribing import Wish
from broadsheet.delivery.values import MOST_IN_A_SECTION, Contents, ContentsError, Section
from broadsheet.delivery.webhooks import keeping
from broadsheet.delivery.webhooks.targets import Address, masked

Outlet = Subscription.Outlet
Format = Subscription.Format
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_DELIVERIES = 100
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_ADDRESS = ("format", "target", "room", "token")


@require_http_methods(["GET", "HEAD", "POST"])
def all_subscriptions(request: HttpRequest) -> HttpResponse:
    """What is sent to whoever asks (GET), or one more (POST).

    POST takes ``outlet`` (mail or webhook), ``search`` (the key of a saved one) or, by mail, ``sections``; ``rhythm``
    (days or at once), ``days``, ``time``, ``zone``, ``count``, ``abstracts``, ``muted``, ``name``; of a webhook
    ``format``, ``target``, ``room`` and ``token``. A JSON webhook's secret is in this answer alone.
    """
    return _make(request) if request.method == "POST" else _list(request)


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One subscription; PATCH changes it or switches it (``is_on``), DELETE ends it."""
    if request.method == "PATCH":
        return _change(request, key)
    return _end(request, key) if request.method == "DELETE" else _look(request, key)


@require_POST
@needs_scope("write")
def test(request: HttpRequest, key: str) -> HttpResponse:
    """Post a few papers to a webhook now, as a test; what the other side said."""
    row = _own(request, key)
    if row is None or row.outlet != Outlet.WEBHOOK:
        return unknown(key)
    outcome = keeping.try_out(row)
    return JsonResponse({"fate": outcome.fate.value, "answer": outcome.answer})


@require_POST
@needs_scope("write")
def secret(request: HttpRequest, key: str) -> HttpResponse:
    """Give a JSON webhook another secret to sign with; it is in this answer alone."""
    row = _own(request, key)
    if row is None or row.outlet != Outlet.WEBHOOK:
        return unknown(key)
    try:
        return JsonResponse({"secret": keeping.renew_secret(row)})
    except RefusedError as error:
        return refused(str(error), 400)


@require_safe
@needs_scope("read")
def deliveries(request: HttpRequest, key: str) -> HttpResponse:
    """The newest deliveries of a subscription, with their states, answers and papers."""
    row = _own(request, key)
    if row is None:
        return unknown(key)
    return JsonResponse({"deliveries": told_deliveries(keeping.last_of(row, MOST_DELIVERIES))})


@needs_scope("read")
def _list(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"subscriptions": [told_subscription(row) for row in _rows(account_of(request))]})


@needs_scope("write")
def _make(request: HttpRequest) -> HttpResponse:
    account = account_of(request)

    def make(given: Mapping[str, Any]) -> HttpResponse:
        outlet = text_in(given, "outlet", is_needed=False) or Outlet.MAIL
        search = _search(account, given)
        if outlet == Outlet.WEBHOOK:
            return _make_webhook(search, given)
        if outlet != Outlet.MAIL:
            raise AskedError(f"outlet={outlet!r}: expected mail or webhook")
        if search is not None:
            made = mail_search(search, _wish(given, keeping.wish_for(search, keeping.Rhythm(), count=keeping.MAILED)))
        else:
            made = subscribing.subscribe(account, _wish(given, Wish(name="", sections=(), zone=account.zone or "UTC")))
        return JsonResponse(told_subscription(made), status=201)

    _spend(request)
    return asked(request, make)


def _make_webhook(search: SavedSearch | None, given: Mapping[str, Any]) -> HttpResponse:
    if search is None:
        raise AskedError("'search' is missing: a webhook posts what a saved search brings.")
    wish = _wish(given, keeping.wish_for(search, keeping.Rhythm(), count=MOST_IN_A_SECTION))
    made = keeping.make_webhook(search, _address(given, Format.JSON), wish)
    told = told_subscription(made)
    return JsonResponse(told | ({"secret": made.signing_secret} if made.format == Format.JSON else {}), status=201)


@needs_scope("read")
def _look(request: HttpRequest, key: str) -> HttpResponse:
    row = _own(request, key)
    return JsonResponse(told_subscription(row)) if row is not None else unknown(key)


@needs_scope("write")
def _change(request: HttpRequest, key: str) -> HttpResponse:
    row = _own(request, key)
    if row is None:
        return unknown(key)

    def change(given: Mapping[str, Any]) -> HttpResponse:
        wish = _wish(given, subscribing.wish_of(row))
        told: dict[str, Any] = {}
        if row.outlet == Outlet.WEBHOOK:
            is_elsewhere = any(name in given for name in _ADDRESS)
            is_new = keeping.change_webhook(row, _address(given, row.format) if is_elsewhere else None, wish)
            told = {"secret": row.signing_secret} if is_new else {}
        else:
            subscribing.change(row, wish, row.account)
        is_on = given.get("is_on", row.is_on)
        if not isinstance(is_on, bool):
            raise AskedError("'is_on' is neither true nor false.")
        if is_on != row.is_on:
            resume = keeping.switch_on if row.outlet == Outlet.WEBHOOK else subscribing.resume
            (resume if is_on else subscribing.pause)(row)
        return JsonResponse(told_subscription(row) | told)

    _spend(request)
    return asked(request, change)


@needs_scope("write")
def _end(request: HttpRequest, key: str) -> HttpResponse:
    row = _own(request, key)
    if row is None:
        return unknown(key)
    subscribing.end(row.secret, "by the API")
    return HttpResponse(status=204)


def _spend(request: HttpRequest) -> None:
    """Count an address that is named, outside of the transaction: what is refused counts as well."""
    try:
        given = body_of(request)
    except AskedError:
        return
    if "target" in given:
        spend("name a webhook", account_of(request))


def _rows(account: Account) -> Sequence[Subscription]:
    rows = account.subscriptions.filter(ended_at=None).select_related("search__account", "account")
    return list(rows.order_by("pk"))


def _own(request: HttpRequest, key: str) -> Subscription | None:
    return next((row for row in _rows(account_of(request)) if row.key == key), None)


def _search(account: Account, given: Mapping[str, Any]) -> SavedSearch | None:
    key = text_in(given, "search", is_needed=False)
    if not key:
        return None
    found = SavedSearch.objects.select_related("account").filter(account=account, key=key).first()
    if found is None:
        raise AskedError(f"search={key!r}: no saved search of yours")
    return found


def _address(given: Mapping[str, Any], kind: str) -> Address:
    told = {name: text_in(given, name, is_needed=False) for name in _ADDRESS}
    return Address(format=told["format"] or kind, url=told["target"], room=told["room"], token=told["token"])


def _wish(given: Mapping[str, Any], wish: Wish) -> Wish:
    """The wish with what a body says otherwise. Raises ``AskedError`` for what is of the wrong kind."""
    told: dict[str, Any] = {
        name: text_in(given, name) for name in ("name", "abstracts", "rhythm", "zone") if name in given
    }
    wish = replace(wish, **told)
    if "time" in given:
        match = _TIME.fullmatch(text_in(given, "time"))
        if match is None:
            raise AskedError(f"time={given['time']!r}: expected a time of day such as 07:00")
        wish = replace(wish, minute=int(match[1]) * 60 + int(match[2]))
    if "days" in given:
        wish = replace(wish, days=sum(1 << DAYS.index(day) for day in set(_texts(given, "days", DAYS))))
    if "muted" in given:
        wish = replace(wish, muted=tuple(_texts(given, "muted")))
    if "sections" in given:
        wish = replace(wish, sections=_sections(given["sections"]))
    if "count" in given:
        count = given["count"]
        if isinstance(count, bool) or not isinstance(count, int):
            raise AskedError("'count' is not a whole number.")
        wish = replace(wish, sections=tuple(replace(one, count=count) for one in wish.sections))
    return wish


def _texts(given: Mapping[str, Any], name: str, allowed: Sequence[str] = ()) -> list[str]:
    values = given[name]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise AskedError(f"{name!r} is not a list of texts.")
    wrong = [value for value in values if allowed and value not in allowed]
    if wrong:
        raise AskedError(f"{name}={wrong[0]!r}: expected some of {', '.join(allowed)}")
    return values


def _sections(given: object) -> tuple[Section, ...]:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise AskedError("'sections' is not a list of objects.")
    try:
        return tuple(Section.from_json(Section().to_json() | dict(one)) for one in given)
    except ContentsError as error:
        raise AskedError(str(error)) from error


def told_subscription(row: Subscription) -> dict[str, Any]:
    """A subscription as plain data; of a webhook's address only so much that its owner knows it."""
    is_webhook = row.outlet == Outlet.WEBHOOK
    told: dict[str, Any] = {
        "key": row.key,
        "url": settings.BASE_URL + reverse("web:webhook" if is_webhook else "web:subscription", args=[row.key]),
        "name": row.name,
        "outlet": row.outlet,
        "search": row.search.key if row.search is not None else None,
        "sections": row.sections,
        "muted": row.muted,
        "abstracts": row.abstracts,
        "rhythm": row.rhythm,
        "days": [day for number, day in enumerate(DAYS) if row.days >> number & 1],
        "time": clock(row.minute),
        "zone": row.zone,
        "is_on": row.is_on,
        "paused_because": row.paused_because or None,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "made_at": row.made_at.isoformat(),
    }
    return told | ({"format": row.format, "target": masked(row.target)} if is_webhook else {})


def told_deliveries(rows: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Deliveries as plain data, with the names of their papers in order."""
    contents = {row.pk: Contents.from_json(row.contents or []) for row in rows}
    numbers = {number for one in contents.values() for number in one.papers}
    papers = {paper.pk: paper.name for paper in Paper.shown.filter(pk__in=numbers)}
    return [
        {
            "key": row.key,
            "issue": row.issue,
            "state": row.state,
            "answer": row.answer or None,
            "attempts_count": row.attempts_count,
            "planned_at": row.planned_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "papers": [papers[number] for number in contents[row.pk].papers if number in papers],
        }
        for row in rows
    ]
