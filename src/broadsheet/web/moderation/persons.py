"""The page on which moderators act about one person, and admins give roles."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.community import moderation, people, suspensions
from broadsheet.community.access import RefusedError, is_admin, is_suspended
from broadsheet.community.models import Account, Comment, Deed, Report
from broadsheet.search.query import QueryError, parse_day
from broadsheet.web.access import account_of, for_role
from broadsheet.web.moderation.acting import back, network, telling_refusals

DEEDS_SHOWN = 20
_HAS_A_ROLE = [Account.Role.CURATOR, Account.Role.MODERATOR, Account.Role.ADMIN]


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.MODERATOR)
@telling_refusals
def moderate_person(request: HttpRequest, username: str) -> HttpResponse:
    """``/moderation/people/NAME``: ``do`` is suspend, lift, remove (comments of the last days) or role."""
    account = get_object_or_404(Account, username=username, is_active=True, is_waiting=False)
    by = account_of(request)
    if request.method == "POST":
        messages.success(request, _do(request, account, by))
        return back(request, request.path)
    reported = Report.objects.filter(subject_kind="account", subject=str(account.pk))
    context: dict[str, Any] = {
        "heading": account.shown_name,
        "account": account,
        "is_suspended": is_suspended(account),
        "why": suspensions.reason_of(account),
        "may_act": suspensions.may_act_on(by, account),
        "may_give_roles": is_admin(by),
        "roles": Account.Role.choices,
        "hiding": Comment.Reason.choices,
        "counts": {
            "comments": account.comments.filter(group=None).count(),
            "hidden": account.comments.filter(group=None, state=Comment.State.HIDDEN).count(),
            "reports": reported.count(),
        },
        "deeds": Deed.objects.filter(subject_kind="account", subject=str(account.pk)).order_by("-pk")[:DEEDS_SHOWN],
    }
    return render(request, "web/moderation/person.html", context)


def _do(request: HttpRequest, account: Account, by: Account) -> str:
    given, where = request.POST, network(request)
    act = given.get("do", "")
    if act == "suspend":
        suspensions.suspend(account, by, given.get("reason", ""), until=_end(given.get("until", "")), network=where)
        return _("%(who)s can only read now, and sees why.") % {"who": account.username}
    if act == "lift":
        suspensions.lift(account, by, given.get("reason", ""), network=where)
        return _("The suspension is lifted.")
    if act == "remove":
        text = given.get("days", "")
        days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        count = moderation.hide_lately(account, by, days, given.get("reason", ""), network=where)
        return ngettext("%(n)d comment is hidden.", "%(n)d comments are hidden.", count) % {"n": count}
    if act == "role" and given.get("role", "") in Account.Role.values:
        people.set_role(account, Account.Role(given["role"]), actor=by, network=where)
        return _("%(who)s has this role now: %(role)s.") % {"who": account.username, "role": account.role}
    raise RefusedError(_("Choose what to do."))


def _end(text: str) -> datetime | None:
    """The end of the day that a form names; None for no end."""
    if not text:
        return None
    try:
        day = parse_day(text, "until")
    except QueryError as error:
        raise RefusedError(str(error)) from error
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@require_safe
@for_role(Account.Role.ADMIN)
def roles(request: HttpRequest) -> HttpResponse:
    """``GET /moderation/roles``: who has a role, and a way to anybody else's page."""
    if name := request.GET.get("name", "").strip():
        found = get_object_or_404(Account, username=name, is_active=True, is_waiting=False)
        return redirect("web:moderate_person", username=found.username)
    held = Account.objects.filter(role__in=_HAS_A_ROLE, is_active=True).order_by("role", "username")
    return render(request, "web/moderation/roles.html", {"heading": _("Roles"), "held": held})
