"""What is sent to whoever is signed in: the list, and a digest made, changed, paused, tried and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Delivery, Subscription, Suppression
from broadsheet.delivery import confirming, subscribing
from broadsheet.delivery.letters.issues import Issue
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.subscribing import Wish
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.letters.copies import told_of
from broadsheet.web.mine import mine
from broadsheet.web.subscribing import showing, trying
from broadsheet.web.subscribing.choices import beginning
from broadsheet.web.subscribing.forms import BOUNDS, DigestForm, form_given, form_of


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription as the list shows it."""

    row: Subscription
    when: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a person's letters go: ``address``, empty where none was confirmed; ``held`` where it gets none."""

    address: str
    held: Suppression | None

    @property
    def may_ask(self) -> bool:
        """Whether the person may agree anew to be written to."""
        return self.held is not None and confirming.may_be_lifted(self.held)

    @property
    def is_open(self) -> bool:
        """Whether letters arrive."""
        return bool(settings.SENDS_MAIL and self.address and self.held is None)


def letterbox_of(account: Account) -> Letterbox:
    """Where letters to a person go."""
    address = subscribing.confirmed_addresses([account]).get(account.pk, "")
    return Letterbox(address, confirming.suppression_of(address))


@require_safe
@for_members
def subscriptions(request: HttpRequest) -> HttpResponse:
    """``/subscriptions``: what is sent by mail, when the next and the last letter is, and why one waits."""
    account = account_of(request)
    sent = Max("deliveries__handed_over_at", filter=Q(deliveries__state=Delivery.State.SENT))
    rows = _rows(account).annotate(last_at=sent).order_by("-is_on", "due_at", "pk")
    context = {
        "heading": _("What you get by mail"),
        "lines": [Line(row, when_told(row), vars(row)["last_at"]) for row in rows],
        "letterbox": letterbox_of(account),
        "most": rules.MOST_SUBSCRIPTIONS,
    }
    return render(request, "web/subscribing/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def new(request: HttpRequest) -> HttpResponse:
    """``/subscriptions/new``: a new digest; ``brings`` is a question that it begins with, ``name`` its name."""
    account = account_of(request)
    if request.method != "POST":
        return _new_page(request, form_of(account, _beginning(request, account)))
    form = form_given(account, _beginning(request, account), request.POST)
    if request.POST.get("do") == "preview":
        return _new_page(request, form, preview=_preview_of(form, account))
    try:
        _refuse(form)
        made = subscribing.subscribe(account, form.wish)
    except RefusedError as error:
        form.problem = str(error)
        return _new_page(request, form)
    messages.success(request, _("“%(name)s” is sent to you from now on.") % {"name": made.name})
    return HttpResponseRedirect(reverse("web:subscriptions"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def subscription(request: HttpRequest, key: str) -> HttpResponse:
    """``/subscriptions/KEY``: change a digest."""
    account = account_of(request)
    row = _own(account, key)
    if request.method != "POST":
        return _edit_page(request, row, form_of(account, subscribing.wish_of(row)))
    form = form_given(account, subscribing.wish_of(row), request.POST)
    if request.POST.get("do") == "preview":
        return _edit_page(request, row, form, preview=_preview_of(form, account))
    try:
        _refuse(form)
        is_changed = subscribing.change(row, form.wish)
    except RefusedError as error:
        form.problem = str(error)
        return _edit_page(request, row, form)
    messages.success(request, _("Kept.") if is_changed else _("Nothing was changed."))
    return HttpResponseRedirect(reverse("web:subscriptions"))


@require_safe
@for_members
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """``/subscriptions/KEY/preview``: what the next letter would bring now; nothing is kept or sent."""
    row = _own(account_of(request), key)
    issue = showing.issue_now(row)
    mine(request).about(entry.paper for entry in issue.entries)
    context = told_of(issue) | {"heading": row.name, "subscription": row}
    return render(request, "web/subscribing/preview.html", context)


@require_POST
@for_members
def act(request: HttpRequest, key: str) -> HttpResponse:
    """``/subscriptions/KEY/act``: ``do`` is ``pause``, ``resume`` or ``test`` (a letter now, to oneself)."""
    account = account_of(request)
    row = _own(account, key)
    todo = request.POST.get("do", "")
    if todo == "test":
        return _send_test(request, row)
    if todo not in ("pause", "resume"):
        return errors.refused(request, _("This form is not known."))
    if todo == "pause":
        subscribing.pause(row)
        messages.success(request, _("“%(name)s” waits until you want it again.") % {"name": row.name})
    else:
        subscribing.resume(row)
        messages.success(request, _("“%(name)s” is sent again.") % {"name": row.name})
    return HttpResponseRedirect(reverse("web:subscriptions"))


def _send_test(request: HttpRequest, row: Subscription) -> HttpResponse:
    box = letterbox_of(account_of(request))
    if not box.is_open:
        return errors.refused(request, _("No letter reaches you at the moment; the list of what you get says why."))
    try:
        told = trying.send_test(row, box.address)
    except TooManyError as error:
        return errors.too_many(request, error)
    except confirming.MailServerError as error:
        return errors.unreachable(request, str(error))
    messages.success(request, told)
    return HttpResponseRedirect(reverse("web:subscriptions"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def end(request: HttpRequest, key: str) -> HttpResponse:
    """``/subscriptions/KEY/end``: asks, and by POST ends it."""
    row = _own(account_of(request), key)
    if request.method != "POST":
        context = {"heading": _("End “%(name)s”?") % {"name": row.name}, "subscription": row, "when": when_told(row)}
        return render(request, "web/subscribing/end.html", context)
    subscribing.end(row.secret, "on the site")
    messages.success(request, _("“%(name)s” is not sent any more.") % {"name": row.name})
    return HttpResponseRedirect(reverse("web:subscriptions"))


@require_POST
@for_active_members
def ask_again(request: HttpRequest) -> HttpResponse:
    """``/subscriptions/write-again``: sends a letter that asks whether the address is to be written to again."""
    try:
        confirming.ask_to_write_again(account_of(request))
    except RefusedError as error:
        return errors.refused(request, str(error))
    except TooManyError as error:
        return errors.too_many(request, error)
    except confirming.MailServerError as error:
        return errors.unreachable(request, str(error))
    messages.success(request, _("A letter is on its way; the link in it begins it again."))
    return HttpResponseRedirect(reverse("web:subscriptions"))


def _beginning(request: HttpRequest, account: Account) -> Wish:
    zone = account.zone or settings.TIME_ZONE
    return beginning(account, request.GET.get("brings", ""), request.GET.get("name", ""), zone)


def _refuse(form: DigestForm) -> None:
    """Raise ``RefusedError`` for a form that could not be read."""
    if form.problem:
        raise RefusedError(form.problem)


def _preview_of(form: DigestForm, account: Account) -> Issue | None:
    """What a form would bring; None where it cannot be read, which the form then says."""
    try:
        _refuse(form)
        row = subscribing.made_of(subscribing.checked(form.wish, account), timezone.now())
    except RefusedError as error:
        form.problem = str(error)
        return None
    row.account = account
    return showing.issue_now(row)


def _rows(account: Account) -> QuerySet[Subscription]:
    return account.subscriptions.filter(ended_at=None, outlet=Subscription.Outlet.MAIL)


def _own(account: Account, key: str) -> Subscription:
    """The person's own subscription of a key; raises ``Http404`` for anything else."""
    row = account.subscriptions.filter(ended_at=None, outlet=Subscription.Outlet.MAIL, key=key).first()
    if row is None:
        raise Http404
    row.account = account
    return row


def _new_page(request: HttpRequest, form: DigestForm, preview: Issue | None = None) -> HttpResponse:
    context = {"heading": _("A new letter"), "letterbox": letterbox_of(account_of(request)), "is_new": True}
    return _form_page(request, form, context, preview)


def _edit_page(request: HttpRequest, row: Subscription, form: DigestForm, preview: Issue | None = None) -> HttpResponse:
    context = {"heading": _("Change “%(name)s”") % {"name": row.name}, "subscription": row}
    return _form_page(request, form, context, preview)


def _form_page(
    request: HttpRequest, form: DigestForm, context: dict[str, object], preview: Issue | None
) -> HttpResponse:
    told = context | {"form": form, "preview": preview, "zones": showing.zones()} | BOUNDS
    return render(request, "web/subscribing/form.html", told, status=400 if form.problem else 200)
