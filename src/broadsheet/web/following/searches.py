"""``/searches``: what a person saved, and by which ways each of it is followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, SavedSearch, Subscription
from broadsheet.delivery import searches
from broadsheet.delivery.naming import path_of, title_of
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.values import MOST_IN_A_SECTION
from broadsheet.delivery.webhooks.keeping import make_webhook, wish_for
from broadsheet.delivery.webhooks.targets import NAMES, TargetError, masked
from broadsheet.search.inside import is_personal
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.following.forms import MailForm, SearchForm, WebhookForm
from broadsheet.web.following.mail import begin_mail, may_mail
from broadsheet.web.following.webhooks import webhook_page

Outlet = Subscription.Outlet
FEEDS = (("RSS", "rss"), ("Atom", "atom"), ("JSON Feed", "json"))


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a search is sent: ``what`` it is, ``when``, and the page where it is changed."""

    row: Subscription
    what: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A saved search as the list shows it."""

    row: SavedSearch
    question: str
    path: str
    problem: str
    ways: tuple[Way, ...]


@require_safe
@for_members
def index(request: HttpRequest) -> HttpResponse:
    """``/searches``: all of them, with what each is sent by."""
    account = account_of(request)
    rows = list(searches.searches_of(account))
    sent: dict[int, list[Way]] = {row.pk: [] for row in rows}
    for one in Subscription.objects.filter(search__account=account, ended_at=None).order_by("pk"):
        sent[one.search_id or 0].append(way_of(one))
    context = {
        "heading": _("Saved searches"),
        "lines": [_line(row, tuple(sent[row.pk])) for row in rows],
        "most": rules.MOST_SEARCHES,
    }
    return render(request, "web/following/searches.html", context)


@require_safe
@for_members
def one(request: HttpRequest, key: str) -> HttpResponse:
    """``/searches/KEY``: one of them, with its feeds, its mail and its webhooks."""
    return _page(request, own(account_of(request), key))


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """``/searches/KEY/edit``: its name and its question, for everything that hangs on it."""
    search = own(account_of(request), key)
    form = SearchForm(search, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            searches.change_search(search, name=form.cleaned_data["name"], query=form.query)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(name)s” was changed.") % {"name": search.name})
            return redirect("web:saved_search", key=search.key)
    context = {"heading": _("Change “%(name)s”") % {"name": search.name}, "search": search, "form": form}
    return render(request, "web/following/edit.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """``/searches/KEY/delete``: asks, and by POST deletes it and ends what hangs on it."""
    search = own(account_of(request), key)
    if request.method == "POST":
        searches.forget_search(search)
        messages.success(request, _("“%(name)s” is deleted; nothing of it is sent any more.") % {"name": search.name})
        return redirect("web:searches")
    ways = [way_of(row) for row in searches.subscriptions_of(search)]
    context = {"heading": _("Delete “%(name)s”?") % {"name": search.name}, "search": search, "ways": ways}
    return render(request, "web/following/delete.html", context)


@require_POST
@for_active_members
def renew(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /searches/KEY/feeds``: new addresses for its feeds; the old ones lead nowhere."""
    search = own(account_of(request), key)
    searches.renew_feeds(search)
    messages.success(request, _("The feeds have new addresses; the old ones lead nowhere."))
    return redirect("web:saved_search", key=search.key)


@require_POST
@for_active_members
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /searches/KEY/mail``: begin to send it by mail."""
    search = own(account_of(request), key)
    form = MailForm(request.POST, prefix="mail")
    if not form.is_valid():
        return _page(request, search, mail_form=form, status=400)
    try:
        begin_mail(search, form)
    except RefusedError as error:
        return _page(request, search, problem=str(error), status=400)
    messages.success(request, _("“%(name)s” is sent to you by mail from now on.") % {"name": search.name})
    return redirect("web:saved_search", key=search.key)


@require_POST
@for_active_members
def webhook(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /searches/KEY/webhooks``: post it to an address from now on; a secret to sign with is shown, this once."""
    search = own(account_of(request), key)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, search, webhook_form=form, status=400)
    assert form.address is not None, "a new webhook has an address"
    try:
        spend("name a webhook", search.account)
        made = make_webhook(search, form.address, wish_for(search, form.rhythm, count=MOST_IN_A_SECTION))
    except TooManyError as error:
        return errors.too_many(request, error)
    except TargetError as error:
        form.add_error(error.field, str(error))
    except RefusedError as error:
        return _page(request, search, webhook_form=form, problem=str(error), status=400)
    else:
        return webhook_page(request, made, is_new=True)
    return _page(request, search, webhook_form=form, status=400)


def own(account: Account, key: str) -> SavedSearch:
    """The person's own search of a key; raises ``Http404`` for anything else."""
    found = SavedSearch.objects.filter(account=account, key=key).first()
    if found is None:
        raise Http404
    found.account = account
    return found


def way_of(row: Subscription) -> Way:
    """A subscription as lists tell it."""
    if row.outlet == Outlet.MAIL:
        return Way(row, _("by mail"), when_told(row), reverse("web:subscription", args=[row.key]))
    told = {"format": NAMES[row.format], "where": masked(row.target)}
    return Way(row, _("%(format)s, %(where)s") % told, when_told(row), reverse("web:webhook", args=[row.key]))


def _page(
    request: HttpRequest,
    search: SavedSearch,
    *,
    mail_form: MailForm | None = None,
    webhook_form: WebhookForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    ways = tuple(way_of(row) for row in searches.subscriptions_of(search))
    line = _line(search, ways)
    context: dict[str, Any] = {
        "heading": search.name,
        "search": search,
        "line": line,
        "mails": [way for way in ways if way.row.outlet == Outlet.MAIL],
        "webhooks": [way for way in ways if way.row.outlet == Outlet.WEBHOOK],
        "feeds": [
            (name, settings.BASE_URL + reverse("web:search_feed", args=[search.secret, kind])) for name, kind in FEEDS
        ],
        "mail_form": mail_form or MailForm(prefix="mail"),
        "webhook_form": webhook_form or WebhookForm(),
        "may_mail": may_mail(search.account),
        "problem": problem,
    }
    return render(request, "web/following/search.html", context, status=status)


def _line(search: SavedSearch, ways: tuple[Way, ...]) -> Line:
    """A search in words; one that cannot be asked any more says why."""
    try:
        query = searches.question_of(search) if is_personal(parse(QueryDict(search.query))) else _parsed(search)
    except QueryError as error:
        return Line(search, search.query, "", str(error), ways)
    return Line(search, title_of(query), path_of(query), "", ways)


def _parsed(search: SavedSearch) -> PaperQuery:
    return parse(QueryDict(search.query))
