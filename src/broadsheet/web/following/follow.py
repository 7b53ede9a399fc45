"""``/search/follow``: what a question would have brought lately, and the ways in which it can be followed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community.access import RefusedError, is_member
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import SavedSearch
from broadsheet.delivery.confirming import takes_addresses
from broadsheet.delivery.lookback import DAYS, lookback
from broadsheet.delivery.naming import path_of, title_of
from broadsheet.delivery.searches import save_search
from broadsheet.delivery.values import MOST_IN_A_SECTION
from broadsheet.delivery.webhooks.keeping import make_webhook, wish_for
from broadsheet.delivery.webhooks.targets import TargetError
from broadsheet.search.inside import is_personal, resolved
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_everybody, private
from broadsheet.web.following.chart import bars
from broadsheet.web.following.forms import MailForm, NameForm, WebhookForm
from broadsheet.web.following.mail import begin_mail, may_mail
from broadsheet.web.following.webhooks import webhook_page
from broadsheet.web.readings import told_notes, told_parts

WAYS = ("keep", "mail", "webhook")


@require_http_methods(["GET", "HEAD", "POST"])
def follow_search(request: HttpRequest) -> HttpResponse:
    """GET shows what the question of the address would have brought; POST saves it and sends it by ``way``."""
    return _follow(request) if request.method == "POST" else _look(request)


@for_everybody
def _look(request: HttpRequest) -> HttpResponse:
    asked = replace(parse(request.GET), upto=None)
    if asked.inside and not is_member(request.user):
        return private(redirect_to_login(request.get_full_path()))
    if not asked.params():
        return redirect("web:search")
    return _page(request, asked, Forms(name=NameForm(initial={"name": title_of(resolved(asked, request.user))})))


class Forms:
    """The three forms of the page, of which one may have been sent."""

    def __init__(
        self, *, name: NameForm, mail: MailForm | None = None, webhook: WebhookForm | None = None, problem: str = ""
    ) -> None:
        self.name, self.mail, self.webhook = name, mail or MailForm(prefix="mail"), webhook or WebhookForm()
        self.problem = problem


@for_active_members
def _follow(request: HttpRequest) -> HttpResponse:
    way = request.POST.get("way", "")
    if way not in WAYS:
        return errors.refused(request, _("This form is not known."))
    try:
        asked = replace(parse(QueryDict(request.POST.get("question", "")[:8_000])), upto=None)
        resolved(asked, request.user)
    except QueryError as error:
        return errors.refused_query(request, str(error))
    forms = Forms(
        name=NameForm(request.POST),
        mail=MailForm(request.POST, prefix="mail") if way == "mail" else None,
        webhook=WebhookForm(request.POST) if way == "webhook" else None,
    )
    sent = {"keep": forms.name, "mail": forms.mail, "webhook": forms.webhook}[way]
    if not (forms.name.is_valid() and sent.is_valid()):
        return _page(request, asked, forms, status=400)
    try:
        if way == "webhook":
            # Outside of the transaction: what was refused counts as well.
            spend("name a webhook", account_of(request))
        return _saved(request, asked, forms, way)
    except TooManyError as error:
        return errors.too_many(request, error)
    except TargetError as error:
        forms.webhook.add_error(error.field, str(error))
    except RefusedError as error:
        forms.problem = str(error)
    return _page(request, asked, forms, status=400)


def _saved(request: HttpRequest, asked: PaperQuery, forms: Forms, way: str) -> HttpResponse:
    """Do what a good form asks for. Raises ``RefusedError``; then nothing was begun."""
    with transaction.atomic():
        search = save_search(account_of(request), asked, forms.name.cleaned_data["name"])
        if way == "mail":
            begin_mail(search, forms.mail)
        elif way == "webhook":
            address = forms.webhook.address
            assert address is not None, "a new webhook has an address"
            made = make_webhook(search, address, wish_for(search, forms.webhook.rhythm, count=MOST_IN_A_SECTION))
    if way == "webhook":
        return webhook_page(request, made, is_new=True)
    told = _("“%(name)s” is sent to you by mail from now on.") if way == "mail" else _("“%(name)s” is saved.")
    messages.success(request, told % {"name": search.name})
    return redirect("web:saved_search", key=search.key)


def _page(request: HttpRequest, asked: PaperQuery, forms: Forms, status: int = 200) -> HttpResponse:
    query = resolved(asked, request.user)
    seen = lookback(query)
    own = None
    if is_member(request.user):
        own = SavedSearch.objects.filter(account=request.user, query=asked.urlencode()).first()
    context: dict[str, Any] = {
        "heading": _("Follow “%(what)s”") % {"what": title_of(query)},
        "question": asked.urlencode(),
        "back": path_of(query),
        "parts": told_parts(seen.found.reading),
        "notes": told_notes(seen.found.reading),
        "title": title_of(query),
        "seen": seen,
        "chart": bars(seen.counts),
        "days": DAYS,
        "is_personal": is_personal(query),
        "is_over": query.day_to is not None,
        "open_url": _without_days(query),
        "feeds": [
            (name, f"{settings.BASE_URL}{reverse('web:feed', args=[kind])}?{asked.urlencode()}")
            for name, kind in (("RSS", "rss"), ("Atom", "atom"), ("JSON Feed", "json"))
        ],
        "own": own,
        "forms": forms,
        "takes_addresses": takes_addresses(),
        "may_mail": is_member(request.user) and may_mail(request.user),
        "more_mail": reverse("web:subscription_new") + "?" + _brings(asked, query),
    }
    response = render(request, "web/following/follow.html", context, status=status)
    return private(response) if is_personal(query) else response


def _brings(asked: PaperQuery, query: PaperQuery) -> str:
    given = QueryDict(mutable=True)
    given["brings"], given["name"] = asked.urlencode(), title_of(query)
    return given.urlencode()


def _without_days(query: PaperQuery) -> str:
    """The same page for the question without fixed days; empty where nothing else is asked for."""
    rest = replace(query, day_from=None, day_to=None).urlencode()
    return f"{reverse('web:follow_search')}?{rest}" if rest else ""
