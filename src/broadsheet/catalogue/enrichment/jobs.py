"""The jobs of enrichment: each asks somebody outside, and each is off until the operator sets what it needs."""

from __future__ import annotations

from broadsheet.catalogue.enrichment.citations import follow_citations
from broadsheet.catalogue.enrichment.job import EnrichmentJob
from broadsheet.catalogue.enrichment.stars import follow_stars
from broadsheet.catalogue.enrichment.summaries import write_summaries
from broadsheet.sources.citation_counts import COUNTERS
from broadsheet.sources.http import Limits

# Not at full hours, when everybody asks.
JOBS = (
    EnrichmentJob(
        name="enrich:stars",
        cron="17 * * * *",
        is_wanted=lambda settings: bool(settings.GITHUB_TOKEN),
        run=follow_stars,
    ),
    EnrichmentJob(
        name="enrich:citations",
        cron="41 */2 * * *",
        is_wanted=lambda settings: settings.CITATIONS in COUNTERS,
        run=follow_citations,
    ),
    EnrichmentJob(
        name="enrich:summaries",
        cron="*/10 * * * *",
        is_wanted=lambda settings: bool(settings.CHAT_URL and settings.CHAT_MODEL),
        run=write_summaries,
        # A model on a small machine may think for a minute before its first word.
        limits=Limits(read=120, total=180),
    ),
)
