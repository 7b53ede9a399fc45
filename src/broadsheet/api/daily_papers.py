"""The daily-papers API as Hugging Face has it, so that clients of it, and other Broadsheets, read this instance.

``GET /api/daily_papers`` and ``GET /api/papers/NAME``; the shapes are those that ``huggingface_hub`` reads
(``list_daily_papers``, ``paper_info``). What they have no place for stands in one field more (``sources.exchange``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from broadsheet.api.numbers import number_in
from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.catalogue.models import Listing, Paper
from broadsheet.community.comments import papers_with_their_author
from broadsheet.search.ordering import trend_order
from broadsheet.search.query import PaperQuery, QueryError, parse
from broadsheet.sources.exchange import FIELD

MOST_PAPERS = 100
USUAL_PAPERS = 50
MOST_PAGES = 100_000
SORTS = ("publishedAt", "trending")
_CHILDREN = (
    *("authorships", "paper_categories__category", "organisations", "identifiers", "links", "versions"),
    *("listings", "statements", "announcements"),
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for: days, who put papers there, an order, and which part of the answer."""

    days: PaperQuery
    submitter: str
    sort: str
    page: int
    limit: int


@require_safe
def daily_papers(request: HttpRequest) -> JsonResponse:
    """``GET /api/daily_papers?date=&week=&month=&submitter=&sort=&p=0&limit=50``: the papers of those days' pages.

    A paper that is on no day's page counts to the day of its publication. The papers that came last stand first, so
    that what arrives while somebody turns the pages moves others back and none out of sight.
    """
    try:
        asked = _asked(request)
    except QueryError as error:
        return JsonResponse({"error": str(error)}, status=400)
    start = asked.page * asked.limit
    papers = list(_papers(asked)[start : start + asked.limit])
    speaking = papers_with_their_author(paper.pk for paper in papers)
    told = [_item(paper, asked) | {"isAuthorParticipating": paper.pk in speaking} for paper in papers]
    return JsonResponse(told, safe=False)


@require_safe
def paper_info(request: HttpRequest, name: str) -> JsonResponse:
    """``GET /api/papers/NAME``: one paper by arXiv id, key or any other name."""
    found = shown_paper_named(name)
    if found is None:
        return JsonResponse({"error": "Paper not found"}, status=404)
    listing = found.listings.order_by("listed_on", "source__slug").first()
    return JsonResponse(_paper(found, listing) | _repeated(found) | {"numComments": found.comments_count})


def _asked(request: HttpRequest) -> _Asked:
    given = request.GET
    sort = given.get("sort") or SORTS[0]
    if sort not in SORTS:
        raise QueryError("sort", sort, f"one of {', '.join(SORTS)}")
    return _Asked(
        days=parse({name: given[name] for name in ("date", "week", "month") if given.get(name)}),
        submitter=given.get("submitter", ""),
        sort=sort,
        page=number_in(given, "p", 0, MOST_PAGES),
        limit=number_in(given, "limit", USUAL_PAPERS, MOST_PAPERS, least=1),
    )


def _papers(asked: _Asked) -> QuerySet[Paper]:
    listed = Listing.objects.filter(_within("listed_on", asked.days), paper=OuterRef("pk"))
    if asked.submitter:
        chosen = Q(Exists(listed.filter(submitted_by=asked.submitter)))
    else:
        dated = Q(first_listed_on__isnull=True, published_on__isnull=False) & _within("published_on", asked.days)
        chosen = Q(Exists(listed)) | dated
    order = (F("pk").desc(),) if asked.sort == SORTS[0] else trend_order("trending")
    return Paper.shown.filter(chosen).order_by(*order).prefetch_related(*_CHILDREN)


def _within(column: str, days: PaperQuery) -> Q:
    bounds = {f"{column}__gte": days.day_from, f"{column}__lte": days.day_to}
    return Q(**{name: day for name, day in bounds.items() if day is not None})


def _item(paper: Paper, asked: _Asked) -> dict[str, Any]:
    """A paper in a list. Clients read some fields from here and others from ``paper``, so they stand in both."""
    listing = _listing(paper.listings.all(), asked)
    told = _paper(paper, listing)
    item: dict[str, Any] = {
        "paper": told,
        "title": paper.title,
        "summary": paper.abstract,
        "thumbnail": "",
        "upvotes": paper.votes_count,
        "numComments": paper.comments_count,
    }
    for name in ("publishedAt", "mediaUrls", "organization"):
        if name in told:
            item[name] = told[name]
    if "submittedOnDailyBy" in told:
        item["submittedBy"] = told["submittedOnDailyBy"]
    return item | _repeated(paper)


