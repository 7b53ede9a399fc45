"""Telling moderators of something."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community import reports
from broadsheet.community.access import RefusedError
from broadsheet.web.access import account_of, for_active_members
from broadsheet.web.moderation.acting import telling_refusals

_PAGES = {"comment": "web:comment", "paper": "web:paper", "account": "web:person", "collection": "web:collection"}


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
@telling_refusals
def report(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    """``/report/KIND/SUBJECT``: the form, and with ``reason`` and ``words`` sent, the report."""
    account = account_of(request)
    found = reports.subject_of(kind, subject, account)
    if found is None:
        raise Http404
    fault, status = "", 200
    if request.method == "POST":
        try:
            reports.report(account, found, request.POST.get("reason", ""), request.POST.get("words", ""))
        except RefusedError as error:
            fault, status = str(error), 400
        else:
            return redirect("web:report", kind=kind, subject=subject)
    sent = reports.open_report(account, found)
    context = {
        "sent": sent,
        "page": _page_of(kind, subject),
        "heading": _("Report to the moderators"),
        "subject": found,
        "reasons": reports.REASONS.items(),
        "fault": fault,
        "reason": request.POST.get("reason", sent.reason if sent else ""),
        "words": request.POST.get("words", sent.words if sent else ""),
        "longest": reports.LONGEST_WORDS,
    }
    return render(request, "web/moderation/report.html", context, status=status)


def _page_of(kind: str, subject: str) -> str:
    try:
        return reverse(_PAGES[kind], args=[subject])
    except NoReverseMatch:
        return reverse("web:home")
