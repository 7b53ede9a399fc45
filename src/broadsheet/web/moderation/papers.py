"""Pages on which moderators change papers and collections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper, PaperMerge
from broadsheet.community import moderation
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Collection
from broadsheet.search.find import papers_probably_same
from broadsheet.web.access import account_of, for_role
from broadsheet.web.moderation.acting import back, network, telling_refusals

TWINS_SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.MODERATOR)
@telling_refusals
def moderate_paper(request: HttpRequest, name: str) -> HttpResponse:
    """``/moderation/papers/NAME``: hide, show, lock, unlock or merge with ``other``; ``do`` says which."""
    paper = paper_named(name)
    if paper is None:
        raise Http404
    if request.method == "POST":
        kept = _do(request, paper, request.POST.get("do", ""))
        return back(request, kept)
    context: dict[str, Any] = {
        "heading": _("Moderate a paper"),
        "paper": paper,
        "merges": paper.merges.filter(undone_at=None).order_by("-pk"),
        "twins": papers_probably_same(paper)[:TWINS_SHOWN],
        "counts": {"comments": paper.comments.count(), "votes": paper.votes.count()},
    }
    return render(request, "web/moderation/moderate_paper.html", context)


def _do(request: HttpRequest, paper: Paper, act: str) -> str:
    """Do what was asked for; returns the address of the page to go on from."""
    by, reason, where = account_of(request), request.POST.get("reason", ""), network(request)
    if act in moderation.PAPER_ACTS:
        moderation.change_paper(paper, act, by, reason, network=where)
        messages.success(request, _("Done: it is in the log."))
        return request.path
    if act != "merge":
        raise RefusedError(_("Choose what to do."))
    other = paper_named(request.POST.get("other", ""))
    if other is None:
        raise RefusedError(_("No paper here has this name."))
    kept = moderation.merge_papers(paper, other, by, reason, network=where)
    messages.success(request, _("They are one paper now. This can be undone here."))
    return reverse("web:moderate_paper", args=[kept.name])


@require_POST
@for_role(Account.Role.MODERATOR)
@telling_refusals
def undo_merge(request: HttpRequest, number: int) -> HttpResponse:
    """``POST /moderation/merges/NUMBER``: make two papers again of a merged one."""
    merge = get_object_or_404(PaperMerge.objects.select_related("paper"), pk=number)
    name = merge.paper.name
    moderation.undo_merge(merge, account_of(request), request.POST.get("reason", ""), network=network(request))
    messages.success(request, _("They are two papers again, and stay apart."))
    return redirect("web:moderate_paper", name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Account.Role.MODERATOR)
@telling_refusals
def moderate_collection(request: HttpRequest, key: str) -> HttpResponse:
    """``/moderation/collections/KEY``: a public collection, to hide or to show; ``do`` says which."""
    public = Collection.objects.filter(visibility=Collection.Visibility.PUBLIC).select_related("owner")
    collection = get_object_or_404(public, key=key)
    if request.method == "POST":
        moderation.change_collection(
            collection,
            account_of(request),
            request.POST.get("reason", ""),
            is_hidden=request.POST.get("do") == "hide",
            network=network(request),
        )
        messages.success(request, _("Done: it is in the log."))
        return back(request, request.path)
    context = {"heading": _("Moderate a collection"), "collection": collection}
    return render(request, "web/moderation/collection.html", context)
