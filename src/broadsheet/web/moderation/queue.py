"""What waits for moderators, and their decisions on reports and on comments that nobody has seen yet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue.models import PaperMerge
from broadsheet.community import comments
from broadsheet.community.models import Account, Claim, Comment, Submission, Vote
from broadsheet.community.reports import REASONS, cases, decide
from broadsheet.community.spam import echoes
from broadsheet.web.access import account_of, for_role
from broadsheet.web.moderation.acting import back, network, telling_refusals

MOST_SHOWN = 50
MOST_MERGES = 20


@require_safe
@for_role(Account.Role.MODERATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """``GET /moderation``: open reports, comments that wait, and how much waits elsewhere."""
    waiting = Comment.objects.filter(state=Comment.State.WAITING, group=None).select_related("account", "paper")
    context: dict[str, Any] = {
        "heading": _("Moderation"),
        "cases": cases(account_of(request))[:MOST_SHOWN],
        "reasons": REASONS,
        "waiting": list(waiting.order_by("pk")[:MOST_SHOWN]),
        "hiding": Comment.Reason.choices,
        "echoes": echoes(timezone.now()),
        "elsewhere": _elsewhere(),
        "merges": list(
            PaperMerge.objects.filter(undone_at=None)
            .exclude(merged_by="")
            .select_related("paper")
            .order_by("-pk")[:MOST_MERGES]
        ),
    }
    return render(request, "web/moderation/queue.html", context)


def _elsewhere() -> list[tuple[str | Promise, int, str]]:
    """Pages of other kinds of decisions, how much waits there, and their addresses where this instance has them."""
    counts: list[tuple[str | Promise, int, str]] = [
        (gettext_lazy("Held votes"), Vote.objects.filter(state=Vote.State.HELD).count(), "web:held_votes"),
        (gettext_lazy("Claims"), Claim.objects.filter(state=Claim.State.WAITING).count(), "web:claims"),
        (
            gettext_lazy("Submissions"),
            Submission.objects.filter(state=Submission.State.WAITING).count(),
            "web:submission_queue",
        ),
        (gettext_lazy("People who wait"), Account.objects.filter(is_waiting=True).count(), "web:waiting"),
    ]
    return [(label, count, url) for label, count, name in counts if (url := _address(name))]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@require_POST
@for_role(Account.Role.MODERATOR)
@telling_refusals
def decide_report(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    """``POST /moderation/reports/KIND/SUBJECT`` with ``do`` (uphold or dismiss) and ``reason``."""
    count = decide(
        kind,
        subject,
        account_of(request),
        is_upheld=request.POST.get("do") == "uphold",
        reason=request.POST.get("reason", ""),
        network=network(request),
    )
    if not count:
        messages.info(request, _("There was nothing open to decide on."))
    else:
        said = ngettext("%(n)d report was decided on.", "%(n)d reports were decided on.", count)
        messages.success(request, said % {"n": count})
    return redirect("web:moderation")


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.MODERATOR)
@telling_refusals
def moderate_comment(request: HttpRequest, key: str) -> HttpResponse:
    """``/moderation/comments/KEY``: a comment, to hide for a reason or to show; ``do`` is hide or show."""
    comment = Comment.objects.select_related("account", "paper").filter(key=key, group=None).first()
    if comment is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("do") == "show":
            comments.show(comment, account_of(request), network=network(request))
            messages.success(request, _("The comment can be read."))
        else:
            reason = request.POST.get("reason", "")
            comments.hide(comment, account_of(request), reason, network=network(request))
            messages.success(request, _("The comment is hidden."))
        return back(request, request.path)
    context = {"heading": _("A comment"), "comment": comment, "hiding": Comment.Reason.choices}
    return render(request, "web/moderation/comment.html", context)
