"""A paper as plain data, for JSON from the commands and from the API."""

from __future__ import annotations

from typing import Any

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search.engines.base import Facets
from broadsheet.search.language import Part, Reading, canonical, describe
from broadsheet.search.showing import Explained


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
        "is_withdrawn": paper.is_withdrawn,
        "is_retracted": paper.is_retracted,
    }
    if score is not None:
        data["score"] = round(score, 4)
    return data


def explanation(explained: Explained | None) -> dict[str, Any]:
    """Why a paper is in an answer, and the passage that shows it; empty where no words were asked for.

    A passage is in pieces, each with whether it matched.
    """
    if explained is None:
        return {}
    why, shown = explained.why, explained.shown
    return {
        "why": {
            "words": explained.has_words,
            "all_words": why.has_all,
            "meaning": why.is_near,
            "places": list(shown.places),
            "missing": list(explained.missing),
        },
        "snippet": [{"text": text, "is_match": is_match} for text, is_match in shown.passage.pieces],
    }


def reading(read: Reading) -> dict[str, Any]:
    """How a question was read: its canonical form, its parts, and what was not read as its syntax says."""
    return {
        "canonical": canonical(read),
        "parts": [_part(part) for part in describe(read)],
        "notes": [{"kind": note.kind, "part": note.part} for note in read.notes],
    }


def _part(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": part.kind, "is_excluded": part.is_excluded}
    return told | ({"parts": [_part(inner) for inner in part.parts]} if part.parts else {"values": list(part.values)})


def facets(counted: Facets) -> dict[str, list[dict[str, Any]]]:
    """The values of each facet with their counts, the most frequent first."""
    return {facet: [{"value": value, "count": count} for value, count in values] for facet, values in counted.items()}


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
        # A sentence of the abstract itself, chosen by the program.
        "extract": paper.extract or None,
        "authors": [
            {"name": authorship.name, "orcid": authorship.orcid or None} for authorship in paper.authorships.all()
        ],
        "identifiers": [{"scheme": item.scheme, "value": item.value} for item in paper.identifiers.all()],
        "links": [{"kind": link.kind, "url": link.url} for link in paper.links.all()],
        "versions": [
            {"number": version.number, "announced_at": version.announced_at and version.announced_at.isoformat()}
            for version in paper.versions.all()
        ],
        # What became of it, with all sources that say so.
        "badges": paper.badges,
        "licence": paper.licence or None,
        "remarks": paper.remarks or None,
        "journal_ref": paper.journal_ref or None,
        "keywords": paper.keywords,
        "keyphrases": paper.keyphrases,
        "citations_count": paper.citations_count,
        "listings": [{"date": listing.listed_on.isoformat(), "source": listing.source.slug} for listing in listings],
        "sources": sorted({record.source.slug for record in paper.source_records.select_related("source")}),
    }
