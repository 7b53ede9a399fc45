"""How often papers are cited, from OpenAlex or Semantic Scholar: many papers in one request, by their identifiers.

OpenAlex: https://developers.openalex.org (filter ``doi``, up to 100 values with ``|``); Semantic Scholar:
https://api.semanticscholar.org/api-docs/graph (``POST /paper/batch``, up to 500 ids).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from broadsheet.sources.answers import listed, load_json
from broadsheet.sources.door import Door, StatusError
from broadsheet.sources.fields import FieldError, Fields
from broadsheet.sources.record import SourceError

Name = tuple[str, str]
"""Scheme and value of an identifier."""

_OPENALEX, _SEMANTIC_SCHOLAR = "https://api.openalex.org/works", "https://api.semanticscholar.org/graph/v1/paper/batch"
_ARXIV_DOI = "10.48550/arxiv."
_DOI_ADDRESS = "https://doi.org/"
# What separates values in a filter of OpenAlex cannot be in one.
_PLAIN_DOI = re.compile(r"10\.\d{4,9}/[^\s|,&!\"]+")
_NOTHING_KNOWN = 400


@dataclass(frozen=True, slots=True)
class Counter:
    """Somebody who counts citations: the name in the settings and for people, and how to ask."""

    slug: str
    title: str
    most_at_once: int
    ask: Callable[[Door, Sequence[Name], str], dict[Name, int]]
    """Door, identifiers (at most ``most_at_once``), key; gives the counts of the papers that are known."""


def from_openalex(door: Door, names: Sequence[Name], key: str) -> dict[Name, int]:
    """The citations that OpenAlex counts of papers by arXiv id or DOI; those that it does not know are left out.

    Raises ``FetchError`` when it cannot be reached, ``SourceError`` when its answer is none.
    """
    by_doi = {doi: name for name in names if (doi := _doi(name))}
    if not by_doi:
        return {}
    params = {"filter": "doi:" + "|".join(by_doi), "select": "doi,cited_by_count", "per_page": "100"}
    answer = door.get(_OPENALEX, params=params | ({"api_key": key} if key else {}))
    counts: dict[Name, int] = {}
    try:
        for item in listed(load_json(answer.content, "OpenAlex"), "OpenAlex", "results"):
            work = Fields(item, "a work")
            name = by_doi.get(work.text("doi").lower().removeprefix(_DOI_ADDRESS))
            count = work.count("cited_by_count")
            if name is not None and count is not None:
                counts[name] = count
    except FieldError as error:
        raise SourceError(f"OpenAlex: {error}") from error
    return counts


def _doi(name: Name) -> str:
    scheme, value = name
    doi = _ARXIV_DOI + value.lower() if scheme == "arxiv" else value.lower() if scheme == "doi" else ""
    return doi if _PLAIN_DOI.fullmatch(doi) else ""


def from_semantic_scholar(door: Door, names: Sequence[Name], key: str) -> dict[Name, int]:
    """The citations that Semantic Scholar counts of papers by arXiv id, DOI or PubMed id; the unknown are left out.

    Raises ``FetchError`` when it cannot be reached, ``SourceError`` when its answer is none.
    """
    prefixes = {"arxiv": "ARXIV:", "doi": "DOI:", "pmid": "PMID:"}
    asked = [(name, prefixes[name[0]] + name[1]) for name in names if name[0] in prefixes]
    if not asked:
        return {}
    url = f"{_SEMANTIC_SCHOLAR}?fields=citationCount"
    headers = {"x-api-key": key} if key else None
    try:
        answer = door.post(url, json={"ids": [identifier for _, identifier in asked]}, headers=headers)
    except StatusError as error:
        # It answers so when it knows none of the papers.
        if error.status == _NOTHING_KNOWN and b"No valid paper ids" in error.content:
            return {}
        raise
    items = listed(load_json(answer.content, "Semantic Scholar"), "Semantic Scholar")
    if len(items) != len(asked):
        raise SourceError(f"Semantic Scholar: {len(items)} answers to {len(asked)} questions")
    counts: dict[Name, int] = {}
    try:
        for (name, _), item in zip(asked, items, strict=True):
            count = Fields(item, "a paper").count("citationCount") if item is not None else None
            if count is not None:
                counts[name] = count
    except FieldError as error:
        raise SourceError(f"Semantic Scholar: {error}") from error
    return counts


COUNTERS = {
    counter.slug: counter
    for counter in (
        Counter("openalex", "OpenAlex", 50, from_openalex),
        Counter("semanticscholar", "Semantic Scholar", 500, from_semantic_scholar),
    )
}
"""Who may be asked, by their names in ``BROADSHEET_CITATIONS``."""
