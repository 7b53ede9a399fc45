"""Papers like others: the page to paste a bibliography into, and what a list of similar papers is similar to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search.asking import Asked
from broadsheet.search.pasted import pasted_names
from broadsheet.sources.bibliography import LONGEST_TEXT, BibliographyError


@dataclass(frozen=True, slots=True)
class Other:
    """One of the papers that a list is similar to: its title, its page where it has one, and the list without it."""

    title: str
    paper_url: str
    less_url: str


@require_http_methods(["GET", "HEAD", "POST"])
def similar(request: HttpRequest) -> HttpResponse:
    """The page to paste a bibliography into; what it names leads to the papers that are like it."""
    context: dict[str, Any] = {"heading": _("Papers like yours"), "longest": LONGEST_TEXT}
    if request.method != "POST":
        return render(request, "web/similar.html", context)
    text = storable_text(request.POST.get("text", ""))
    try:
        pasted = pasted_names(text)
    except BibliographyError as error:
        problem = _("This could not be read: %(why)s.") % {"why": error}
        shown = text if len(text) <= LONGEST_TEXT else ""
        return render(request, "web/similar.html", context | {"problem": problem, "text": shown}, status=400)
    named = urlencode([("like", name) for name in pasted.names])
    address = f"{reverse('web:search')}?{named}" if named else ""
    if address and pasted.is_whole:
        return redirect(address)
    told = {"pasted": pasted, "next_url": address, "recommended_url": f"{reverse('web:recommended')}?{named}"}
    return render(request, "web/similar.html", context | told | {"text": text})


def alike_context(asked: Asked, without: dict[str, str]) -> dict[str, Any]:
    """What a list is similar to; ``without`` has, for each name as asked, the address of the list without it."""
    papers = Paper.objects.defer("abstract").in_bulk(asked.alike)
    by_name = {name: papers.get(number) for name, number in asked.alike_names}
    others = []
    for name in asked.query.like:
        paper = by_name.get(name)
        title = to_plain(paper.title) if paper else name
        page = reverse("web:paper", args=[paper.name]) if paper else ""
        others.append(Other(title, page, without.get(name, "")))
    if len(others) == 1:
        heading = _("Papers like “%(title)s”") % {"title": others[0].title}
    else:
        heading = ngettext("Papers like this one", "Papers like these %(n)d together", len(others)) % {"n": len(others)}
    return {"heading": heading, "others": others, "count": len(others), "unknown": len(asked.alike_texts)}
