"""A paper as plain data, for JSON from the commands and from the API."""

from __future__ import annotations

from typing import Any

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain


def brief(paper: Paper, score: float | None = None) -> dict[str, Any]:
    """A paper in a list; ``score`` is its relevance in a search, in [0, 1] when words and meaning were fused."""
    data: dict[str, Any] = {
        "id": paper.name,
        "key": paper.key,
        "title": to_plain(paper.title),
        "date": paper.dated_on.isoformat() if paper.dated_on else None,
        "published_on": paper.published_on.isoformat() if paper.published_on else None,
        "author_count": paper.author_count,
        "categories": [entry.category.code for entry in paper.paper_categories.all()],
        "organisations": [organisation.name for organisation in paper.organisations.all()],
        "code_url": paper.code_url or None,
        "votes_count": paper.votes_count,
        "comments_count": paper.comments_count,
        "stars_count": paper.stars_count,
    }
    if score is not None:
        data["score"] = round(score, 4)
    return data


def full(paper: Paper) -> dict[str, Any]:
    """Everything that the catalogue says of a paper."""
    listings = paper.listings.select_related("source").order_by("listed_on", "source__slug")
    return brief(paper) | {
        "abstract": to_plain(paper.abstract),
        "title_as_received": paper.title,
        "abstract_as_received": paper.abstract,
        "is_lossy": paper.is_lossy,
        "summary": to_plain(paper.summary) or None,
        "summary_model": paper.summary_model or None,
        "authors": [
            {"name": authorship.name, "orcid": authorship.orcid or None} for authorship in paper.authorships.all()
        ],
        "identifiers": [{"scheme": item.scheme, "value": item.value} for item in paper.identifiers.all()],
        "links": [{"kind": link.kind, "url": link.url} for link in paper.links.all()],
        "versions": [
            {"number": version.number, "announced_at": version.announced_at and version.announced_at.isoformat()}
            for version in paper.versions.all()
        ],
        "keywords": paper.keywords,
        "listings": [{"date": listing.listed_on.isoformat(), "source": listing.source.slug} for listing in listings],
        "sources": sorted({record.source.slug for record in paper.source_records.select_related("source")}),
    }
