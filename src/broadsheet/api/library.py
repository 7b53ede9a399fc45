"""A person's library and collections by the API.

``GET /api/v1/library``; ``GET``, ``PUT`` and ``DELETE /api/v1/library/NAME``; ``GET`` and ``POST /api/v1/collections``;
``GET``, ``PATCH`` and ``DELETE /api/v1/collections/KEY``; ``PUT`` and ``DELETE /api/v1/collections/KEY/papers/NAME``.
What is private is answered to a token with the scope ``read`` or to a session; public collections to everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.api.access import account_of, needs_scope, refused, token_of
from broadsheet.api.comments import AskedError, body_of, paper_of, text_in
from broadsheet.catalogue.text import to_plain
from broadsheet.community import collections, library
from broadsheet.community.access import Person, groups_of
from broadsheet.community.models import Account, Collection, CollectionEntry, Group, Shelved
from broadsheet.ranking.exploring import impressions

MOST = 1_000
_STEPS: Mapping[str, collections.Step] = {step: step for step in collections.STEPS}


@require_safe
@needs_scope("read")
def shelf(request: HttpRequest) -> HttpResponse:
    """Papers that are saved, read or noted (``show``), at most ``MOST`` from ``offset`` on."""
    rows = {"saved": library.saved, "read": library.read, "noted": library.noted}
    show, offset = request.GET.get("show", "") or "saved", request.GET.get("offset", "") or "0"
    if show not in rows:
        return refused(f"show={show!r}: expected one of {', '.join(rows)}", 400)
    if not (offset.isascii() and offset.isdigit() and len(offset) < 6):
        return refused(f"offset={offset!r}: expected a whole number", 400)
    found = rows[show](account_of(request)).select_related("paper")
    part = found[int(offset) : int(offset) + MOST]
    return JsonResponse({"total": found.count(), "papers": [_kept(row) for row in part]})


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
def paper(request: HttpRequest, name: str) -> HttpResponse:
    """What a paper is to a person; PUT sets what is told of it, DELETE unsaves it."""
    if request.method in ("GET", "HEAD"):
        return _look(request, name)
    return _put(request, name) if request.method == "PUT" else _unsave(request, name)


@require_http_methods(["GET", "HEAD", "POST"])
def all_collections(request: HttpRequest) -> HttpResponse:
    """The collections of whoever asks and of the person's groups; of nobody, the public ones. POST makes one."""
    if request.method == "POST":
        return _make(request)
    reader = _reader(request)
    rows = collections.public_collections()
    if isinstance(reader, Account):
        own = collections.collections_to_put_in(reader).values("pk")
        rows = collections.with_counts(Collection.objects.filter(pk__in=own)).order_by("-changed_at", "-pk")
    listed = rows.select_related("owner", "group")[:MOST]
    return _private(JsonResponse({"collections": [_told(row) for row in listed]}))


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def collection(request: HttpRequest, key: str) -> HttpResponse:
    """One collection in its order; PATCH changes what is told of it, DELETE deletes it."""
    found = collections.collection_named(_reader(request), key)
    if found is None:
        return refused(f"There is no collection {key!r}.", 404)
    if request.method == "PATCH":
        return _change(request, found)
    if request.method == "DELETE":
        return _delete(request, found)
    return _private(JsonResponse(_whole(found)))


