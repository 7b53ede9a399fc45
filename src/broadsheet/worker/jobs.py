"""All jobs of this instance, as its settings have them. A further kind of job is a list of errands more in here."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from broadsheet.catalogue.chosen_sources import chosen
from broadsheet.catalogue.enrichment.job import EnrichmentJob
from broadsheet.catalogue.enrichment.jobs import JOBS
from broadsheet.catalogue.outside import door
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.bouncing import bouncing_errands
from broadsheet.worker.calibrating import calibrating_errand
from broadsheet.worker.collecting import collecting_errands
from broadsheet.worker.counting_topics import topics_errand
from broadsheet.worker.delivering import delivering_errands
from broadsheet.worker.errands import Errand, ShouldStop
from broadsheet.worker.housekeeping import housekeeping_errand
from broadsheet.worker.impressions import impressions_errand
from broadsheet.worker.learning_words import lexicon_errand
from broadsheet.worker.pinging import pinging_errands
from broadsheet.worker.settling import settling_errand
from broadsheet.worker.telling import telling_errands
from broadsheet.worker.trending import trending_errand


def errands() -> list[Errand]:
    """What there is to do by the clock."""
    return [
        *collecting_errands(chosen()),
        *enriching_errands(),
        settling_errand(),
        housekeeping_errand(),
        trending_errand(),
        impressions_errand(),
        calibrating_errand(),
        lexicon_errand(),
        topics_errand(),
        *telling_errands(),
        *delivering_errands(),
        *bouncing_errands(),
        *pinging_errands(),
    ]


def enriching_errands() -> list[Errand]:
    """The jobs that ask the outside about papers, as far as the settings ask for them."""
    return [
        Errand(name=job.name, schedule=Schedule(cron=job.cron), do=_enriching(job))
        for job in JOBS
        if job.is_wanted(settings)
    ]


def _enriching(job: EnrichmentJob) -> Callable[[ShouldStop], str | None]:
    def do(should_stop: ShouldStop) -> str | None:
        count = job.run(door(reader=job.name, limits=job.limits), timezone.now(), should_stop)
        return None if should_stop() else f"{count} papers"

    return do
