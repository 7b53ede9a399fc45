"""One round, many rounds, and the signal that ends them."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from django.db import OperationalError

from broadsheet.catalogue.models import ChangedPaper
from broadsheet.search.find import find
from broadsheet.search.maintenance import index_state
from broadsheet.search.query import PaperQuery
from broadsheet.worker import clock
from broadsheet.worker.clock import do_what_is_due, run_worker
from tests.builders import record, take

pytestmark = pytest.mark.django_db


def test_it_indexes_what_changed_and_then_rests(words_alone) -> None:
    take(record("Parking a car"), record("Driving a car"))
    run_worker(every=60, is_once=True)
    assert find(PaperQuery(words="car")).total == 2
    assert not ChangedPaper.objects.exists()
    assert do_what_is_due() == 0


def test_it_does_not_make_an_index_where_nothing_is_due(words_alone, index_dir) -> None:
    run_worker(every=60, is_once=True)
    assert not index_dir.exists()
    assert index_state().indexed == 0


@pytest.fixture
def no_errands(monkeypatch) -> None:
    """Jobs run in threads with connections of their own, so what they write outlives this test's transaction."""
    monkeypatch.setattr(clock, "errands", list)


@pytest.mark.usefixtures("no_errands")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_between_two_rounds_when_it_is_told_to(monkeypatch, number) -> None:
    kept = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    rounds: list[int] = []

    def do() -> int:
        rounds.append(1)
        if len(rounds) == 3:
            os.kill(os.getpid(), number)
        return 0

    monkeypatch.setattr(clock, "do_what_is_due", do)
    assert threading.current_thread() is threading.main_thread()
    try:
        run_worker(every=0.001, is_once=False)
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)
    assert len(rounds) == 3


@pytest.mark.usefixtures("no_errands")
def test_it_outlives_a_database_that_is_gone_for_a_while(monkeypatch, caplog) -> None:
    rounds: list[int] = []

    class Connection:
        @staticmethod
        def close() -> None:
            rounds.append(0)

    def do() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise OperationalError("the server is starting up")
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    monkeypatch.setattr(clock, "do_what_is_due", do)
    monkeypatch.setattr(clock, "connection", Connection)
    monkeypatch.setattr(clock, "PAUSE_SECONDS", 0.001)
    run_worker(every=0.001, is_once=False)
    assert rounds == [1, 0, 1]
    assert "the database cannot be used for now: the server is starting up" in caplog.text


def test_once_it_fails_where_the_database_does(monkeypatch) -> None:
    def do() -> int:
        raise OperationalError("the server is starting up")

    monkeypatch.setattr(clock, "do_what_is_due", do)
    with pytest.raises(OperationalError):
        run_worker(every=60, is_once=True)


def test_signals_mean_what_they_meant_once_it_has_ended(words_alone) -> None:
    kept = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    run_worker(every=60, is_once=True)
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == kept
