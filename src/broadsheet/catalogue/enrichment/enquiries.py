"""Which papers to ask somebody outside about next, and when again.

Half of what is asked at once are papers whose time has come, those that have waited longest first; the rest are papers
that were never asked about, the newest first. So neither a large import nor a long history keeps the other waiting.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from broadsheet.catalogue.models import Enquiry, Paper

SOONEST, LATEST, LATEST_IN_VAIN = timedelta(days=1), timedelta(days=30), timedelta(days=180)
MANY_VOTES, MANY_STARS = 20, 500
_MOST_FAILURES = 10


def papers_due(kind: str, papers: QuerySet[Paper], now: datetime, most: int) -> list[Paper]:
    """At most ``most`` of these papers that are to be asked about now, for one kind of enquiry."""
    enquiries = Enquiry.objects.filter(kind=kind, due_at__lte=now, paper__in=papers).select_related("paper")
    due = [enquiry.paper for enquiry in enquiries.order_by("due_at", "pk")[:most]]
    asked = Enquiry.objects.filter(kind=kind, paper=OuterRef("pk"))
    new = list(papers.exclude(Exists(asked)).order_by("-pk")[:most])
    kept = due[: max(most // 2, most - len(new))]
    return kept + new[: most - len(kept)]


def answered(kind: str, papers: Iterable[Paper], now: datetime) -> None:
    """Note that these papers were asked about and something came of it; each is due again when ``patience`` says."""
    _note(kind, [(paper, now + patience(paper, now)) for paper in papers], now, failures=0)


def in_vain(kind: str, papers: Iterable[Paper], now: datetime) -> None:
    """Note that nothing came of asking; each time in a row doubles the wait."""
    papers = list(papers)
    earlier = dict(
        Enquiry.objects.filter(kind=kind, paper__in=[paper.pk for paper in papers]).values_list(
            "paper_id", "failures_count"
        )
    )
    for failures in sorted({earlier.get(paper.pk, 0) for paper in papers}):
        group = [paper for paper in papers if earlier.get(paper.pk, 0) == failures]
        factor = 2 ** min(failures + 1, _MOST_FAILURES)
        due = [(paper, now + min(patience(paper, now) * factor, LATEST_IN_VAIN)) for paper in group]
        _note(kind, due, now, failures=min(failures + 1, _MOST_FAILURES))


def settled(kind: str, paper: Paper, about: str, now: datetime) -> None:
    """Note that a paper's text with the digest ``about`` was asked about once and for all."""
    _note(kind, [(paper, None)], now, failures=0, about=about)


def _note(
    kind: str, due: Iterable[tuple[Paper, datetime | None]], now: datetime, *, failures: int, about: str = ""
) -> None:
    Enquiry.objects.bulk_create(
        [
            Enquiry(paper=paper, kind=kind, about=about, asked_at=now, due_at=due_at, failures_count=failures)
            for paper, due_at in due
        ],
        update_conflicts=True,
        unique_fields=["paper", "kind"],
        update_fields=["about", "asked_at", "due_at", "failures_count"],
    )


def patience(paper: Paper, now: datetime) -> timedelta:
    """How long a paper's figures may stand: a tenth of its age, a third of that while many vote for it or star it.

    Never less than a day nor more than a month.
    """
    day = paper.dated_on
    age = timezone.localdate(now) - day if day else now - paper.created_at
    wait = age / 10
    if paper.votes_elsewhere_count + paper.votes_here_count >= MANY_VOTES or paper.stars_count >= MANY_STARS:
        wait /= 3
    return min(max(wait, SOONEST), LATEST)
