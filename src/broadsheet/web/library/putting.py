"""Collections: lists of them, one of them, and the forms by which they are made and changed."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.community import collections
from broadsheet.community.access import groups_of, is_member, visible_collections
from broadsheet.community.models import Account, Collection, Group
from broadsheet.community.rules import LONGEST_ABOUT
from broadsheet.community.talk_text import known_in
from broadsheet.search.query import PaperQuery
from broadsheet.web.access import account_of, for_active_members, private
from broadsheet.web.library.acting import cards, done

ON_A_PAGE = 100
PUBLIC_ON_A_PAGE = 60


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``GET /collections``: one's own, those of one's groups, and the public ones."""
    part = Paginator(collections.public_collections(), PUBLIC_ON_A_PAGE).get_page(request.GET.get("p"))
    context: dict[str, object] = {"heading": _("Collections"), "part": part}
    if is_member(request.user):
        shared = visible_collections(request.user).filter(group__isnull=False).exclude(owner=request.user)
        context["own"] = collections.collections_of(request.user)
        context["shared"] = collections.with_counts(shared).select_related("group", "owner").order_by("-changed_at")
    return private(render(request, "web/library/collections.html", context))


@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """``GET /collections/KEY``: its papers in its order, with what is noted beside them."""
    collection = collection_or_404(request, key)
    part = Paginator(collections.entries_of(collection), ON_A_PAGE).get_page(request.GET.get("p"))
    papers = cards(request, [entry.paper_id for entry in part])
    rows = [(entry, papers[entry.paper_id]) for entry in part if entry.paper_id in papers]
    is_public = collection.visibility == Collection.Visibility.PUBLIC and not collection.is_hidden
    context = {
        "heading": collection.title,
        "collection": collection,
        "part": part,
        "rows": rows,
        "known": known_in([collection.about, *(entry.note for entry, _paper in rows)]),
        "may_put": collections.may_put(request.user, collection),
        "may_run": collections.may_run(request.user, collection),
        "is_public": is_public,
        "followed": PaperQuery(collection=collection.key),
    }
    response = render(request, "web/library/collection.html", context)
    return response if is_public and not is_member(request.user) else private(response)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def new(request: HttpRequest) -> HttpResponse:
    """``/collections/new``: the form of a new collection, of one's own or (``group=SLUG``) of a group."""
    account = account_of(request)
    group = _group(account, request.POST.get("of_group", "") or request.GET.get("group", ""))
    if request.method == "POST":
        made: list[Collection] = []

        def make() -> None:
            made.append(
                collections.make_collection(
                    account,
                    request.POST.get("title", ""),
                    about=request.POST.get("about", ""),
                    visibility=request.POST.get("visibility", Collection.Visibility.PRIVATE),
                    group=group or _group(account, request.POST.get("group", "")),
                    is_of_group=group is not None,
                )
            )

        response = done(request, make, "")
        return redirect("web:collection", key=made[0].key) if made else response
    context = {"heading": _("New collection"), "group": group, "back": reverse("web:collections")}
    return render(request, "web/library/edit.html", context | _choices(account))


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """``/collections/KEY/edit``: title, description, who sees it; for whoever runs it."""
    account, collection = account_of(request), collection_or_404(request, key)
    if not collections.may_run(account, collection):
        raise Http404
    back = reverse("web:collection", args=[collection.key])
    if request.method == "POST":

        def change() -> None:
            collections.change_collection(
                account,
                collection,
                title=request.POST.get("title", ""),
                about=request.POST.get("about", ""),
                visibility=request.POST.get("visibility", collection.visibility),
                group=_group(account, request.POST.get("group", "")),
            )

        return done(request, change, back)
    context = {"heading": _("Edit a collection"), "collection": collection, "back": back}
    context["group"] = collection.group if collection.owner_id is None else None
    return render(request, "web/library/edit.html", context | _choices(account))


@require_POST
@for_active_members
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /collections/KEY/delete``: it is gone; its papers stay where they are."""
    account, collection = account_of(request), collection_or_404(request, key)
    if not collections.may_run(account, collection):
        raise Http404
    return done(request, lambda: collections.delete_collection(account, collection), reverse("web:collections"))


@require_POST
@for_active_members
def copy(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /collections/KEY/copy``: a private one of one's own with the same papers and notes."""
    account, collection = account_of(request), collection_or_404(request, key)
    made: list[Collection] = []
    response = done(request, lambda: made.append(collections.copy_collection(account, collection)), "")
    return redirect("web:collection", key=made[0].key) if made else response


def collection_or_404(request: HttpRequest, key: str) -> Collection:
    """The collection of a key, for whoever may see it."""
    found = collections.collection_named(request.user, key)
    if found is None:
        raise Http404
    return found


def _group(account: Account, slug: str) -> Group | None:
    """One of a person's groups by its name; None where none is named.

    Raises ``Http404`` for any other.
    """
    if not slug:
        return None
    found = groups_of(account).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _choices(account: Account) -> dict[str, object]:
    return {
        "groups": groups_of(account).order_by("name", "pk"),
        "longest": LONGEST_ABOUT,
        "longest_title": collections.LONGEST_TITLE,
    }
