"""Pages of authors and organisations: each is a ``PaperQuery`` and so has feeds and an API like every list."""

from __future__ import annotations

from dataclasses import replace

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.models import Organisation
from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import is_moderator, may_act
from broadsheet.community.affiliations import members_of
from broadsheet.search.inside import resolved
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.web.access import for_everybody
from broadsheet.web.authors.portrait import portrait_of
from broadsheet.web.lists import list_page, page_number

ORGANISATIONS_ON_A_PAGE = 200


@for_everybody
def author(request: HttpRequest, author: str) -> HttpResponse:
    """``GET /authors/NAME``: all papers of a printed name or of an ORCID; every other way to write it leads here.

    ``orcid`` in the query leads to the page of that ORCID. 404 for a name that is on no paper.
    """
    narrowing = request.GET.get("orcid", "").strip().upper()
    name = parse({"author": narrowing if is_orcid(narrowing) else author}).author
    if name != author:
        return redirect("web:author", author=name or author)
    portrait = portrait_of(author)
    if portrait is None:
        raise Http404
    query = resolved(replace(parse(request.GET), author=author), request.user)
    told = {"portrait": portrait, "author": author, "search_url": _search_url(query)}
    return list_page(request, query, template="web/authors/author.html", heading=portrait.name, context=told)


@for_everybody
def organisations(request: HttpRequest) -> HttpResponse:
    """``GET /organisations``: all organisations with their number of papers; ``q`` keeps those whose names have it."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    rows = Organisation.objects.filter(name__icontains=words) if words else Organisation.objects.all()
    shown = rows.annotate(papers_count=Count("papers", filter=Q(papers__is_hidden=False))).filter(papers_count__gt=0)
    pages = Paginator(shown.order_by("-papers_count", "name", "pk"), ORGANISATIONS_ON_A_PAGE)
    number = page_number(request)
    if number > pages.num_pages:
        raise QueryError("p", str(number), f"a page number from 1 to {pages.num_pages}")
    context = {"heading": _("Organisations"), "page": pages.page(number), "words": words}
    return render(request, "web/authors/organisations.html", context)


@for_everybody
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """``GET /organisations/SLUG``: an organisation's papers and the people who belong to it."""
    found = get_object_or_404(Organisation, slug=slug)
    query = resolved(replace(parse(request.GET), organisation=slug), request.user)
    members, person = members_of(found), request.user
    context = {
        "organisation": found,
        "members": members,
        "may_join": may_act(person),
        "may_mark": is_moderator(person),
        "is_member": any(one.account == person for one in members),
        "search_url": _search_url(query),
    }
    heading = to_plain(found.name)
    return list_page(request, query, template="web/authors/organisation.html", heading=heading, context=context)


def _search_url(query: PaperQuery) -> str:
    """Where these papers can be searched in."""
    return f"{reverse('web:search')}?{query.urlencode()}"
