"""Looking for papers that were submitted and are not known: a row is claimed, asked for, and what came of it is noted.

A claim is a conditional UPDATE that moves ``due_at`` on by a lease and counts the try; who comes back after the lease
finds another count, and changes nothing. What failed in passing is tried again later and later, or when the source
says; then it is given up, with the reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.chosen_sources import keys
from broadsheet.catalogue.harvests import FetchResult, fetch_papers
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Job, Paper
from broadsheet.catalogue.outside import door
from broadsheet.community.models import Notification, Submission
from broadsheet.community.notifications import tell_of_decision
from broadsheet.community.submissions import State, end, found
from broadsheet.sources.door import Door
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.protocol import Source
from broadsheet.sources.registry import sources_for

logger = logging.getLogger(__name__)

JOB = "submissions"
"""The job of the worker that looks for them."""
LEASE = timedelta(minutes=5)
MOST_TRIES = 6
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
WORKER_SEEN_WITHIN = timedelta(minutes=3)
PATIENCE_SECONDS = 6.0
"""How long a request goes on asking that looks for a paper itself, where no worker does."""
SourcesFor = Callable[[Collection[str]], Sequence[Source]]


def is_worker_about(now: datetime) -> bool:
    """Whether a worker has looked for submissions lately."""
    return Job.objects.filter(name=JOB, is_enabled=True, last_finished_at__gte=now - WORKER_SEEN_WITHIN).exists()


def wake_worker(now: datetime) -> None:
    """Have a worker look now and not at its next time."""
    Job.objects.filter(name=JOB, is_enabled=True, due_at__gt=now).update(due_at=now)


def fetch_due(
    outside: Door, should_stop: Callable[[], bool], *, sources: SourcesFor | None = None, now: datetime | None = None
) -> int:
    """Look for everything that is due; returns for how many papers. Who brought one is told what came of it."""
    count = 0
    rows = Submission.objects.filter(state=State.FETCHING, due_at__lte=now or timezone.now())
    for number in list(rows.order_by("due_at", "pk").values_list("pk", flat=True)):
        if should_stop():
            break
        done = fetch_one(number, outside, sources=sources, now=now)
        if done is not None:
            count += 1
            _tell(done)
    return count


def fetch_one(
    number: int,
    outside: Door,
    *,
    sources: SourcesFor | None = None,
    now: datetime | None = None,
    seconds: float = float("inf"),
) -> Submission | None:
    """Look for the paper of one submission (its row id), once; None where somebody else does, or it is not due.

    After ``seconds`` no further source is asked; those that were not are no reason to give up.
    """
    moment = now or timezone.now()
    due = Submission.objects.filter(pk=number, state=State.FETCHING, due_at__lte=moment)
    if not due.update(due_at=moment + LEASE, tries_count=F("tries_count") + 1):
        return None
    mine = Submission.objects.select_related("account").get(pk=number)
    parsed = parse_identifier(mine.named)
    if parsed is None:
        return end(mine, _("This is no identifier or address of a paper."), moment)
    paper = paper_named(mine.named)
    result = FetchResult()
    if paper is None:
        result = _ask(parsed, (sources or _sources)({parsed.scheme}), outside, seconds)
        for error in result.errors:
            logger.warning("submission %s: %s", mine.key, error)
        paper = paper_named(result.found[parsed]) if parsed in result.found else None
    # The lease may have run out in the meantime: then what came of it is somebody else's to say.
    if not Submission.objects.filter(pk=number, tries_count=mine.tries_count, state=State.FETCHING).exists():
        return None
    return _came_of(mine, paper, result, now or timezone.now())


def _ask(parsed: ParsedIdentifier, sources: Sequence[Source], outside: Door, seconds: float) -> FetchResult:
    """Ask one source after the other, as long as there is time."""
    until, asked = time.monotonic() + seconds, 0

    def in_time() -> Iterator[Source]:
        nonlocal asked
        for source in sources:
            if time.monotonic() >= until:
                return
            asked += 1
            yield source

    result = fetch_papers([parsed], in_time(), outside)
    result.is_passing |= parsed not in result.found and asked < len(sources)
    return result


def _came_of(mine: Submission, paper: Paper | None, result: FetchResult, now: datetime) -> Submission:
    if paper is not None:
        return found(mine, paper, now)
    if not result.is_passing or mine.tries_count >= MOST_TRIES:
        return end(mine, _why(result), now)
    # 1, 2, 4, 8 minutes, or when the source says.
    pause = max(FIRST_PAUSE * 2 ** (mine.tries_count - 1), timedelta(seconds=result.retry_after))
    due_at = now + min(pause, LONGEST_PAUSE)
    why = _("The source cannot be reached at the moment; it will be asked again.")
    Submission.objects.filter(pk=mine.pk, state=State.FETCHING, tries_count=mine.tries_count).update(
        due_at=due_at, refusal=why
    )
    mine.refresh_from_db()
    return mine


def _why(result: FetchResult) -> str:
    """Why a paper could not be got, in words that name no addresses."""
    if result.intake.refused:
        return _("The source knows the paper, but what it says of it cannot be used: %(why)s.") % {
            "why": result.intake.refused[0].reason.rstrip(".")
        }
    if result.errors:
        return _("The source that knows such papers did not answer as it should. Try again another day.")
    return _("No source knows a paper of this name. Look whether it is complete.")


def _sources(schemes: Collection[str]) -> Sequence[Source]:
    return sources_for(schemes, keys())


def have_it_fetched(submission: Submission, now: datetime | None = None) -> Submission:
    """Tell a worker to look for it or, where none is about, do so at once for a few seconds; how it stands then."""
    from broadsheet.sources.http.limits import Limits

    moment = now or timezone.now()
    if is_worker_about(moment):
        wake_worker(moment)
    else:
        limits = Limits(connect=PATIENCE_SECONDS / 2, read=PATIENCE_SECONDS, total=PATIENCE_SECONDS)
        outside = door(patience=PATIENCE_SECONDS / 2, limits=limits)
        fetch_one(submission.pk, outside, now=now, seconds=PATIENCE_SECONDS)
    return Submission.objects.select_related("account", "paper").get(pk=submission.pk)


def _tell(row: Submission) -> None:
    words = {
        State.FOUND: _("The paper that you brought was found: look whether it is the one you mean, and list it."),
        State.LISTED: _("The paper that you brought was found and is on the page of the day."),
        State.WAITING: _("The paper that you brought was found; a curator looks at it."),
        State.REFUSED: _("The paper that you brought was not listed: %(why)s") % {"why": row.refusal},
    }
    if row.state in words:
        about = f"submission {row.key} {row.state}"
        text = words[State(row.state)]
        tell_of_decision(row.account, Notification.Kind.SUBMISSION, about=about, words=text, paper=row.paper)
