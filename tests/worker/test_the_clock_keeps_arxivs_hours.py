"""The clock at a fake arXiv: over the end of summer time, a weekend and a holiday, with a fault that is told of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db.models import Min

from broadsheet.catalogue.chosen_sources import Chosen
from broadsheet.catalogue.models import Alert, Batch, Job
from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.sources.http.http_door import HttpDoor
from broadsheet.sources.protocol import Schedule
from broadsheet.worker import collecting
from broadsheet.worker.collecting import collecting_errands
from broadsheet.worker.crew import Crew
from tests.fakes.arxiv import FakeArxiv

pytestmark = pytest.mark.django_db

CATEGORIES = ("cs.CL", "hep-th")
JOB = "harvest arxiv:cs.CL+hep-th"
PER_DAY = 20
SATURDAY = 5


@dataclass
class Life:
    """A worker at a fake arXiv. ``harvested`` is when it asked, in arXiv's own time."""

    fake: FakeArxiv
    chosen: Chosen
    traveller: Any
    harvested: list[datetime] = field(default_factory=list)

    def until(self, end: datetime) -> None:
        """Jump from one moment at which a job is due to the next."""
        crew = Crew(collecting_errands([self.chosen]), threading.Event())
        crew.sync()
        while (due_at := Job.objects.aggregate(first=Min("due_at"))["first"]) < end:
            now = max(due_at, datetime.now(UTC))
            self.traveller.move_to(now)
            self.fake.now = now
            crew.do_due()
            row = Job.objects.get(name=JOB)
            assert (row.last_error, row.failures_count) == ("", 0)
            if row.last_started_at == now:
                self.harvested.append(now.astimezone(ZONE))


@pytest.fixture
def live(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Begins a life on a day, in the afternoon of New York."""
    opened = []

    def begin(first: date, days: int) -> Life:
        fake = FakeArxiv(PER_DAY * days, per_day=PER_DAY, first_day=first).__enter__()
        opened.append(fake)
        traveller = time_machine.travel(datetime.combine(first, time(15), tzinfo=ZONE), tick=False)
        opened.append(traveller)
        made = HttpDoor(tmp_path, contact="a test", allowed=["127.0.0.1"], paces=(), interval=0)
        monkeypatch.setattr(collecting, "door", lambda **_: made)
        monkeypatch.setattr(collecting, "WATCHED", Schedule(cron="40 * * * *"))
        settings.HOME = tmp_path
        source = ArxivSource(
            site_url=fake.site_url, feed_url=fake.feed_url, api_url=fake.api_url, oai_url=fake.oai_url,
            now=lambda: fake.now,
        )  # fmt: skip
        archive = ArxivOaiSource(fake.oai_url, fake.api_url)
        word = JOB.removeprefix(collecting.HARVEST_PREFIX)
        return Life(fake, Chosen(word, source, CATEGORIES, (archive,)), traveller.start())

    yield begin
    for one in reversed(opened):
        one.stop() if isinstance(one, time_machine.travel) else one.__exit__(None, None, None)


def days_in_order() -> set[date]:
    assert not Batch.objects.exclude(state__in=("complete", "empty")).exists()
    return set(Batch.objects.values_list("announced_on", flat=True))


@pytest.mark.timeout(300)
def test_it_asks_by_the_clock_of_new_york_before_and_behind_the_end_of_summer_time(live: Any) -> None:
    # Clocks are put back in the night to Sunday 2026-11-01.
    life = live(date(2026, 10, 29), 6)
    life.until(datetime(2026, 11, 4, 12, tzinfo=ZONE))
    first, *rest = life.harvested
    assert (first.hour, first.minute) == (15, 0)
    minute, hours = life.chosen.source.schedule.cron.split()[:2]
    assert {(moment.hour, moment.minute) for moment in rest} == {(int(hour), int(minute)) for hour in hours.split(",")}
    assert {moment.date() for moment in rest if moment.weekday() == SATURDAY} == set()
    assert {moment.utcoffset() for moment in rest} == {timedelta(hours=-4), timedelta(hours=-5)}
    assert len({moment.astimezone(UTC) for moment in rest}) == len(rest)
    weekdays = [date(2026, 10, 29) + timedelta(days=n) for n in (0, 1, 4, 5, 6)]
    assert days_in_order() == set(weekdays)
    assert Alert.objects.count() == 0


@pytest.mark.timeout(300)
def test_nothing_is_missed_on_a_holiday_and_a_late_batch_is_told_of_once(live: Any) -> None:
    # Nothing is announced in the evening of Thanksgiving (26 November 2026), so Friday has no batch.
    life = live(date(2026, 11, 25), 5)
    fault = [life.fake.faults.add("late", f"/{part}/cs.CL", day="2026-11-30") for part in ("list", "rss", "catchup")]
    life.until(datetime(2026, 11, 30, 9, tzinfo=ZONE))
    [alert] = Alert.objects.all()
    assert (alert.batch.category, str(alert.batch.announced_on), alert.state) == ("cs.CL", "2026-11-30", "late")
    assert (alert.recovered_at, alert.recovery_told_at) == (None, None)
    assert alert.told_at == alert.raised_at
    for one in fault:
        life.fake.faults.remove(one)
    life.until(datetime(2026, 11, 30, 12, tzinfo=ZONE))
    alert.refresh_from_db()
    # Long before the next harvest, in the evening: the watch has asked.
    assert alert.recovered_at is not None
    assert alert.recovered_at < datetime(2026, 11, 30, 12, tzinfo=ZONE)
    assert alert.recovery_told_at == alert.recovered_at
    assert days_in_order() == {date(2026, 11, day) for day in (25, 26, 30)}
