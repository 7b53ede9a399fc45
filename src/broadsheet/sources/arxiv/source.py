"""The source ``arxiv``: what arXiv announces each day in each category, and proof that all of it is here.

Three of arXiv's places are asked for one day's batch. The listing page says which papers were announced and how many
there are; the API has their texts, but may not know the newest yet; the feed has the texts of all of them in one
answer, but is rebuilt only at midnight and may be yesterday's. What none of them has is left for the next try, and the
batch tells that it is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from broadsheet.sources.arxiv import api as arxiv_api
from broadsheet.sources.arxiv.api import ApiError
from broadsheet.sources.arxiv.calendar import ZONE, ArxivCalendar
from broadsheet.sources.arxiv.estimates import with_estimates
from broadsheet.sources.arxiv.feed import FeedAnswer, read_feed
from broadsheet.sources.arxiv.fetching import OAI_URL, look_up
from broadsheet.sources.arxiv.listing_pages import ListingPages
from broadsheet.sources.arxiv.paper import SLUG
from broadsheet.sources.arxiv.taxonomy import ARCHIVES
from broadsheet.sources.door import BusyError, Door, FetchError, StatusError
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import BatchRecord, Calendar, Checkpoint, HarvestRequest, Page, Record, Schedule
from broadsheet.sources.record import (
    AnnouncementKind,
    AnnouncementRecord,
    BadRecord,
    ListingRecord,
    PaperRecord,
    SourceError,
)

SITE_URL = "https://arxiv.org"
FEED_URL = "https://rss.arxiv.org/rss"
CATCHUP_DAYS = 85
"""How far before the newest batch that of a day is asked for: arXiv shows 90 days before today, which may be later."""

_KINDS: tuple[AnnouncementKind, ...] = ("new", "cross", "replace", "replace-cross")
_ON_THE_DAYS_PAGE = frozenset({"new", "cross"})
_UNKNOWN = frozenset({400, 404})
_FRIDAY = 4
# Papers of some days; each is a few kilobytes.
_MOST_KEPT = 5000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """How far a harvest is: everything before this category, and of it everything up to this day, is done.

    ``part`` counts the pages of the day that is not whole yet; whoever goes on begins that day anew.
    """

    category: str = ""
    day: str = ""
    is_whole: bool = False
    part: int = 0

    def checkpoint(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def of(cls, checkpoint: Checkpoint | None) -> _Place:
        known = checkpoint or {}
        return cls(
            category=str(known.get("category", "")),
            day=str(known.get("day", "")),
            is_whole=known.get("is_whole") is True,
            part=int(known.get("part", 0)),
        )


@dataclass(slots=True)
class _Run:
    """One harvest: its door, and the papers that the API gave in it, as many are announced in several categories."""

    door: Door
    texts: dict[str, PaperRecord] = field(default_factory=dict)

    def keep(self, paper: PaperRecord) -> None:
        if len(self.texts) >= _MOST_KEPT:
            self.texts.clear()
        self.texts[paper.ref] = paper


class ArxivSource:
    """arXiv's announcements. The addresses are those of its site, its feeds, its API and its OAI-PMH server."""

    name: str = "arxiv"
    slug: str = SLUG
    title: str = "arXiv"
    # Announced at 20:00 from Sunday to Thursday, in the feed from midnight on; the last try finds what came late.
    schedule: Schedule = Schedule(cron="20 0,6,20 * * 0-5", zone=ZONE.key)
    schemes: frozenset[str] = frozenset({"arxiv"})

    def __init__(
        self,
        *,
        site_url: str = SITE_URL,
        feed_url: str = FEED_URL,
        api_url: str = arxiv_api.URL,
        oai_url: str = OAI_URL,
        days: ArxivCalendar | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._days = days or ArxivCalendar()
        self.calendar: Calendar | None = self._days
        self._listings = ListingPages(site_url)
        self._feed_url, self._oai_url = feed_url, oai_url
        self._api = arxiv_api.Api(api_url)
        self._now = now

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Yield the batches of the days asked for, by default the newest one, category after category.

        Without categories all archives are asked for. Days of the last 85 are read from arXiv's own pages; of earlier
        ones the papers are found by the time of their submission, and their days are estimates. A category that arXiv
        does not know is a bad record. Raises as ``Source.harvest`` says.
        """
        categories = tuple(dict.fromkeys(request.categories)) or ARCHIVES
        run, done = _Run(door), _Place.of(checkpoint)
        start = categories.index(done.category) if done.category in categories else 0
        for category in categories[start:]:
            since_done = done if category == done.category else _Place(category=category)
            if not since_done.is_whole:
                yield from self._category(run, request, since_done)
                done = _Place(category=category, is_whole=True)
                yield Page(checkpoint=done.checkpoint())
        yield Page()

    def _category(self, run: _Run, request: HarvestRequest, done: _Place) -> Iterator[Page]:
        """The days of one category, the newest one last."""
        category = done.category
        try:
            newest = self._listings.newest(run.door, category)
        except StatusError as error:
            if isinstance(error, BusyError) or error.status not in _UNKNOWN:
                raise
            reason = f"arXiv has no listing of {category!r}: {error}"
            told = replace(done, part=done.part + 1)
            yield Page(records=(BadRecord(where=category, reason=reason),), checkpoint=told.checkpoint())
            return
        except FetchError:
            raise
        except SourceError as error:
            newest = None
            done = replace(done, part=done.part + 1)
            yield Page(records=(BadRecord(where=category, reason=str(error)),), checkpoint=done.checkpoint())
        last = newest.announced_on if newest else self._days.latest_day(self._now())
        until = min(request.until or last, last)
        for day in _weekdays(request.since or until, until):
            if day.isoformat() <= done.day:
                continue
            if day == last:
                pages = self._newest_day(run, category, newest)
            elif (last - day).days <= CATCHUP_DAYS:
                pages = self._past_day(run, category, day)
            else:
                pages = self._reckoned_day(run, category, day)
            for page in pages:
                done = replace(done, part=done.part + 1)
                yield replace(page, checkpoint=done.checkpoint())
            if day != last:
                done = _Place(category=category, day=day.isoformat())
                yield Page(checkpoint=done.checkpoint())

    def _newest_day(self, run: _Run, category: str, listed: BatchRecord | None) -> Iterator[Page]:
        feed, complaint = self._feed(run.door, category)
        bad: tuple[Record, ...] = (complaint,) if complaint else feed.bad if feed else ()
        batch = listed or (feed.batch if feed else None)
        if batch is None or (listed is None and not self._is_batch(batch)):
            yield Page(records=bad)
            return
        if listed is not None and feed is not None:
            batch = _completed(listed, feed)
        fed = {entry.paper.ref: entry.paper for entry in feed.entries} if feed else {}
        # Without a listing nobody but the feed says of which day it is.
        yield from self._with_texts(run, batch, fed, bad, is_estimated=listed is None)

    def _past_day(self, run: _Run, category: str, day: date) -> Iterator[Page]:
        batch = self._listings.of_day(run.door, category, day)
        if self._is_batch(batch):
            yield from self._with_texts(run, batch, {}, ())

    def _is_batch(self, batch: BatchRecord) -> bool:
        """A holiday that the calendar does not know has a page and a feed without entries, and no batch."""
        return any(batch.refs.values()) or self._days.is_day(batch.announced_on)

    def _with_texts(
        self,
        run: _Run,
        batch: BatchRecord,
        fed: Mapping[str, PaperRecord],
        bad: tuple[Record, ...],
        *,
        is_estimated: bool = False,
    ) -> Iterator[Page]:
        """The batch and its papers, ``fed`` being those of the feed.

        The API's texts come first: they alone have the comments and the days of submission, the feed alone the
        licence. The feed has those that the API does not know yet, or all of them while it cannot be asked. Raises what
        the API's failure raised where papers are left that the feed does not have, as those should be asked for again.
        """
        kinds = _kinds_by_ref(batch)

        def announced(papers: Iterable[PaperRecord]) -> tuple[PaperRecord, ...]:
            return tuple(
                _announced(_with_licence(paper, fed.get(paper.ref)), batch, kinds, is_estimated=is_estimated)
                for paper in papers
            )

        known = [run.texts[ref] for ref in kinds if ref in run.texts]
        left = dict.fromkeys(ref for ref in kinds if ref not in run.texts)
        failure: SourceError | None = None
        yield Page(records=(*bad, *announced(known)), batches=(batch,))
        try:
            for answer in self._api.by_ids(run.door, list(left)):
                papers = [one for one in answer.records if isinstance(one, PaperRecord) and one.ref in left]
                for paper in papers:
                    left.pop(paper.ref, None)
                    run.keep(paper)
                unread = (one for one in answer.records if isinstance(one, BadRecord))
                yield Page(records=(*unread, *announced(papers)), batches=(batch,))
        except SourceError as error:
            failure = error
        rest = announced(fed[ref] for ref in left if ref in fed)
        told = (BadRecord(where=batch.category, reason=str(failure)),) if failure else ()
        if rest or told:
            yield Page(records=(*told, *rest), batches=(batch,))
        if failure is not None and len(rest) < len(left) and not isinstance(failure, ApiError):
            raise failure

    def _reckoned_day(self, run: _Run, category: str, day: date) -> Iterator[Page]:
        """The papers of a day that arXiv does not show any more, by the time of their submission."""
        if not self._days.is_day(day):
            return
        for answer in self._api.submitted_between(run.door, category, *self._days.submitted_between(day)):
            yield Page(
                records=tuple(
                    with_estimates(record, self._days) if isinstance(record, PaperRecord) else record
                    for record in answer.records
                )
            )

    def _feed(self, door: Door, category: str) -> tuple[FeedAnswer | None, BadRecord | None]:
        """The feed; where it cannot be had, the other places do without it, and why it could not is told."""
        url = f"{self._feed_url}/{category}"
        try:
            return read_feed(door.get(url).content, url, category), None
        except BusyError:
            raise
        except SourceError as error:
            return None, BadRecord(where=url, reason=str(error))

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[PaperRecord | BadRecord]:
        """Look papers up by their arXiv ids, through the API and, where it does not know them, by OAI-PMH."""
        for record in look_up(door, self._api, self._oai_url, "arXivRaw", identifiers):
            yield with_estimates(record, self._days) if isinstance(record, PaperRecord) else record


def _weekdays(since: date, until: date) -> Iterator[date]:
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return (day for day in days if day.weekday() <= _FRIDAY)


def _kinds_by_ref(batch: BatchRecord) -> dict[str, AnnouncementKind]:
    return {ref: kind for kind in _KINDS for ref in batch.refs.get(kind, ())}


def _completed(listed: BatchRecord, feed: FeedAnswer) -> BatchRecord:
    """The listing's batch with the papers of a feed of the same day, where the listing shows fewer than it counts.

    A feed without any paper of the listing is yesterday's under today's date, and adds nothing.
    """
    shown = set(_kinds_by_ref(listed))
    added = [entry for entry in feed.entries if entry.paper.ref not in shown]
    is_same_day = feed.stated_on == listed.announced_on and len(added) < len(feed.entries)
    if listed.is_complete or not added or not is_same_day:
        return listed
    refs: dict[str, tuple[str, ...]] = {
        kind: (*listed.refs.get(kind, ()), *(entry.paper.ref for entry in added if entry.kind == kind))
        for kind in _KINDS
    }
    count = sum(map(len, refs.values()))
    return replace(listed, refs=refs, is_complete=count == sum(listed.counts.values()))


def _with_licence(paper: PaperRecord, fed: PaperRecord | None) -> PaperRecord:
    return replace(paper, licence=fed.licence) if fed is not None and not paper.licence else paper


def _announced(
    paper: PaperRecord, batch: BatchRecord, kinds: Mapping[str, AnnouncementKind], *, is_estimated: bool = False
) -> PaperRecord:
    """The record with its announcement; new papers and cross-lists are on the day's page, replacements are not."""
    kind = kinds[paper.ref]
    announcement = AnnouncementRecord(
        category=batch.category, announced_on=batch.announced_on, kind=kind, is_estimated=is_estimated
    )
    listing = ListingRecord(listed_on=batch.announced_on) if kind in _ON_THE_DAYS_PAGE else None
    return replace(paper, announcements=(announcement,), listing=listing)
