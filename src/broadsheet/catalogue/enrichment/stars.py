"""Following the stars of papers' code on GitHub."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.utils import timezone

from broadsheet.catalogue.enrichment import enquiries
from broadsheet.catalogue.enrichment.figures import STARS, keep_stars
from broadsheet.catalogue.enrichment.job import ShouldStop
from broadsheet.catalogue.models import Paper
from broadsheet.sources.door import Door
from broadsheet.sources.github import MOST_AT_ONCE, repository_of, star_counts

REQUESTS_A_RUN = 20


def follow_stars(door: Door, now: datetime, should_stop: ShouldStop) -> int:
    """Ask for the stars of code that is due, a hundred repositories at a time; returns of how many papers they came.

    What was asked before an interruption or an error holds. Raises ``FetchError`` and ``SourceError`` as
    ``star_counts`` does.
    """
    with_code = Paper.objects.filter(has_code=True, code_url__startswith="https://github.com/")
    due = enquiries.papers_due(STARS, with_code, now, MOST_AT_ONCE * REQUESTS_A_RUN)
    papers_of: dict[str, list[Paper]] = defaultdict(list)
    nowhere: list[Paper] = []
    for paper in due:
        repository = repository_of(paper.code_url)
        (papers_of[repository] if repository else nowhere).append(paper)
    enquiries.in_vain(STARS, nowhere, now)
    count, waiting = 0, iter(papers_of)
    while (part := list(islice(waiting, MOST_AT_ONCE))) and not should_stop():
        stars = star_counts(door, part, settings.GITHUB_TOKEN)
        found = {paper.pk: told for name, told in stars.items() if told is not None for paper in papers_of[name]}
        keep_stars(found, timezone.localdate(now))
        asked = [paper for name in part for paper in papers_of[name]]
        enquiries.answered(STARS, [paper for paper in asked if paper.pk in found], now)
        enquiries.in_vain(STARS, [paper for paper in asked if paper.pk not in found], now)
        count += len(found)
    return count
