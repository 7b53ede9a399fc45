"""Running a harvest: page by page, each with its papers, its batches and its checkpoint in one transaction.

A harvest belongs to one worker at a time, by a claim that is taken with a conditional UPDATE and renewed with each
page. Whoever is killed leaves a claim behind; it is free when its time has run out, or at once where it can be seen
that the process is gone. A worker that was too slow and lost its claim finds out before its page is stored.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from broadsheet.catalogue import ledger
from broadsheet.catalogue.intake import IntakeResult, take_in
from broadsheet.catalogue.lookup import papers_identified
from broadsheet.catalogue.models import Harvest
from broadsheet.catalogue.models import Source as SourceRow
from broadsheet.sources.door import BusyError, Door, FetchError, RefusedAddressError, StatusError, TooLargeError
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import HarvestRequest, Page, Source
from broadsheet.sources.record import BadRecord, SourceError

logger = logging.getLogger(__name__)

# Longer than the slowest page: a server that asks for patience is waited for.
LEASE = timedelta(minutes=15)
# A source that leads back to where it was is asked so often before it is called a circle.
STANDSTILLS = 3
OVERLAP = timedelta(days=1)
# What changes with each page.
_COUNTS = ("pages_count", "created_count", "changed_count", "unchanged_count", "refused_count", "deleted_count")
_TOLD = (*_COUNTS, "state", "checkpoint", "error", "retry_at", "claimed_until", "finished_at")


# The claims that this process holds.
_OWN: set[str] = set()


class AlreadyRunningError(Exception):
    """Another worker is at the same harvest; ``harvest`` is its row."""

    def __init__(self, harvest: Harvest) -> None:
        super().__init__(f"{harvest.name} is being harvested by {harvest.claimed_by.partition(' ')[2]}")
        self.harvest = harvest


class _ClaimLostError(Exception):
    """Another worker has taken the harvest over."""


def run(
    source: Source,
    door: Door,
    request: HarvestRequest,
    *,
    worker: str,
    should_stop: Callable[[], bool] = lambda: False,
    on_page: Callable[[Harvest, Page], None] = lambda harvest, page: None,
    clock: Callable[[], datetime] = timezone.now,
) -> Harvest:
    """Harvest a source, or go on with an unfinished harvest of the same request, until it is complete.

    ``should_stop`` is asked and ``on_page`` called after each page. What is stored stays: after a kill, an interruption
    or an error the next run fetches at most one page again. The row that comes back says how it ended:

    - ``complete``;
    - ``running``: stopped, or the server could not be reached or asks for patience; ``error`` says so and ``retry_at``
      when to go on, where that is known;
    - ``failed``: the source answered with something else than it should, and did so at its first page of this run; the
      next run begins anew.

    Raises ``AlreadyRunningError`` while another worker is at it.
    """
    harvest = _claim(source, request, worker, clock)
    pages_before = harvest.pages_count
    try:
        is_complete = _go_on(harvest, source, door, request, should_stop, on_page, clock)
    except _ClaimLostError:
        logger.warning("%s: another worker went on with the harvest", source.name)
        harvest.refresh_from_db()
    except BusyError as error:
        when = clock() + timedelta(seconds=error.retry_after)
        _release(harvest, error=f"{error}; it can go on at {when:%Y-%m-%d %H:%M:%S %Z}", retry_at=when)
    except SourceError as error:
        is_lasting = not _is_passing(error) and harvest.pages_count == pages_before
        _release(harvest, error=str(error), **(_ended(Harvest.State.FAILED, clock) if is_lasting else {}))
    except BaseException:
        _release(harvest)
        raise
    else:
        _release(harvest, **(_ended(Harvest.State.COMPLETE, clock) if is_complete else {}))
    return harvest


def _is_passing(error: SourceError) -> bool:
    """Whether the same request may well succeed later: the network or the server failed, not what is asked for."""
    if isinstance(error, StatusError):
        return error.status >= 500
    return isinstance(error, FetchError) and not isinstance(error, RefusedAddressError | TooLargeError)


def _ended(state: str, clock: Callable[[], datetime]) -> dict[str, object]:
    return {"state": state, "finished_at": clock()}


def _go_on(
    harvest: Harvest,
    source: Source,
    door: Door,
    request: HarvestRequest,
    should_stop: Callable[[], bool],
    on_page: Callable[[Harvest, Page], None],
    clock: Callable[[], datetime],
) -> bool:
    """Read the pages that are left and store them; False when it was told to stop before the last one."""
    standstills = 0
    pages = source.harvest(door, request, harvest.checkpoint)
    for page in pages:
        checkpoint = dict(page.checkpoint) if page.checkpoint is not None else None
        standstills = standstills + 1 if checkpoint is not None and checkpoint == harvest.checkpoint else 0
        if standstills == STANDSTILLS:
            raise SourceError(f"{source.name} leads back to the same place again and again: {checkpoint}")
        _store(harvest, source, page, checkpoint, clock())
        on_page(harvest, page)
        if checkpoint is None:
            # The source may have waited for its last page to be stored, to remember what it has read.
            next(pages, None)
            return True
        if should_stop():
            return False
    if harvest.checkpoint is not None:
        raise SourceError(f"{source.name} ended before its last page")
    return True


def _store(harvest: Harvest, source: Source, page: Page, checkpoint: dict[str, object] | None, now: datetime) -> None:
    """Store a page: its papers, its batches, the checkpoint and the counts, all or nothing."""
    with transaction.atomic():
        row = Harvest.objects.select_for_update(of=("self",)).filter(pk=harvest.pk).get()
        if row.claimed_by != harvest.claimed_by:
            raise _ClaimLostError
        again = ledger.repeated(source.slug, page.batches)
        for (category, day), earlier in again.items():
            logger.warning("%s: %s serves the batch of %s as that of %s", source.name, category, earlier, day)
        result = take_in(ledger.undated(page.records, again.keys()), source=source.slug)
        ledger.note(source.slug, page.batches, now, calendar=source.calendar)
        row.pages_count += 1
        row.created_count += result.created
        row.changed_count += result.changed
        row.unchanged_count += result.unchanged
        row.refused_count += len(result.refused)
        row.deleted_count += result.deleted
        row.checkpoint = checkpoint
        row.error, row.retry_at = "", None
        row.claimed_until = now + LEASE
        if checkpoint is None:
            # Here and not later: a harvest without a checkpoint would begin anew after a kill.
            row.state, row.finished_at = Harvest.State.COMPLETE, now
        row.save()
    for bad in result.refused:
        logger.warning("%s: %s: %s", source.name, bad.where, bad.reason)
    # Without the claim: what this worker believes to hold must not become what another one took over.
    harvest.refresh_from_db(fields=_TOLD)


def _claim(source: Source, request: HarvestRequest, worker: str, clock: Callable[[], datetime]) -> Harvest:
    """The unfinished harvest of this request, or a new one, claimed. One that others hold is left to them."""
    now = clock()
    claim = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)} {worker}"[:100]
    held = {"claimed_by": claim, "claimed_until": now + LEASE}
    with transaction.atomic():
        row, _ = SourceRow.objects.get_or_create(slug=source.slug)
        # Nobody else looks for a harvest of this source, or makes one, before this transaction is over.
        SourceRow.objects.select_for_update().get(pk=row.pk)
        harvest = _unfinished(source.name, request)
        if harvest is not None:
            free = Q(claimed_by="") | Q(claimed_until__lt=now)
            if _is_gone(harvest.claimed_by):
                free |= Q(claimed_by=harvest.claimed_by)
            if not Harvest.objects.filter(free, pk=harvest.pk).update(**held):
                raise AlreadyRunningError(harvest)
            harvest.refresh_from_db()
            if _is_overtaken(harvest, source, now):
                harvest.error = "a newer batch was announced before it was complete"
                harvest.state, harvest.finished_at = Harvest.State.FAILED, now
                harvest.claimed_by, harvest.claimed_until = "", None
                harvest.save()
                harvest = None
        if harvest is None:
            asked = {"categories": sorted(request.categories), "since": request.since, "until": request.until}
            harvest = Harvest.objects.create(source=row, name=source.name, started_at=now, **asked, **held)
    _OWN.add(claim)
    return harvest


def _is_overtaken(harvest: Harvest, source: Source, now: datetime) -> bool:
    """Whether an unfinished harvest of the newest batches would go on with some of one day and some of another."""
    if source.calendar is None or harvest.since is not None:
        return False
    days = source.calendar.days(harvest.started_at.date(), now.date() + OVERLAP)
    return any(harvest.started_at < source.calendar.due_at(day) <= now for day in days)


def _unfinished(name: str, request: HarvestRequest) -> Harvest | None:
    rows = Harvest.objects.filter(
        name=name, state=Harvest.State.RUNNING, since=request.since, until=request.until
    ).order_by("pk")
    return next((row for row in rows if row.categories == sorted(request.categories)), None)


def _is_gone(claim: str) -> bool:
    """Whether the process that made a claim can be seen to have ended. One of another machine cannot be seen."""
    host, _, rest = claim.partition("/")
    number = rest.partition("/")[0]
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        # A container that is started again has the same name, and its processes the same numbers.
        return claim not in _OWN
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _release(harvest: Harvest, **fields: object) -> None:
    """Give the claim back, with what is to be said of the end, unless somebody else has taken it over."""
    Harvest.objects.filter(pk=harvest.pk, claimed_by=harvest.claimed_by).update(
        claimed_by="", claimed_until=None, **fields
    )
    _OWN.discard(harvest.claimed_by)
    harvest.refresh_from_db()


def next_request(source: Source, categories: Collection[str] = (), *, first: date | None = None) -> HarvestRequest:
    """What to ask a source for next: the unfinished harvest, else all since the day up to which everything is here.

    One day is asked for twice, as days end at different moments in different places. ``first`` is where the very first
    harvest begins; None: with everything that the source has. A source that announces batches is asked for the newest
    ones: what earlier days lack is told by the ledger, and got by ``batches.catch_up``.
    """
    wanted = sorted(categories)
    rows = Harvest.objects.filter(name=source.name, until=None).order_by("started_at", "pk")
    reached = None
    for row in rows:
        if row.state == Harvest.State.RUNNING and row.categories == wanted:
            return HarvestRequest(since=row.since, categories=tuple(wanted))
        # One that began behind the day that was reached leaves a gap before it, and does not count.
        follows = row.since is None or reached is None or row.since <= reached
        if row.state == Harvest.State.COMPLETE and follows and _covers(row.categories, wanted):
            reached = row.started_at.date()
    if source.calendar is not None:
        return HarvestRequest(categories=tuple(wanted))
    return HarvestRequest(since=reached - OVERLAP if reached else first, categories=tuple(wanted))


def _covers(asked: Collection[str], wanted: Collection[str]) -> bool:
    """Whether a harvest of some categories brings the papers of others; none stands for all."""
    return not asked or (bool(wanted) and set(wanted) <= set(asked))


@dataclass(slots=True)
class FetchResult:
    """What came of looking papers up by name.

    ``is_passing`` tells that a source which might know could not be asked now, ``retry_after`` for how many seconds one
    asked to be left alone.
    """

    intake: IntakeResult = field(default_factory=IntakeResult)
    found: dict[ParsedIdentifier, str] = field(default_factory=dict)
    unknown: list[ParsedIdentifier] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_passing: bool = False
    retry_after: float = 0.0


def fetch_papers(identifiers: Sequence[ParsedIdentifier], sources: Iterable[Source], door: Door) -> FetchResult:
    """Look papers up by name and take them in; each is asked of one source after the other until one knows it.

    ``found`` gives the names of the papers in the catalogue, ``unknown`` those that none of the sources knows (or that
    none looks up), ``errors`` what went wrong where. An error at one source is no reason not to ask the next one.
    """
    result = FetchResult()
    left = list(dict.fromkeys(identifiers))
    for source in sources:
        asked = [one for one in left if one.scheme in source.schemes]
        if not asked:
            continue
        records = []
        try:
            for record in source.fetch(door, asked):
                records.append(record)  # noqa: PERF402  (what came before an error is kept)
        except SourceError as error:
            result.errors.append(f"{source.name}: {error}")
            result.is_passing |= _is_passing(error)
            if isinstance(error, BusyError):
                result.is_passing = True
                result.retry_after = max(result.retry_after, error.retry_after)
        result.intake.add(take_in(records, source=source.slug))
        known = {
            (name.scheme, name.value)
            for record in records
            if not isinstance(record, BadRecord)
            for name in record.identifiers
        }
        left = [one for one in left if (one.scheme, one.value) not in known]
    result.found = papers_identified([one for one in identifiers if one not in left])
    result.unknown = left
    return result
