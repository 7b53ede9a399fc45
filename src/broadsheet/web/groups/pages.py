"""Groups: all of mine, one with its reading list, a paper in a group, and what a group read in a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.community import groups
from broadsheet.community.access import groups_of, is_member
from broadsheet.community.collections import entries_of, with_counts
from broadsheet.community.models import Collection, CollectionEntry, Group, Membership
from broadsheet.community.talk_text import known_in
from broadsheet.search.query import QueryError, week_of, week_span
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_members, private
from broadsheet.web.groups.finding import group_or_404
from broadsheet.web.library.acting import cards, paper_or_404

ON_A_PAGE = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``GET /groups``: one's groups and invitations, and the names of those that are listed."""
    context: dict[str, Any] = {"heading": _("Groups"), "listed": groups.listed_groups(request.user)}
    if is_member(request.user):
        context |= {
            "own": groups_of(request.user).order_by("name", "pk"),
            "asked": groups.invitations_of(request.user),
        }
    return private(render(request, "web/groups/index.html", context))


@require_safe
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """``GET /groups/SLUG``: its reading list; of a listed group strangers see the name and what it says of itself."""
    group = Group.objects.filter(slug=slug).first()
    if group is None:
        raise Http404
    member = _membership(request, group)
    if member is None and not group.is_listed:
        raise Http404
    if member is None or member.joined_at is None:
        context = {"heading": group.name, "group": group, "is_asked": member is not None}
        return private(render(request, "web/groups/outside.html", context))
    reading = groups.reading_list(group)
    part = Paginator(_by_state(reading, request), ON_A_PAGE).get_page(request.GET.get("p"))
    collections = with_counts(Collection.objects.filter(group=group, is_reading_list=False))
    context = {
        "heading": group.name,
        "group": group,
        "reading": reading,
        "part": part,
        "is_read_shown": request.GET.get("show") == "read",
        "collections": collections.select_related("owner").order_by("-changed_at", "-pk"),
        "today": timezone.localdate(),
        **_rows(request, group, part),
    }
    return private(render(request, "web/groups/group.html", context | _standing(request, group, member)))


@require_safe
@for_members
def week(request: HttpRequest, slug: str, text: str = "") -> HttpResponse:
    """``GET /groups/SLUG/week[/2026-W10]``: what a group read in an ISO week, with what it says of it."""
    group, member = group_or_404(request, slug)
    try:
        first, last = week_span(text or week_of(timezone.localdate()))
    except QueryError as error:
        return errors.refused_query(request, str(error))
    context = {
        "heading": _("What we read this week"),
        "group": group,
        "first": first,
        "last": last,
        "before": _week_address(group, week_of(first - timedelta(days=7))),
        "after": _week_address(group, week_of(last + timedelta(days=1))) if last < timezone.localdate() else "",
        **_rows(request, group, groups.read_within(group, first, last)),
    }
    return render(request, "web/groups/week.html", context | _standing(request, group, member))


@require_safe
@for_members
def paper(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """``GET /groups/SLUG/papers/NAME``: a paper inside a group, with the group's votes and comments."""
    group, member = group_or_404(request, slug)
    found = cards(request, [paper_or_404(name).pk])
    about = next(iter(found.values()))
    entry = CollectionEntry.objects.filter(collection=groups.reading_list(group), paper=about).first()
    context = {
        "heading": group.name,
        "group": group,
        "paper": about,
        "entry": entry,
        "inside": groups.in_group(group, account_of(request), [about.pk])[about.pk],
        "today": timezone.localdate(),
    }
    return render(request, "web/groups/paper.html", context | _standing(request, group, member))


@require_safe
@for_members
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """``GET /groups/SLUG/people``: who belongs to a group; its owners ask others here, and remove."""
    group, member = group_or_404(request, slug)
    rows = groups.people_of(group)
    context = {"heading": _("People of %(name)s") % {"name": group.name}, "group": group, "people": rows}
    return render(request, "web/groups/people.html", context | _standing(request, group, member))


def _membership(request: HttpRequest, group: Group) -> Membership | None:
    """The reader's membership, also one that waits for an answer."""
    if not is_member(request.user):
        return None
    return Membership.objects.filter(group=group, account=request.user).first()


def _by_state(reading: Collection, request: HttpRequest) -> Any:
    """What is still to be read, in the list's order; or what was read, the last first."""
    entries = entries_of(reading)
    if request.GET.get("show") == "read":
        return entries.filter(read_on__isnull=False).order_by("-read_on", "position", "pk")
    return entries.filter(read_on=None)


def _rows(request: HttpRequest, group: Group, entries: Iterable[CollectionEntry]) -> dict[str, Any]:
    """Entries with their papers and what they are to the group."""
    listed = list(entries)
    papers = cards(request, [entry.paper_id for entry in listed])
    inside = groups.in_group(group, account_of(request), list(papers))
    rows = [(entry, papers[entry.paper_id], inside[entry.paper_id]) for entry in listed if entry.paper_id in papers]
    return {"rows": rows, "known": known_in([group.about, *(entry.note for entry, _paper, _inside in rows)])}


def _standing(request: HttpRequest, group: Group, member: Membership) -> dict[str, Any]:
    is_owner = groups.is_owner(request.user, group) if member.role == Membership.Role.OWNER else False
    return {"is_owner": is_owner, "member": member}


def _week_address(group: Group, text: str) -> str:
    return reverse("web:group_week_of", args=[group.slug, text])
