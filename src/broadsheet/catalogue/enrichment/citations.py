"""Following how often papers are cited, by the one counter that the operator chose."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from broadsheet.catalogue.enrichment import enquiries
from broadsheet.catalogue.enrichment.figures import CITATIONS, keep_citations
from broadsheet.catalogue.enrichment.job import ShouldStop
from broadsheet.catalogue.models import Identifier, Paper
from broadsheet.sources.citation_counts import COUNTERS, Name
from broadsheet.sources.door import Door

REQUESTS_A_RUN = 20
SCHEMES = ("arxiv", "doi", "pmid")


def follow_citations(door: Door, now: datetime, should_stop: ShouldStop) -> int:
    """Ask for the citations of papers that are due, many at a time; returns for how many papers a count came.

    A paper is asked for by all of its identifiers that the counter may know; the largest count holds, since one of them
    may stand for an early version. What was asked before an interruption or an error holds. Raises ``FetchError`` and
    ``SourceError`` as the counter does.
    """
    counter = COUNTERS[settings.CITATIONS]
    keys = {"openalex": settings.OPENALEX_KEY, "semanticscholar": settings.SEMANTIC_SCHOLAR_KEY}
    named = Paper.objects.filter(pk__in=Identifier.objects.filter(scheme__in=SCHEMES).values("paper"))
    due = enquiries.papers_due(CITATIONS, named, now, counter.most_at_once * REQUESTS_A_RUN)
    names_of: dict[int, list[Name]] = {paper.pk: [] for paper in due}
    rows = Identifier.objects.filter(scheme__in=SCHEMES, paper__in=list(names_of)).order_by("scheme", "value")
    for pk, scheme, value in rows.values_list("paper_id", "scheme", "value"):
        names_of[pk].append((scheme, value))
    count = 0
    for part in _parts(due, names_of, counter.most_at_once):
        if should_stop():
            break
        asked = [name for paper in part for name in names_of[paper.pk]][: counter.most_at_once]
        counts = counter.ask(door, asked, keys[counter.slug])
        found = {
            paper.pk: max(counts[name] for name in names_of[paper.pk] if name in counts)
            for paper in part
            if any(name in counts for name in names_of[paper.pk])
        }
        keep_citations(found, counter.slug, timezone.localdate(now))
        enquiries.answered(CITATIONS, [paper for paper in part if paper.pk in found], now)
        enquiries.in_vain(CITATIONS, [paper for paper in part if paper.pk not in found], now)
        count += len(found)
    return count


def _parts(papers: list[Paper], names_of: dict[int, list[Name]], most: int) -> list[list[Paper]]:
    """The papers in groups that have at most ``most`` identifiers together; one with more stands alone."""
    parts: list[list[Paper]] = []
    room = 0
    for paper in papers:
        size = len(names_of[paper.pk])
        if size > room:
            parts.append([])
            room = most
        parts[-1].append(paper)
        room -= size
    return parts
