"""Hugging Face Daily Papers, or any server with that API (``/api/daily_papers?date=&p=&limit=``): another Broadsheet.

Days are asked for one by one, their pages until one brings nothing new: some servers give fewer items than asked for,
so that a short page may have others behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlsplit

from broadsheet.sources import hf_daily
from broadsheet.sources.answers import Read, ask, listed, load_json
from broadsheet.sources.door import Door, StatusError
from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import Calendar, Checkpoint, HarvestRequest, Page, Schedule
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError

HUGGING_FACE = "https://huggingface.co"
PAGE_SIZE = 100
MOST_PAGES = 1_000
_NO_SUCH_DAY = frozenset({400, 404})
_DATED = (b'"submittedOnDailyAt"', b'"listed_on"')
RECENT_DAYS = 3


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass
class DailyPapers:
    """A server of daily papers at ``address``, which may have a path."""

    address: str = HUGGING_FACE
    today: Callable[[], date] = _today
    name: str = field(init=False)
    slug: str = field(init=False)
    title: str = field(init=False)
    calendar: Calendar | None = None
    schedule: Schedule = Schedule(cron="25 * * * *")  # noqa: RUF009  (frozen)
    schemes: frozenset[str] = frozenset({"arxiv"})

    def __post_init__(self) -> None:
        """Call it ``huggingface``, or ``follow:`` with the address, and its papers by the name of the server."""
        self.address = self.address.rstrip("/")
        host = (urlsplit(self.address).hostname or "").removeprefix("www.")
        is_hugging_face = host in {"huggingface.co", "hf.co"}
        self.slug = hf_daily.SOURCE if is_hugging_face else host
        self.name = self.slug if is_hugging_face else f"follow:{self.address}"
        self.title = "Hugging Face Daily Papers" if is_hugging_face else f"Daily papers of {host}"

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Day by day, by default the last days. Categories are not told apart here.

        Raises ``SourceError`` where the server does not heed the day that it is asked for.
        """
        until = request.until or self.today()
        day = request.since or until - timedelta(days=RECENT_DAYS - 1)
        number, rank = 0, 1
        if checkpoint is not None:
            day, until = date.fromisoformat(checkpoint["day"]), date.fromisoformat(checkpoint["until"])
            number, rank = int(checkpoint["page"]), int(checkpoint["rank"])
        before: set[str] = set()
        is_known = checkpoint is not None
        while day <= until:
            seen: set[str] = set()
            # A server that has the API may have no such day yet; of one that has answered nothing, a fault is a fault.
            may_lack = is_known and day >= self.today()
            for records, is_dated in self._pages(door, day, number, rank, may_lack=may_lack):
                if not seen and number == 0:
                    self._check_day(records, day, set() if is_dated else before)
                seen |= _refs(records)
                number, rank = number + 1, rank + len(records)
                where = {"day": day.isoformat(), "until": until.isoformat(), "page": number, "rank": rank}
                yield Page(records=tuple(records), checkpoint=where)
            before, is_known = seen or before, True
            day, number, rank = day + timedelta(days=1), 0, 1
        yield Page()

    def _pages(
        self, door: Door, day: date, number: int, rank: int, *, may_lack: bool
    ) -> Iterator[tuple[list[Read], bool]]:
        """The pages of a day, each with whether its items say themselves which day they belong to."""
        seen: set[str] = set()
        last = b""
        for page in range(number, number + MOST_PAGES):
            params = {"date": day.isoformat(), "p": str(page), "limit": str(PAGE_SIZE)}
            try:
                answer = door.get(f"{self.address}/api/daily_papers", params=params)
            except StatusError as error:
                if may_lack and error.status in _NO_SUCH_DAY:
                    return
                raise
            records = list(read_day(answer.content, f"{self.slug} {day} page {page}", day, rank))
            refs = _refs(records)
            if not records or answer.content == last or (refs and refs <= seen):
                return
            seen |= refs
            last = answer.content
            rank += len(records)
            yield records, any(word in answer.content for word in _DATED)
        raise SourceError(f"{self.address}: the pages of {day} have no end")

    def _check_day(self, records: Sequence[Read], day: date, before: set[str]) -> None:
        """Items state the day that they were listed on; where they do not, the same ones two days running tell it."""
        days = {record.listing.listed_on for record in records if isinstance(record, PaperRecord) and record.listing}
        if days and all(abs(other - day) > timedelta(days=1) for other in days):
            told = f"papers of {min(days)}"
        elif len(before) > 1 and _refs(records) == before:
            told = "the same papers as for the day before"
        else:
            return
        raise SourceError(
            f"{self.address}: asked for {day} and answered with {told}: the server does not heed the date"
        )

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look papers up by arXiv identifier (``/api/papers/{id}``)."""
        for identifier in identifiers:
            if identifier.scheme == "arxiv":
                content = ask(door, f"{self.address}/api/papers/{quote(identifier.value)}")
                if content is not None:
                    yield from read_paper(content, f"{self.slug} {identifier.value}")


def read_day(content: bytes, name: str, day: date | None = None, first_rank: int = 1) -> Iterator[Read]:
    """Read one answer of ``/api/daily_papers``, for the day that was asked for, which items may state better.

    Raises ``SourceError`` if the whole is unreadable.
    """
    for rank, item in enumerate(listed(load_json(content, name), name, "data"), first_rank):
        yield _read(item, rank, f"{name}: item {rank}", day)


def read_paper(content: bytes, name: str) -> Iterator[Read]:
    """Read one answer of ``/api/papers/{id}``; raises ``SourceError`` if it is unreadable."""
    answer = load_json(content, name)
    if not isinstance(answer, dict):
        raise SourceError(f"{name}: not a paper")
    record = _read(answer, 1, name, None)
    # Its rank among one says nothing.
    yield _without_rank(record) if isinstance(record, PaperRecord) else record


def _read(item: object, rank: int, where: str, day: date | None) -> Read:
    try:
        return hf_daily.read_item(item, rank, where, day)
    except FieldError as error:
        return BadRecord(where=where, reason=str(error))


def _without_rank(record: PaperRecord) -> PaperRecord:
    listing = record.listing and replace(record.listing, rank=None)
    return replace(record, listing=listing)


def _refs(records: Sequence[Read]) -> set[str]:
    return {record.ref or record.title for record in records if isinstance(record, PaperRecord)}
