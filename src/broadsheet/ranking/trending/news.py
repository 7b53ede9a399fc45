"""Whether anything happened that changes a trend, without computing any: a fingerprint of what trends are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from broadsheet.catalogue.enrichment.figures import STARS, VOTES
from broadsheet.catalogue.models import FigureSample, Paper, PaperCategory, Trend
from broadsheet.community.models import Account, Comment, Pin, RankingWeights, Shelved, Vote
from broadsheet.ranking.trending.formula import moment_of
from broadsheet.ranking.trending.reading import STARS_KEPT, WINDOW
from broadsheet.ranking.trending.rising import STEPS

Fingerprint = tuple[Any, ...]


def fingerprint(now: datetime) -> Fingerprint:
    """Counts and sums of everything that is read for trends: the same as long as nothing happened.

    It also changes with the steps in which papers that rise grow older. A few questions to the database, none of which
    brings rows.
    """
    since = now - WINDOW
    papers = Paper.objects.filter(Q(first_listed_on__gte=since.date()) | Q(published_on__gte=since.date()))
    told = papers.aggregate(
        Count("pk"), Sum("votes_elsewhere_count"), Sum("comments_elsewhere_count"), Max("changed_at")
    )
    samples = FigureSample.objects.filter(name__in=(STARS, VOTES), taken_on__gte=(since - STARS_KEPT).date())
    return (
        int(moment_of(now) / STEPS[0]),
        *told.values(),
        *samples.aggregate(Count("pk"), Sum("value")).values(),
        *_rows(Vote.objects.filter(group=None, cast_at__gte=since).exclude(state=Vote.State.COUNTED)),
        *_rows(Vote.objects.filter(group=None, cast_at__gte=since, state=Vote.State.COUNTED)),
        *_rows(Comment.objects.filter(group=None, written_at__gte=since, state=Comment.State.VISIBLE)),
        *Shelved.objects.filter(saved_at__gte=since).aggregate(Count("pk"), Sum("pk"), Max("saved_at")).values(),
        *_rows(Pin.objects.filter(pinned_at__gte=since)),
        *_rows(Paper.objects.filter(is_hidden=True)),
        *_rows(Account.objects.filter(Q(suspended_at__isnull=False) | Q(is_active=False) | Q(is_waiting=True))),
        *_rows(RankingWeights.objects.all()),
        PaperCategory.objects.aggregate(last=Max("pk"))["last"],
        Trend.objects.count(),
    )


def _rows(rows: QuerySet[Any]) -> tuple[Any, ...]:
    """How many rows, and the sum of their ids, which another choice of as many hardly has."""
    return tuple(rows.aggregate(Count("pk"), Sum("pk")).values())
