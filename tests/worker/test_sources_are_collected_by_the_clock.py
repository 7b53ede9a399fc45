"""A worker harvests what the settings name, fills gaps, tells of those that stay, and stops between two pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from broadsheet.catalogue.chosen_sources import Chosen, chosen, named
from broadsheet.catalogue.models import Alert, Batch, Harvest, Job, Paper
from broadsheet.search.find import find
from broadsheet.search.query import PaperQuery
from broadsheet.sources.door import BusyError, TooSlowError
from broadsheet.sources.protocol import Page, Schedule
from broadsheet.sources.record import SourceError
from broadsheet.worker import clock as clock_module
from broadsheet.worker import jobs
from broadsheet.worker.clock import run_worker
from broadsheet.worker.collecting import FIRST_DAYS, WATCH, collecting_errands
from broadsheet.worker.crew import Crew
from tests.catalogue.batches.ledger import CATEGORY, FRIDAY, MONDAY, TUESDAY, Weekdays, at, states
from tests.catalogue.harvests.made import MadeSource, batch, pages, paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(at(MONDAY), tick=False) as traveller:
        yield traveller


def day_page(day, *numbers: int, kind: str = "new", announced: tuple[int, ...] = ()) -> Page:
    """The last page of a harvest: papers, and a batch that announces them, or those that are given."""
    records = tuple(paper(number, category=CATEGORY, on=day) for number in numbers)
    return Page(records=records, batches=(batch(CATEGORY, day, *(announced or numbers), kind=kind),))


def work(source: MadeSource, stop: threading.Event | None = None, **fields: Any) -> int:
    one = Chosen("made:cs.CL", source, (CATEGORY,), **fields)
    crew = Crew(collecting_errands([one]), stop or threading.Event())
    crew.sync()
    return crew.do_due()


def harvest_job() -> Job:
    return Job.objects.get(name="harvest made:cs.CL")


def test_the_first_harvest_begins_a_week_ago(clock) -> None:
    source = MadeSource(pages=pages(3))
    assert work(source) == 1
    assert source.requests[0].since == MONDAY - FIRST_DAYS
    assert (Paper.objects.count(), harvest_job().last_result) == (9, "3 pages: 9 created")


def test_a_source_with_a_calendar_is_watched_as_well(clock) -> None:
    source = MadeSource(pages=[day_page(MONDAY, 1, 2)], calendar=Weekdays())
    assert work(source) == 2
    assert states() == {MONDAY: "complete"}
    assert Job.objects.get(name=WATCH).last_result == "0 batches filled, 0 alerts told"


def test_what_a_batch_lacks_is_asked_for_by_name(clock) -> None:
    source = MadeSource(
        pages=[day_page(MONDAY, 1, 2, announced=(1, 2, 3))], calendar=Weekdays(), papers={"2510.00003": paper(3)}
    )
    work(source)
    assert source.looked_up == ["2510.00003"]
    assert states() == {MONDAY: "complete"}
    assert harvest_job().last_result == "1 pages: 2 created, 1 batches filled"


def test_a_late_batch_is_told_of_and_its_arrival_too(clock, caplog) -> None:
    source = MadeSource(pages=[Page()], calendar=Weekdays())
    work(source)
    assert states() == {MONDAY: "expected"}
    clock.move_to(at(MONDAY, 11))
    work(source)
    assert states() == {MONDAY: "late"}
    assert "made cs.CL 2025-10-13 is late" in caplog.text
    source.pages = [day_page(MONDAY, 1, 2)]
    clock.move_to(at(MONDAY, 12))
    work(source)
    assert states() == {MONDAY: "complete"}
    assert "made cs.CL 2025-10-13 is in order again, it was late" in caplog.text
    assert Alert.objects.filter(recovered_at=None).count() == 0


def test_nothing_is_expected_at_the_weekend(clock) -> None:
    source = MadeSource(pages=[day_page(FRIDAY, 1)], calendar=Weekdays())
    for days in range(3):
        clock.move_to(at(FRIDAY + timedelta(days=days), 11))
        work(source)
        assert states() == {FRIDAY: "complete"}
    clock.move_to(at(FRIDAY + timedelta(days=3), 11))
    work(source)
    assert set(states().values()) == {"complete", "late"}


def test_a_gap_of_days_is_seen_when_the_worker_is_back(clock) -> None:
    source = MadeSource(pages=[day_page(MONDAY, 1)], calendar=Weekdays(), schedule=Schedule(cron="0 5 * * *"))
    work(source)
    source.pages = [day_page(FRIDAY, 5)]
    clock.move_to(at(FRIDAY, 7))
    work(source)
    found = states()
    assert (found[MONDAY], found[FRIDAY]) == ("complete", "complete")
    assert [state for day, state in found.items() if TUESDAY <= day < FRIDAY] == ["late"] * 3


@pytest.mark.parametrize(
    ("error", "failures"),
    [(SourceError("HTML instead of XML"), 1), (TooSlowError("too slow"), 1), (BusyError("busy", 503, 900.0), 0)],
)
def test_a_source_that_fails_is_asked_again_behind_what_it_gave(clock, error: Exception, failures: int) -> None:
    source = MadeSource(pages=pages(4), faults={2: error})
    work(source)
    row = harvest_job()
    assert (row.failures_count, Paper.objects.count()) == (failures, 6)
    assert str(error) in row.last_error
    assert row.due_at is not None
    if not failures:
        assert row.due_at == at(MONDAY) + timedelta(minutes=15)
    clock.move_to(row.due_at)
    work(source)
    assert (harvest_job().failures_count, harvest_job().last_error, Paper.objects.count()) == (0, "", 12)
    assert source.asked == [0, 1, 2, 2, 3]


def test_a_worker_that_is_told_to_end_does_so_behind_the_current_page(clock, monkeypatch) -> None:
    stop = threading.Event()
    source = MadeSource(pages=pages(4))

    def harvest(door, request, checkpoint):
        for number, page in enumerate(source.pages):
            if checkpoint and number < checkpoint["page"]:
                continue
            if number == 1:
                stop.set()
            yield page

    whole = source.harvest
    monkeypatch.setattr(source, "harvest", harvest)
    work(source, stop)
    assert Paper.objects.count() == 6
    row = harvest_job()
    assert (row.claimed_by, row.due_at, row.failures_count) == ("", at(MONDAY), 0)
    assert Harvest.objects.get().claimed_by == ""
    monkeypatch.setattr(source, "harvest", whole)
    work(source)
    assert Paper.objects.count() == 12


def test_the_clock_collects_and_then_indexes(words_alone, index_dir, clock, monkeypatch) -> None:
    source = MadeSource(pages=pages(2))
    errands = collecting_errands([Chosen("made:cs.CL", source, (CATEGORY,))])
    monkeypatch.setattr(clock_module, "errands", lambda: errands)
    run_worker(every=60, is_once=True)
    assert find(PaperQuery(words="paper", mode="words")).total == 6


def test_the_settings_name_the_jobs(settings, caplog) -> None:
    settings.SOURCES = ["huggingface", "biorxiv:neuroscience", "huggingface", "nonsense", "feed:no-address"]
    assert [one.word for one in chosen()] == ["huggingface", "biorxiv:neuroscience"]
    assert "BROADSHEET_SOURCES: unknown source 'nonsense'" in caplog.text
    assert "'feed:no-address': expected an address" in caplog.text
    names = [errand.name for errand in jobs.errands()]
    assert names[:2] == ["harvest huggingface", "harvest biorxiv:neuroscience"]
    assert not [name for name in names if name.startswith("enrich")]


def test_jobs_that_ask_others_exist_only_where_they_are_wanted(settings) -> None:
    settings.GITHUB_TOKEN = "made-up"
    assert [errand.name for errand in jobs.enriching_errands()] == ["enrich:stars"]


def test_a_word_that_no_row_could_hold_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 280 characters"):
        named("feed:https://a.example/" + "x" * 300)


def test_without_settings_nobody_outside_is_asked_by_itself() -> None:
    names = {errand.name for errand in jobs.errands()}
    assert {"votes", "submissions", "new papers", "old notifications"} <= names
    assert not [name for name in names if name.startswith(("harvest", "enrich", "batches"))]
    assert Batch.objects.count() == 0