def _listing(listings: Sequence[Listing] | QuerySet[Listing], asked: _Asked) -> Listing | None:
    """The first of a paper's listings among those asked for, one that says by whom before one that does not."""
    first, last = asked.days.day_from or date.min, asked.days.day_to or date.max
    among = [
        listing
        for listing in listings
        if first <= listing.listed_on <= last and asked.submitter in {"", listing.submitted_by}
    ]
    return min(among, key=lambda it: (it.listed_on, not it.submitted_by, it.submitted_by, it.pk), default=None)


def _repeated(paper: Paper) -> dict[str, Any]:
    """What clients read from the top only, where Hugging Face has it inside ``paper`` alone."""
    told = {
        "ai_summary": paper.summary,
        "ai_keywords": paper.keywords,
        "ai_summary_model": paper.summary_model,
        "projectPage": _first_link(paper, "project"),
        "githubRepo": _first_link(paper, "code"),
        "githubStars": paper.stars_count,
    }
    return {name: value for name, value in told.items() if value}


def _paper(paper: Paper, listing: Listing | None) -> dict[str, Any]:
    """A paper by itself, with its texts as they were received."""
    told: dict[str, Any] = {
        "id": paper.name,
        "authors": [
            {"_id": _object_id(f"author {paper.key} {author.position}"), "name": author.name, "hidden": False}
            for author in paper.authorships.all()
        ],
        "title": paper.title,
        "summary": paper.abstract,
        "upvotes": paper.votes_count,
        "discussionId": _object_id(f"discussion {paper.key}"),
    }
    if paper.published_on is not None:
        told["publishedAt"] = _midnight(paper.published_on)
    withdrawn_on = next((badge["day"] for badge in paper.badges if badge["kind"] == "withdrawn"), "")
    if withdrawn_on:
        told["withdrawnAt"] = _midnight(date.fromisoformat(withdrawn_on))
    if listing is not None:
        told["submittedOnDailyAt"] = _midnight(listing.listed_on)
        if listing.submitted_by:
            told["submittedOnDailyBy"] = _person(listing.submitted_by)
    organisation = next(iter(paper.organisations.all()), None)
    if organisation is not None:
        told["organization"] = {
            "_id": _object_id(f"organisation {organisation.slug}"),
            "name": organisation.slug,
            "fullname": organisation.name,
            "avatar": "",
            "avatarUrl": "",
        }
    if media := [link.url for link in paper.links.all() if link.kind == "video"]:
        told["mediaUrls"] = media
    return told | _repeated(paper) | {FIELD: _exchanged(paper, listing)}


def _exchanged(paper: Paper, listing: Listing | None) -> dict[str, Any]:
    """What only another Broadsheet reads; ``sources.exchange`` says what each field is."""
    return {
        "key": paper.key,
        "listed_on": _iso(listing.listed_on if listing else None),
        "submitted_by": listing.submitted_by if listing else "",
        "published_on": _iso(paper.published_on),
        "author_count": paper.author_count,
        "authors": [{"name": author.name, "orcid": author.orcid} for author in paper.authorships.all()],
        "organisations": [{"slug": item.slug, "name": item.name} for item in paper.organisations.all()],
        "identifiers": [{"scheme": item.scheme, "value": item.value} for item in paper.identifiers.all()],
        "categories": [item.category.code for item in paper.paper_categories.all()],
        "links": [{"kind": link.kind, "url": link.url} for link in paper.links.all()],
        "versions": [
            {"number": version.number, "submitted_at": _iso(version.announced_at)} for version in paper.versions.all()
        ],
        "licence": paper.licence,
        "remarks": paper.remarks,
        "journal_ref": paper.journal_ref,
        "statements": [
            {"kind": item.kind, "text": item.text, "url": item.url, "stated_on": _iso(item.stated_on)}
            for item in paper.statements.all()
        ],
        "announcements": [
            {
                "category": item.category,
                "announced_on": _iso(item.announced_on),
                "kind": item.kind,
                "is_estimated": item.is_estimated,
            }
            for item in paper.announcements.all()
        ],
        "is_lossy": paper.is_lossy,
    }


def _first_link(paper: Paper, kind: str) -> str:
    return next((link.url for link in paper.links.all() if link.kind == kind), "")


def _person(name: str) -> dict[str, Any]:
    """Who put a paper on its day's page; clients read ``user``, the shape of a list has ``name``."""
    told = {"_id": _object_id(f"person {name}"), "avatarUrl": "", "isPro": False, "fullname": name, "type": "user"}
    return told | {"user": name, "name": name}


def _object_id(text: str) -> str:
    """Twenty-four hexadecimal digits, as clients expect them; the same for the same thing."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _midnight(day: date) -> str:
    """The beginning of a day in the one form that clients parse."""
    return f"{day.isoformat()}T00:00:00.000Z"


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
