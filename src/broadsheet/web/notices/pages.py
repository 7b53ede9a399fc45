"""Notifications of whoever is signed in, and the table of how they are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community.models import Notification
from broadsheet.community.notice_words import NAMES, Spoken, spoken
from broadsheet.community.notifications import (
    Ways,
    choose,
    is_mail_set_up,
    mark_read,
    shown,
    unread_count,
    ways,
)
from broadsheet.web.access import account_of, for_members

SHOWN_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One notification as the page shows it."""

    row: Notification
    said: Spoken


@dataclass(slots=True)
class Day:
    """The notifications of one day: single ones, and new papers together."""

    on: date
    lines: list[Line] = field(default_factory=list)
    papers: list[Line] = field(default_factory=list)

    @property
    def unread_papers(self) -> str:
        """Row ids of the notifications of new papers that are not read, with commas between them."""
        return ",".join(str(line.row.pk) for line in self.papers if line.row.read_at is None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def notifications(request: HttpRequest) -> HttpResponse:
    """``/notifications``: the newest first, by day. POST with ``read`` (row ids and commas, or ``all``) marks them."""
    account = account_of(request)
    if request.method == "POST":
        given = request.POST.get("read", "").split(",")
        numbers = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]
        mark_read(account, None if "all" in given else numbers)
        if request.headers.get("Accept", "") == "application/json":
            return HttpResponse(status=204)
        page = request.POST.get("p", "")
        back = redirect("web:notifications")
        if page.isascii() and page.isdigit() and len(page) < 6:
            back["Location"] += f"?p={page}"
        return back
    page_of = Paginator(shown(account), SHOWN_ON_A_PAGE).get_page(request.GET.get("p"))
    context = {
        "heading": _("Notifications"),
        "page": page_of,
        "days": _by_day(page_of.object_list),
        "unread": unread_count(account),
    }
    return render(request, "web/notices/notifications.html", context)


def _by_day(rows: Iterable[Notification]) -> list[Day]:
    days: list[Day] = []
    for row in rows:
        on = timezone.localdate(row.made_at)
        if not days or days[-1].on != on:
            days.append(Day(on))
        line = Line(row, spoken(row))
        (days[-1].papers if row.kind == Notification.Kind.NEW_PAPER else days[-1].lines).append(line)
    return days


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def choices(request: HttpRequest) -> HttpResponse:
    """``/settings/notifications``: of each kind whether it is wanted on the site and by mail."""
    account = account_of(request)
    if request.method == "POST":
        wanted = {
            kind: Ways(site=f"{kind}:site" in request.POST, mail=f"{kind}:mail" in request.POST) for kind in NAMES
        }
        if not is_mail_set_up():
            # The column is not shown; what was chosen for mail before stays.
            wanted = {kind: Ways(site=one.site, mail=ways(account, kind).mail) for kind, one in wanted.items()}
        choose(account, {str(kind): one for kind, one in wanted.items()})
        messages.success(request, _("Kept."))
        return redirect("web:notice_settings")
    context = {
        "heading": _("Which notifications you want"),
        "kinds": [(str(kind), name, ways(account, kind)) for kind, name in NAMES.items()],
        "is_mail_set_up": is_mail_set_up(),
    }
    return render(request, "web/notices/choices.html", context)
