"""Following: the form that every follow button is, and the page of what a person follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.models import Authorship
from broadsheet.catalogue.text import to_plain
from broadsheet.community import follows
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account
from broadsheet.search.inside import resolved
from broadsheet.search.query import QueryError, parse
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members, page_before
from broadsheet.web.lists import list_page


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that a person follows, as the page shows it."""

    target: follows.Target
    label: str
    url: str


@require_POST
@for_active_members
def follow(request: HttpRequest) -> HttpResponse:
    """``POST /follow`` with ``kind`` and ``name``, and ``do=unfollow`` to let go; leads back to ``next``."""
    account = account_of(request)
    kind, name = request.POST.get("kind", ""), request.POST.get("name", "")
    try:
        if request.POST.get("do") == "unfollow":
            follows.unfollow(account, follows.Target(_kind(kind), name.replace("\0", "")))
        else:
            follows.follow(account, follows.target_of(kind, name.replace("\0", "")))
    except RefusedError as error:
        return errors.refused(request, str(error))
    return HttpResponseRedirect(_back(request))


@require_safe
@for_members
def following(request: HttpRequest) -> HttpResponse:
    """``GET /following``: the newest papers of what the reader follows, and all that is followed.

    The papers are the question ``inside=followed``, narrowed further by what the address adds.
    """
    account = account_of(request)
    try:
        asked = parse(request.GET)
        own = replace(asked, inside="followed", collection="", sort=asked.sort or "newest")
        query = resolved(own, account)
        context = {
            "followed_things": _followed(account),
            "search_url": f"{reverse('web:search')}?{query.urlencode()}",
        }
        return list_page(request, query, template="web/authors/following.html", heading=_("Following"), context=context)
    except QueryError as error:
        return errors.refused_query(request, str(error))


def _followed(account: Account) -> list[Followed]:
    rows = list(follows.follows_of(account))
    names = _printed_names([row.author for row in rows if row.author])
    told = []
    for row in rows:
        target = follows.target_in(row)
        if row.person is not None:
            label, url = row.person.shown_name, reverse("web:person", args=[target.name])
        elif row.organisation is not None:
            label, url = to_plain(row.organisation.name), reverse("web:organisation", args=[target.name])
        elif target.kind == "category":
            label, url = target.name, f"{reverse('web:search')}?cat={target.name}"
        else:
            label, url = names.get(target.name, target.name), reverse("web:author", args=[target.name])
        told.append(Followed(target, label, url))
    return told


def _printed_names(authors: list[str]) -> dict[str, str]:
    """A name as printed for each slug and ORCID, with one query each."""
    orcids = [name for name in authors if is_orcid(name)]
    found: dict[str, str] = {}
    for column, wanted in (("slug", [name for name in authors if not is_orcid(name)]), ("orcid", orcids)):
        rows = Authorship.objects.filter(**{f"{column}__in": wanted}) if wanted else Authorship.objects.none()
        found |= {key: to_plain(name) for key, name in rows.values_list(column, "name").distinct().order_by("name")}
    return found


def _kind(text: str) -> follows.Kind:
    for kind in follows.KINDS:
        if kind == text:
            return kind
    raise RefusedError(_("There is nothing of that name to follow."))


def _back(request: HttpRequest) -> str:
    """To the page where the form stood."""
    return page_before(request, reverse("web:following"))
