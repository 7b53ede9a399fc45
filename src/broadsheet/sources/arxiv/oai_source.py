"""The source ``arxiv-oai``: arXiv's whole catalogue, or what changed in it since a day, by OAI-PMH.

It knows every paper and every change, some hours after the announcement, but not the day of the announcement, which is
therefore reckoned and marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from broadsheet.sources.arxiv import api as arxiv_api
from broadsheet.sources.arxiv.calendar import ZONE, ArxivCalendar
from broadsheet.sources.arxiv.estimates import with_estimates
from broadsheet.sources.arxiv.fetching import OAI_URL, ask_oai, look_up
from broadsheet.sources.arxiv.oai import OaiAnswer, OaiError
from broadsheet.sources.arxiv.paper import SLUG
from broadsheet.sources.arxiv.taxonomy import set_of
from broadsheet.sources.door import Door
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import Calendar, Checkpoint, HarvestRequest, Page, Record, Schedule
from broadsheet.sources.record import BadRecord, PaperRecord

# Days are compared at midnight of the server's zone, which need not be that of whoever asks.
_OVERLAP = timedelta(days=1)


@dataclass(slots=True)
class _Position:
    """Where a harvest stands, as it is stored: the set, the token that leads on, the day it began from.

    ``last_datestamp`` is the newest change that was seen of the set. ``is_ordered`` says whether changes have come in
    the order of their days so far; only then everything before the last one is there.
    """

    set: str = ""
    token: str = ""
    since: str = ""
    last_datestamp: str = ""
    is_ordered: bool = True

    def checkpoint(self) -> dict[str, Any]:
        values = asdict(self)
        return {"from": values.pop("since"), **values}

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> _Position:
        values = {
            name: checkpoint[name] for name in ("set", "token", "last_datestamp", "is_ordered") if name in checkpoint
        }
        return cls(since=str(checkpoint.get("from") or ""), **values)

    def take(self, answer: OaiAnswer) -> None:
        """Go on behind an answer."""
        for stamp in map(date.isoformat, answer.datestamps):
            if stamp < self.last_datestamp:
                self.is_ordered = False
            self.last_datestamp = max(self.last_datestamp, stamp)
        self.token = answer.token

    def restart(self) -> None:
        """Begin again without a token: a day before the last change that was seen, if they came in order."""
        self.token = ""
        if self.is_ordered and self.last_datestamp:
            again = (date.fromisoformat(self.last_datestamp) - _OVERLAP).isoformat()
            self.since = max(self.since, again)
        self.last_datestamp, self.is_ordered = "", True


class ArxivOaiSource:
    """arXiv by OAI-PMH. ``url`` is its base URL, ``api_url`` that of the query API, ``prefix`` the format asked for."""

    name: str = "arxiv-oai"
    slug: str = SLUG
    title: str = "arXiv (whole catalogue)"
    # The days of its batches are those of the source ``arxiv``; here papers come by the day of their last change.
    calendar: Calendar | None = None
    # New papers are there at about half past ten in the evening, small changes throughout the day.
    schedule: Schedule = Schedule(cron="15 5,23 * * *", zone=ZONE.key)
    schemes: frozenset[str] = frozenset({"arxiv"})

    def __init__(
        self, url: str = OAI_URL, api_url: str = arxiv_api.URL, prefix: str = "arXivRaw", is_estimating: bool = True
    ) -> None:
        self.url, self.prefix = url, prefix
        self._api = arxiv_api.Api(api_url)
        self._days = ArxivCalendar() if is_estimating else None

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Yield the papers that changed on the days asked for, set by set.

        A token that has expired is no error: the set is begun again a day before the last change that was seen. Raises
        ``BusyError`` where the server asks for patience: what was yielded stands, and its checkpoint leads on.
        """
        sets = list(dict.fromkeys(map(set_of, request.categories))) or [""]
        since = request.since.isoformat() if request.since else ""
        position = _Position.of(checkpoint) if checkpoint else _Position(set=sets[0], since=since)
        if position.set not in sets:
            position = _Position(set=sets[0], since=since)
        following = sets[sets.index(position.set) + 1 :]
        while True:
            answer = self._list(door, position, request.until)
            position.take(answer)
            records = tuple(self._finished(record) for record in answer.records)
            if not position.token and not following:
                yield Page(records=records)
                return
            if not position.token:
                position = _Position(set=following.pop(0), since=since)
            yield Page(records=records, checkpoint=position.checkpoint())

    def _list(self, door: Door, position: _Position, until: date | None) -> OaiAnswer:
        if position.token:
            try:
                return ask_oai(door, self.url, {"verb": "ListRecords", "resumptionToken": position.token})
            except OaiError as error:
                if error.code != "badResumptionToken":
                    raise
                position.restart()
        params = {"verb": "ListRecords", "metadataPrefix": self.prefix}
        params |= {"set": position.set} if position.set else {}
        params |= {"from": position.since} if position.since else {}
        params |= {"until": until.isoformat()} if until else {}
        return ask_oai(door, self.url, params)

    def _finished(self, record: Record) -> Record:
        if self._days is None or not isinstance(record, PaperRecord):
            return record
        return with_estimates(record, self._days)

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[PaperRecord | BadRecord]:
        """Look papers up by their arXiv ids."""
        for record in look_up(door, self._api, self.url, self.prefix, identifiers):
            finished = self._finished(record)
            if isinstance(finished, PaperRecord | BadRecord):
                yield finished