@require_http_methods(["PUT", "DELETE"])
@needs_scope("write")
def entry(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """PUT adds a paper, writes its ``note`` and takes a step (``move``: up, down, first, last); DELETE takes it out."""
    account = account_of(request)
    found, about = collections.collection_named(account, key), paper_of(name)
    if found is None or about is None:
        return refused(f"There is no collection {key!r} or no paper {name!r}.", 404)
    if request.method == "DELETE":
        is_gone = collections.take_out(account, found, about)
        return HttpResponse(status=204) if is_gone else refused(f"{name!r} is not in this collection.", 404)

    def put(given: Mapping[str, Any]) -> HttpResponse:
        step = text_in(given, "move", is_needed=False)
        if step and step not in _STEPS:
            return refused(f"move={step!r}: expected one of {', '.join(_STEPS)}", 400)
        note = text_in(given, "note") if "note" in given else None
        collections.add_papers(account, found, [about])
        if note is not None:
            collections.note_entry(account, found, about, note)
        if step:
            collections.move(account, found, about, _STEPS[step])
        return JsonResponse(_whole(found))

    return _asked(request, put)


@needs_scope("read")
def _look(request: HttpRequest, name: str) -> HttpResponse:
    about = paper_of(name)
    if about is None:
        return refused(f"No paper is known as {name!r}.", 404)
    return JsonResponse(_kept(library.shelved(account_of(request), about) or Shelved(paper=about)))


@needs_scope("write")
def _put(request: HttpRequest, name: str) -> HttpResponse:
    """Sets ``is_saved``, ``is_read`` and ``note``."""
    account, about = account_of(request), paper_of(name)
    if about is None:
        return refused(f"No paper is known as {name!r}.", 404)

    def put(given: Mapping[str, Any]) -> HttpResponse:
        is_saved, is_read = _switch(given, "is_saved"), _switch(given, "is_read")
        note = text_in(given, "note") if "note" in given else None
        if note is not None:
            library.write_note(account, about, note)
        if is_saved is not None:
            (library.save if is_saved else library.unsave)(account, about)
            if is_saved:
                impressions.note_saved(account, about.pk, timezone.now())
            else:
                impressions.note_unsaved(account, about.pk)
        if is_read is not None:
            (library.mark_read if is_read else library.mark_unread)(account, about)
        if is_read:
            impressions.note_opened(account, about.pk, timezone.now())
        return JsonResponse(_kept(library.shelved(account, about) or Shelved(paper=about)))

    return _asked(request, put)


@needs_scope("write")
def _unsave(request: HttpRequest, name: str) -> HttpResponse:
    about = paper_of(name)
    if about is None:
        return refused(f"No paper is known as {name!r}.", 404)
    library.unsave(account_of(request), about)
    impressions.note_unsaved(account_of(request), about.pk)
    return HttpResponse(status=204)


@needs_scope("write")
def _make(request: HttpRequest) -> HttpResponse:
    account = account_of(request)

    def make(given: Mapping[str, Any]) -> HttpResponse:
        made = collections.make_collection(
            account,
            text_in(given, "title"),
            about=text_in(given, "about", is_needed=False),
            visibility=text_in(given, "visibility", is_needed=False) or Collection.Visibility.PRIVATE,
            group=_group(account, text_in(given, "group", is_needed=False)),
        )
        return JsonResponse(_whole(made), status=201)

    return _asked(request, make)


@needs_scope("write")
def _change(request: HttpRequest, found: Collection) -> HttpResponse:
    """Sets ``title``, ``about`` and ``visibility``, the last with the ``group`` that is meant."""
    account = account_of(request)

    def change(given: Mapping[str, Any]) -> HttpResponse:
        group = _group(account, text_in(given, "group", is_needed=False))
        collections.change_collection(
            account,
            found,
            title=text_in(given, "title") if "title" in given else found.title,
            about=text_in(given, "about") if "about" in given else found.about,
            visibility=text_in(given, "visibility") if "visibility" in given else found.visibility,
            group=group or found.group,
        )
        return JsonResponse(_whole(Collection.objects.select_related("owner", "group").get(pk=found.pk)))

    return _asked(request, change)


@needs_scope("write")
def _delete(request: HttpRequest, found: Collection) -> HttpResponse:
    collections.delete_collection(account_of(request), found)
    return HttpResponse(status=204)


def _asked(request: HttpRequest, act: Callable[[Mapping[str, Any]], HttpResponse]) -> HttpResponse:
    """Do all of what a body asks for, or nothing; 400 where it cannot be understood."""
    try:
        with transaction.atomic():
            return act(body_of(request))
    except AskedError as error:
        return refused(str(error), 400)


def _reader(request: HttpRequest) -> Person:
    """Who reads, or writes: nobody, for a token that may not."""
    token, scope = token_of(request), "read" if request.method in ("GET", "HEAD") else "write"
    return request.user if token is None or scope in token.scopes else AnonymousUser()


def _group(account: Account, slug: str) -> Group | None:
    if not slug:
        return None
    found = groups_of(account).filter(slug=slug).first()
    if found is None:
        raise AskedError(f"group={slug!r}: no group of yours")
    return found


def _switch(given: Mapping[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        raise AskedError(f"{name!r} is neither true nor false.")
    return value


def _kept(row: Shelved) -> dict[str, Any]:
    told: dict[str, Any] = {"id": row.paper.name, "title": to_plain(row.paper.title)}
    for name in ("saved_at", "seen_at", "read_at"):
        at = getattr(row, name)
        told[name] = at.isoformat() if at else None
    return told | {"note": row.note}


def _told(row: Collection) -> dict[str, Any]:
    return {
        "key": row.key,
        "url": settings.BASE_URL + reverse("web:collection", args=[row.key]),
        "title": row.title,
        "about": row.about,
        "owner": row.owner.username if row.owner else None,
        "group": row.group.slug if row.group else None,
        "visibility": row.visibility,
        "is_reading_list": row.is_reading_list,
        "changed_at": row.changed_at.isoformat(),
    }


def _whole(row: Collection) -> dict[str, Any]:
    entries = collections.entries_of(row).select_related("paper")
    return _told(row) | {"papers": [_entry(one) for one in entries]}


def _entry(row: CollectionEntry) -> dict[str, Any]:
    return {
        "id": row.paper.name,
        "title": to_plain(row.paper.title),
        "note": row.note,
        "added_by": row.added_by.username if row.added_by else None,
        "added_at": row.added_at.isoformat(),
        "read_on": row.read_on.isoformat() if row.read_on else None,
    }


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response
