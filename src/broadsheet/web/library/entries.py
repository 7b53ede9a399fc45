"""What is in collections: added, taken out, moved, noted; and a bibliography put into one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.community import collections
from broadsheet.community.access import RefusedError, groups_of
from broadsheet.community.bibliographies import import_into
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Collection, CollectionEntry
from broadsheet.community.rules import LARGEST_IMPORT, LONGEST_NOTE, MOST_IMPORTED
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members
from broadsheet.web.library.acting import back_to, done, paper_or_404
from broadsheet.web.library.putting import collection_or_404


@require_POST
@for_active_members
def change(request: HttpRequest, key: str) -> HttpResponse:
    """``POST /collections/KEY/entries`` with ``add`` (any name of a paper), ``remove`` or a step = NAME."""
    account, collection = account_of(request), _puttable(request, key)
    back = reverse("web:collection", args=[collection.key])
    if "add" in request.POST:
        paper = shown_paper_named(request.POST["add"][:1_000])
        if paper is None:
            return errors.refused(request, _("No paper of this site has this name. You can submit or import it first."))
        return done(
            request, lambda: collections.add_papers(account, collection, [paper]), back_to(request, back, paper)
        )
    if "remove" in request.POST:
        gone = paper_or_404(request.POST["remove"])
        return done(request, lambda: collections.take_out(account, collection, gone), back_to(request, back))
    step = next((step for step in collections.STEPS if step in request.POST), None)
    if step is None:
        raise Http404
    moved = paper_or_404(request.POST[step])
    return done(request, lambda: collections.move(account, collection, moved, step), back_to(request, back, moved))


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def note(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """``/collections/KEY/notes/NAME``: what stands beside a paper, for everybody who sees the collection."""
    account, collection, paper = account_of(request), _puttable(request, key), paper_or_404(name)
    entry = CollectionEntry.objects.filter(collection=collection, paper=paper).first()
    if entry is None:
        raise Http404
    back = f"{reverse('web:collection', args=[collection.key])}#p-{paper.key}"
    if request.method == "POST":
        text = request.POST.get("note", "")
        return done(request, lambda: collections.note_entry(account, collection, paper, text), back)
    context = {
        "heading": _("A note in “%(title)s”") % {"title": collection.title},
        "paper": paper,
        "text": entry.note,
        "hint": _("Everybody who sees the collection can read it."),
        "back": back,
        "longest": LONGEST_NOTE,
    }
    return render(request, "web/library/note.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def collect(request: HttpRequest, name: str) -> HttpResponse:
    """``/library/collect/NAME``: in which of one's collections a paper is, and forms to put it into others."""
    account, paper = account_of(request), paper_or_404(name)
    here = reverse("web:collect", args=[paper.name])
    if request.method == "POST":
        if title := request.POST.get("title", ""):

            def begin() -> None:
                collections.add_papers(account, collections.make_collection(account, title), [paper])

            return done(request, begin, here)
        put = "add" in request.POST
        collection = _puttable(request, request.POST.get("add" if put else "remove", ""))
        if put:
            return done(request, lambda: collections.add_papers(account, collection, [paper]), here)
        return done(request, lambda: collections.take_out(account, collection, paper), here)
    own = list(collections.collections_to_put_in(account))
    holding = set(CollectionEntry.objects.filter(paper=paper, collection__in=own).values_list("collection", flat=True))
    context = {
        "heading": _("Collect"),
        "paper": paper,
        "rows": [(collection, collection.pk in holding) for collection in own],
        "groups": groups_of(account).order_by("name", "pk"),
        "longest": collections.LONGEST_TITLE,
    }
    return render(request, "web/library/collect.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def bring(request: HttpRequest, key: str) -> HttpResponse:
    """``/collections/KEY/import``: a bibliography is sent as ``file``; what became of its entries is told."""
    account, collection = account_of(request), _puttable(request, key)
    context = {
        "heading": _("Import a bibliography"),
        "collection": collection,
        "most": MOST_IMPORTED,
        "megabytes": LARGEST_IMPORT >> 20,
    }
    if request.method != "POST":
        return render(request, "web/library/import.html", context)
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        return render(request, "web/library/import.html", context | {"problem": _("Choose a file first.")}, status=400)
    if sent.size > LARGEST_IMPORT:
        problem = _("The file is larger than %(most)d MB.") % {"most": LARGEST_IMPORT >> 20}
        return render(request, "web/library/import.html", context | {"problem": problem}, status=400)
    with tempfile.TemporaryDirectory(prefix="broadsheet-import-") as folder:
        # Its place is told in messages, and a name of one's own could lead anywhere.
        path = Path(folder) / "file"
        path.write_bytes(b"".join(sent.chunks()))
        try:
            imported = import_into(account, collection, path)
        except RefusedError as error:
            return render(request, "web/library/import.html", context | {"problem": str(error)}, status=400)
        except TooManyError as error:
            return errors.too_many(request, error)
    return render(request, "web/library/import.html", context | {"imported": imported})


def _puttable(request: HttpRequest, key: str) -> Collection:
    """A collection that this person may put papers into; any other is not there, as far as forms go."""
    collection = collection_or_404(request, key)
    if not collections.may_put(request.user, collection):
        raise Http404
    return collection
