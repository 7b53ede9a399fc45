"""Libraries and collections as files for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from broadsheet.catalogue.exporting import FORMATS, cited, written
from broadsheet.catalogue.models import Paper
from broadsheet.community.collections import entries_of
from broadsheet.web.access import account_of, for_members, private
from broadsheet.web.library.putting import collection_or_404
from broadsheet.web.library.shelf import SHOWN, shown_in


@require_safe
@for_members
def library(request: HttpRequest, kind: str) -> HttpResponse:
    """``GET /library/export.KIND?show=saved|read|noted``: a part of one's library with one's notes."""
    show = shown_in(request)
    rows = SHOWN[show][1](account_of(request)).values_list("paper_id", "note")
    return _file(kind, dict(rows), f"library-{show}")


@require_safe
def collection(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """``GET /collections/KEY/export.KIND``: a collection in its order, with what is noted beside its papers."""
    found = collection_or_404(request, key)
    rows = entries_of(found).values_list("paper_id", "note")
    return private(_file(kind, dict(rows), slugify(found.title)[:60] or "collection"))


def _file(kind: str, notes: Mapping[int, str], name: str) -> HttpResponse:
    if kind not in FORMATS:
        raise Http404
    found = Paper.shown.in_bulk(list(notes))
    papers: Sequence[Paper] = [found[number] for number in notes if number in found]
    text = written(kind, cited(papers, _address, notes))
    response = HttpResponse(text, content_type=f"{FORMATS[kind].media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{FORMATS[kind].ending}"'
    return response


def _address(paper: Paper) -> str:
    return settings.BASE_URL + reverse("web:paper", args=[paper.name])
