"""A month of arXiv's announcements, simulated: a fake arXiv, a worker that looks in several times a day, and faults.

September 2026 has a holiday: nothing is announced in the evening of Monday the 7th, so Tuesday has no batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from broadsheet.catalogue import batches, harvests
from broadsheet.catalogue.models import Batch
from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.sources.http.http_door import HttpDoor
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_faults import Fault

FIRST = date(2026, 8, 31)
LAST = date(2026, 9, 30)
CATEGORIES = ("cs.CL", "hep-th", "math.CO")
# When the worker looks in, in arXiv's own time; the batch of the next day is announced at 20:00.
LOOKS = (time(0, 20), time(3, 5), time(20, 20))


def moment(day: date, at: time) -> datetime:
    """A moment in arXiv's own time."""
    return datetime.combine(day, at, tzinfo=ZONE)


@dataclass(frozen=True)
class Trouble:
    """A batch that arXiv does not announce as it should, until it recovers."""

    kind: str
    category: str
    day: date
    until: datetime

    @property
    def since(self) -> datetime:
        return moment(self.day - timedelta(days=1), time(19))

    @property
    def place(self) -> tuple[str, date]:
        return self.category, self.day


@dataclass
class Month:
    """What was seen in a month: every state that was out of order, and whatever a person was told."""

    seen: set[tuple[str, str, date]] = field(default_factory=set)
    told: list[tuple[str, str, date]] = field(default_factory=list)


def moments() -> Iterator[datetime]:
    """Every look of the month, from the evening before its first batch to two days after its last."""
    for number in range((LAST - FIRST).days + 4):
        for at in LOOKS:
            yield moment(FIRST + timedelta(days=number - 1), at)


def live(fake: FakeArxiv, folder: Path, troubles: tuple[Trouble, ...]) -> Month:
    """Let the month pass."""
    month, active = Month(), dict[Trouble, list[Fault]]()
    door = HttpDoor(folder, contact="a test", allowed=["127.0.0.1"], paces=(), interval=0)
    places = {"api_url": fake.api_url, "oai_url": fake.oai_url, "now": lambda: fake.now}
    source = ArxivSource(site_url=fake.site_url, feed_url=fake.feed_url, **places)
    archive = ArxivOaiSource(fake.oai_url, fake.api_url)
    for now in moments():
        fake.now = now
        for trouble in troubles:
            if trouble.since <= now < trouble.until and trouble not in active:
                active[trouble] = [
                    fake.faults.add(trouble.kind, f"/{part}/{trouble.category}", day=trouble.day.isoformat())
                    for part in ("list", "rss", "catchup")
                ]
            elif now >= trouble.until:
                for fault in active.pop(trouble, ()):
                    fake.faults.remove(fault)
        look(source, archive, door, now, month)
    return month


def look(source: ArxivSource, archive: ArxivOaiSource, door: HttpDoor, now: datetime, month: Month) -> None:
    """What a worker does when a harvest is due."""
    batches.expect(source, CATEGORIES, now)
    request = harvests.next_request(source, CATEGORIES)
    assert harvests.run(source, door, request, worker="a month", clock=lambda: now).state == "complete"
    wrong = batches.check(source.slug, now)
    month.seen.update((row.state, row.category, row.announced_on) for row in wrong)
    told = batches.alerts(now)
    month.told += [(row.state, row.category, row.announced_on) for row in told]
    batches.alerted(told, now)
    batches.catch_up(source, CATEGORIES, door, now, worker="a month", archives=[archive])
    # What came of it is seen as well: asking again must make nothing wrong that was not.
    left = Batch.objects.filter(state__in=batches.OUT_OF_ORDER)
    month.seen.update(left.values_list("state", "category", "announced_on"))
