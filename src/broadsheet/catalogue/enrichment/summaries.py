"""Summaries and keywords by a language model, for papers to which no source gave a summary."""

from __future__ import annotations

import logging
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length

from broadsheet.catalogue.admission import longest
from broadsheet.catalogue.enrichment import enquiries
from broadsheet.catalogue.enrichment.job import ShouldStop
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.merging import digest_of
from broadsheet.catalogue.models import Enquiry, Paper, Source, SourceRecord
from broadsheet.catalogue.text import to_plain
from broadsheet.sources.chat import Described, Endpoint, OddAnswerError, describe
from broadsheet.sources.door import BusyError, Door, StatusError
from broadsheet.sources.record import AuthorRecord, IdentifierRecord, PaperRecord

logger = logging.getLogger(__name__)

SUMMARY = "summary"
"""The kind of enquiry."""
PREFIX = "chat:"
"""Of the sources that are models."""
MOST_A_DAY = 500
"""Papers that are asked about in one day (UTC), so that a large import costs no fortune."""
PAPERS_A_RUN = 50
SHORTEST_ABSTRACT = 300
"""Characters; what is shorter is a summary already."""
# The endpoint's word on this one paper; anything else is the endpoint's trouble, and the next paper would fare alike.
_OF_THE_PAPER = frozenset({400, 413, 422})


def write_summaries(door: Door, now: datetime, should_stop: ShouldStop) -> int:
    """Have papers summarised, the newest first, as far as the day's share goes; returns how many were.

    Each answer enters through intake as what the source ``chat:<model>`` says of the paper, so a summary by a source
    goes before it. A refused or odd answer puts off its own paper alone. Raises ``FetchError`` when the endpoint cannot
    be reached.
    """
    endpoint = Endpoint(url=settings.CHAT_URL, model=settings.CHAT_MODEL, key=settings.CHAT_KEY)
    count = 0
    for paper in _papers_due(now, min(PAPERS_A_RUN, MOST_A_DAY - _asked_today(now))):
        if should_stop():
            break
        title, abstract = to_plain(paper.title), to_plain(paper.abstract)
        about = digest_of([title, abstract])
        if paper.enquiries.filter(kind=SUMMARY, about=about, failures_count=0).exists():
            # It was asked about before it got its keyphrases.
            enquiries.settled(SUMMARY, paper, about, now)
            continue
        try:
            described = describe(door, endpoint, title, abstract)
        except OddAnswerError as error:
            logger.info("no summary of %s: %s", paper.name, error)
            enquiries.in_vain(SUMMARY, [paper], now)
            continue
        except StatusError as error:
            if isinstance(error, BusyError) or error.status not in _OF_THE_PAPER:
                raise
            logger.info("no summary of %s: %s", paper.name, error)
            enquiries.in_vain(SUMMARY, [paper], now)
            continue
        if _keep(paper, described):
            enquiries.settled(SUMMARY, paper, about, now)
            count += 1
        else:
            logger.info("no summary of %s: nothing tells it from other papers of its title", paper.name)
            enquiries.in_vain(SUMMARY, [paper], now)
    return count


def source_of(model: str) -> str:
    """The slug of the source that a model is."""
    return f"{PREFIX}{model}"[: longest(Source, "slug")]


def _asked_today(now: datetime) -> int:
    midnight = datetime.combine(now.date(), time.min, now.tzinfo)
    return Enquiry.objects.filter(kind=SUMMARY, asked_at__gte=midnight).count()


def _papers_due(now: datetime, most: int) -> list[Paper]:
    """Papers without a summary that were never asked about, whose time has come again, or whose text may be another."""
    if most <= 0:
        return []
    asked = Enquiry.objects.filter(paper=OuterRef("pk"), kind=SUMMARY)
    is_due = ~Exists(asked) | Exists(asked.filter(due_at__lte=now))
    # A text that changes gets new keyphrases, and only then.
    is_changed = Exists(asked.filter(failures_count=0, asked_at__lt=OuterRef("keyphrased_at")))
    papers = Paper.objects.alias(length=Length("abstract")).filter(
        (Q(summary="") & is_due) | (Q(summary_model=settings.CHAT_MODEL) & is_changed), length__gte=SHORTEST_ABSTRACT
    )
    return list(papers.order_by("-pk")[:most])


def _keep(paper: Paper, described: Described) -> bool:
    """Put in the place of what a model said earlier what this one says now.

    False, and nothing is changed, where intake would take it for a word on another paper: one without identifiers and
    authors is known by its title alone, and a short title proves nothing.
    """
    source = source_of(settings.CHAT_MODEL)
    record = PaperRecord(
        title=paper.title,
        authors=tuple(AuthorRecord(name=author.name, orcid=author.orcid) for author in paper.authorships.all()),
        # One is enough to be found by. All of them would say that they are of one paper, which a model does not know;
        # a key of its own would keep papers apart that are one.
        identifiers=tuple(IdentifierRecord(scheme=one.scheme, value=one.value) for one in paper.identifiers.all()[:1]),
        keywords=described.keywords,
        summary=described.summary,
        summary_model=settings.CHAT_MODEL[: longest(Paper, "summary_model")],
        # A title copied from a text that lost characters is no better than that.
        is_lossy=paper.is_lossy,
        where=f"{source}: {paper.key}",
    )
    with transaction.atomic():
        SourceRecord.objects.filter(source__slug__startswith=PREFIX, paper=paper).delete()
        take_in([record], source=source)
        is_kept = SourceRecord.objects.filter(source__slug=source, paper=paper).exists()
        transaction.set_rollback(not is_kept)
    return is_kept
