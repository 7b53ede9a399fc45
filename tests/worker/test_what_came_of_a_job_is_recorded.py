"""A job succeeds, fails, breaks, is asked to wait or is interrupted; each is recorded, and no other job suffers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from broadsheet.catalogue.models import Job
from broadsheet.sources.door import BusyError, FetchError
from broadsheet.sources.protocol import Schedule
from broadsheet.sources.record import SourceError
from broadsheet.worker import claims
from broadsheet.worker.claims import LEASE
from broadsheet.worker.crew import Crew, Run
from broadsheet.worker.errands import Errand, ShouldStop

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 3, 12, 20, tzinfo=UTC)
NEXT = datetime(2026, 11, 3, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def errand(name: str, do: Callable[[ShouldStop], str | None]) -> Errand:
    return Errand(name=name, schedule=Schedule(cron="0 * * * *"), do=do)


def raising(error: Exception) -> Callable[[ShouldStop], str | None]:
    def do(should_stop: ShouldStop) -> str | None:
        raise error

    return do


def run(*errands: Errand, stop: threading.Event | None = None) -> int:
    crew = Crew(errands, stop or threading.Event())
    crew.sync()
    return crew.do_due()


def test_a_job_that_is_done_says_what_it_did_and_is_due_by_its_schedule() -> None:
    assert run(errand("one", lambda should_stop: "12 papers")) == 1
    row = Job.objects.get()
    assert (row.last_result, row.last_error, row.failures_count) == ("12 papers", "", 0)
    assert (row.last_started_at, row.last_finished_at, row.last_succeeded_at) == (NOW, NOW, NOW)
    assert (row.due_at, row.claimed_by, row.claimed_until) == (NEXT, "", None)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FetchError("https://a.example: the name is unknown"), "https://a.example: the name is unknown"),
        (SourceError("HTML instead of XML"), "HTML instead of XML"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ],
)
def test_a_job_that_fails_says_why_and_is_tried_again(error: Exception, told: str, caplog) -> None:
    run(errand("one", raising(error)))
    row = Job.objects.get()
    assert (row.last_error, row.failures_count, row.last_succeeded_at) == (told, 1, None)
    assert NOW < row.due_at <= NOW + timedelta(minutes=2)
    assert "job one failed" in caplog.text


def test_failures_in_a_row_wait_longer_and_one_success_ends_them(clock: time_machine.Coordinates) -> None:
    for count in range(1, 6):
        run(errand("one", raising(SourceError("no"))))
        row = Job.objects.get()
        assert row.failures_count == count
        assert row.due_at is not None
        clock.move_to(row.due_at)
    run(errand("one", lambda should_stop: "done"))
    assert (Job.objects.get().failures_count, Job.objects.get().last_error) == (0, "")


def test_a_server_that_asks_for_patience_is_no_failure() -> None:
    run(errand("one", raising(BusyError("https://a.example is busy", 503, 1_800.0))))
    row = Job.objects.get()
    assert (row.failures_count, row.last_error) == (0, "https://a.example is busy")
    assert row.due_at == NOW + timedelta(minutes=30)


def test_a_job_that_breaks_leaves_the_others_alone() -> None:
    done: list[str] = []

    def do(name: str) -> Callable[[ShouldStop], str | None]:
        return lambda should_stop: done.append(name) or "done"

    bad = [errand("bad", raising(RuntimeError("no"))), errand("worse", raising(BusyError("busy", 429, 5)))]
    assert run(*bad, errand("one", do("one")), errand("two", do("two"))) == 4
    assert sorted(done) == ["one", "two"]


def test_a_job_that_was_interrupted_is_due_at_once_for_anybody() -> None:
    stop = threading.Event()

    def do(should_stop: ShouldStop) -> str | None:
        assert not should_stop()
        stop.set()
        assert should_stop()

    assert run(errand("one", do), errand("two", do), stop=stop) == 1
    row = Job.objects.exclude(last_started_at=None).get()
    assert (row.claimed_by, row.claimed_until, row.due_at, row.failures_count) == ("", None, NOW, 0)


def test_one_call_does_each_job_once_even_where_it_is_due_again() -> None:
    calls: list[int] = []
    assert run(errand("one", lambda should_stop: calls.append(1))) == 1
    assert len(calls) == 1


def test_a_worker_without_jobs_asks_the_database_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Crew([], threading.Event()).do_due() == 0


def made_run(lease: timedelta = LEASE) -> Run:
    one = errand("one", lambda should_stop: "done")
    Crew([one], threading.Event()).sync()
    taken = claims.claim_next(NOW, names=["one"], lease=lease)
    assert taken is not None
    return Run(taken, one, threading.Event(), NOW + lease)


def test_a_worker_that_was_away_for_longer_than_its_lease_stops(clock: time_machine.Coordinates) -> None:
    run = made_run()
    assert not run.should_stop()
    clock.shift(LEASE)
    assert run.should_stop()
    # Nobody took the job in the meantime, so it may go on.
    run.beat(LEASE)
    assert not run.should_stop()


def test_a_job_that_was_taken_over_is_left_to_the_other_worker(clock: time_machine.Coordinates, caplog) -> None:
    run = made_run()
    clock.shift(LEASE)
    other = claims.claim_next(NOW + LEASE, names=["one"])
    assert other is not None
    run.beat(LEASE)
    assert run.should_stop()
    assert "taken over by another worker" in caplog.text
    run.do()
    row = Job.objects.get()
    assert (row.claimed_by, row.last_result) == (other.token, "")


def test_a_heartbeat_keeps_the_claim(clock: time_machine.Coordinates) -> None:
    run = made_run()
    for _ in range(10):
        clock.shift(LEASE / 2)
        run.beat(LEASE)
        assert not run.should_stop()
        assert claims.claim_next(datetime.now(UTC), names=["one"]) is None
