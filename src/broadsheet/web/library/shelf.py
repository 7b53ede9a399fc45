"""A person's library: the page, the buttons on every paper, and private notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.community import library
from broadsheet.community.models import Account, Shelved
from broadsheet.community.rules import LONGEST_NOTE
from broadsheet.community.talk_text import known_in
from broadsheet.ranking.exploring import impressions
from broadsheet.web.access import account_of, for_active_members, for_members
from broadsheet.web.library.acting import back_to, cards, done, is_script, paper_or_404, told
from broadsheet.web.library.words import button_words

ON_A_PAGE = 50
SHOWN: Mapping[str, tuple[str | Promise, Callable[[Account], QuerySet[Shelved]]]] = {
    "saved": (gettext_lazy("Saved"), library.saved),
    "read": (gettext_lazy("Read"), library.read),
    "noted": (gettext_lazy("Notes"), library.noted),
}
_ACTS: Mapping[str, Callable[[Account, Paper], None]] = {
    "save": library.save,
    "unsave": library.unsave,
    "read": library.mark_read,
    "unread": library.mark_unread,
    "seen": library.mark_seen,
}
_NOTED: Mapping[str, Callable[[Account, int, datetime], None]] = {
    "save": impressions.note_saved,
    "read": impressions.note_opened,
    "seen": impressions.note_opened,
}


@require_safe
@for_members
def page(request: HttpRequest) -> HttpResponse:
    """``GET /library?show=saved|read|noted``: saved papers, unread ones first; read ones; notes."""
    show = shown_in(request)
    account = account_of(request)
    part = Paginator(SHOWN[show][1](account), ON_A_PAGE).get_page(request.GET.get("p"))
    papers = cards(request, [row.paper_id for row in part])
    rows = [(row, papers[row.paper_id]) for row in part if row.paper_id in papers]
    context = {
        "heading": _("Library"),
        "section": "library",
        "show": show,
        "choices": [(name, label) for name, (label, _rows) in SHOWN.items()],
        "part": part,
        "rows": rows,
        "known": known_in(row.note for row, _paper in rows),
    }
    return render(request, "web/library/library.html", context)


@require_POST
@for_active_members
def shelve(request: HttpRequest) -> HttpResponse:
    """``POST /library/shelve`` with ``save``, ``unsave``, ``read``, ``unread`` or ``seen`` = NAME."""
    act = next((name for name in _ACTS if name in request.POST), "")
    if not act:
        raise Http404
    account, paper = account_of(request), paper_or_404(request.POST[act])

    def change() -> None:
        _ACTS[act](account, paper)
        if act in _NOTED:
            _NOTED[act](account, paper.pk, timezone.now())
        elif act == "unsave":
            impressions.note_unsaved(account, paper.pk)

    if is_script(request):
        return told(request, change, lambda: {"name": paper.name, **button_words(library.shelved(account, paper))})
    return done(request, change, back_to(request, reverse("web:paper", args=[paper.name]), paper))


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def note(request: HttpRequest, name: str) -> HttpResponse:
    """``/library/notes/NAME``: the form of one's note on a paper; nobody else reads it."""
    account, paper = account_of(request), paper_or_404(name)
    address = reverse("web:paper", args=[paper.name])
    if request.method == "POST":
        text = request.POST.get("note", "")
        return done(request, lambda: library.write_note(account, paper, text), back_to(request, address))
    row = library.shelved(account, paper)
    context = {
        "heading": _("Your note"),
        "paper": paper,
        "text": row.note if row else "",
        "hint": _("Only you can read it."),
        "back": address,
        "longest": LONGEST_NOTE,
    }
    return render(request, "web/library/note.html", context)


def shown_in(request: HttpRequest) -> str:
    """Which part of the library is asked for; saved papers for anything unknown."""
    show = request.GET.get("show", "")
    return show if show in SHOWN else "saved"
