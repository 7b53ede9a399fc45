"""The forms of groups: making one, who belongs to it, and what it reads."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.community import collections, groups, votes
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Group
from broadsheet.community.rules import LONGEST_ABOUT
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.groups.finding import group_or_404
from broadsheet.web.library.acting import back_to, done, paper_or_404
from broadsheet.web.networks import address_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def new(request: HttpRequest) -> HttpResponse:
    """``/groups/new``: the form of a new group, of which its maker is the owner."""
    if request.method == "POST":
        made: list[Group] = []

        def make() -> None:
            told = request.POST
            account = account_of(request)
            is_listed = "is_listed" in told
            made.append(
                groups.make_group(account, told.get("name", ""), about=told.get("about", ""), is_listed=is_listed)
            )

        response = done(request, make, "")
        return redirect("web:group", slug=made[0].slug) if made else response
    return render(request, "web/groups/edit.html", {"heading": _("New group"), **_fields()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """``/groups/SLUG/edit``: its name, what it says of itself, whether it is listed. For owners."""
    account, group = account_of(request), _owned(request, slug)
    if request.method == "POST":
        name, about = request.POST.get("name", ""), request.POST.get("about", "")
        is_listed = "is_listed" in request.POST
        return done(
            request,
            lambda: groups.change_group(account, group, name=name, about=about, is_listed=is_listed),
            _page(group),
        )
    return render(request, "web/groups/edit.html", {"heading": _("Edit the group"), "group": group, **_fields()})


@require_POST
@for_active_members
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """``POST /groups/SLUG/delete``: it is gone with all that was in it. For owners."""
    account, group = account_of(request), _owned(request, slug)
    return done(request, lambda: groups.delete_group(account, group), reverse("web:groups"))


@require_POST
@for_active_members
def membership(request: HttpRequest, slug: str) -> HttpResponse:
    """``POST /groups/SLUG/membership`` with ``invite``, ``remove``, ``owner`` or ``reader`` = USERNAME. For owners."""
    account, group = account_of(request), _owned(request, slug)
    back = reverse("web:group_people", args=[group.slug])
    if "invite" in request.POST:
        return done(request, lambda: groups.invite(account, group, request.POST["invite"]), back)
    act = next((name for name in ("remove", "owner", "reader") if name in request.POST), "")
    other = Account.objects.filter(username=request.POST.get(act, ""), memberships__group=group).first()
    if other is None:
        raise Http404
    if act == "remove":
        return done(request, lambda: groups.remove(account, group, other), back)
    return done(request, lambda: groups.give_role(account, group, other, act), back)


@require_POST
@for_members
def answer(request: HttpRequest, slug: str) -> HttpResponse:
    """``POST /groups/SLUG/answer`` with ``accept``, ``decline`` or ``leave``: also while suspended."""
    account = account_of(request)
    group = Group.objects.filter(slug=slug, memberships__account=account).first()
    if group is None:
        raise Http404
    if "accept" in request.POST:
        return done(request, lambda: groups.accept(account, group), _page(group))
    if "leave" in request.POST:
        return done(request, lambda: groups.leave(account, group), reverse("web:groups"))
    return done(request, lambda: groups.decline(account, group), reverse("web:groups"))


@require_POST
@for_active_members
def reading(request: HttpRequest, slug: str) -> HttpResponse:
    """``POST /groups/SLUG/reading``: ``add`` = any name of a paper, or ``paper`` = NAME and ``read_on``."""
    account, (group, _member) = account_of(request), group_or_404(request, slug)
    listed = groups.reading_list(group)
    if "add" in request.POST:
        added = shown_paper_named(request.POST["add"][:1_000])
        if added is None:
            return errors.refused(request, _("No paper of this site has this name. You can submit or import it first."))
        back = back_to(request, _page(group), added)
        return done(request, lambda: collections.add_papers(account, listed, [added]), back)
    paper = paper_or_404(request.POST.get("paper", ""))

    def mark() -> None:
        groups.mark_read_on(account, group, paper, _day(request.POST.get("read_on", "")))

    return done(request, mark, back_to(request, _page(group)))


@require_POST
@for_active_members
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """``POST /groups/SLUG/vote`` with ``vote`` or ``unvote`` = NAME: we should read this."""
    account, (group, _member) = account_of(request), group_or_404(request, slug)
    is_cast = "vote" in request.POST
    paper = paper_or_404(request.POST.get("vote" if is_cast else "unvote", ""))

    def change() -> None:
        if is_cast:
            votes.cast_vote(account, paper, group=group, address=address_of(request))
        else:
            votes.withdraw_vote(account, paper, group=group)

    return done(request, change, back_to(request, _page(group), paper))


def _owned(request: HttpRequest, slug: str) -> Group:
    """A group of which this person is an owner; for its other members too there is no such form."""
    group, _member = group_or_404(request, slug)
    if not groups.is_owner(request.user, group):
        raise Http404
    return group


def _day(text: str) -> date | None:
    """A day; None for no text. Raises ``RefusedError`` for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise RefusedError(_("This is no day; one looks like 2026-03-31.")) from error


def _page(group: Group) -> str:
    return reverse("web:group", args=[group.slug])


def _fields() -> dict[str, int]:
    return {"longest": LONGEST_ABOUT, "longest_name": groups.LONGEST_NAME}
