"""A harvest belongs to one worker; a claim that nobody keeps up is taken over."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

import pytest

from broadsheet.catalogue import harvests
from broadsheet.catalogue.models import Harvest, Paper
from broadsheet.sources.protocol import HarvestRequest
from tests.catalogue.harvests.made import NOW, MadeSource, NoDoor, pages

pytestmark = pytest.mark.django_db

ALL = HarvestRequest()


def run(source: MadeSource, at: datetime = NOW, **options: object) -> Harvest:
    return harvests.run(source, NoDoor(), ALL, worker="a test", clock=lambda: at, **options)


def claimed(claim: str, until: datetime) -> Harvest:
    """A harvest of two pages of which one is done, claimed by somebody."""
    source = MadeSource(pages=pages(2))
    harvest = run(source, should_stop=lambda: True)
    Harvest.objects.filter(pk=harvest.pk).update(claimed_by=claim, claimed_until=until)
    return harvest


def test_it_leaves_a_harvest_to_the_one_who_is_at_it() -> None:
    harvest = claimed("elsewhere/1/aa worker 7", NOW + timedelta(minutes=1))
    source = MadeSource(pages=pages(2))
    with pytest.raises(harvests.AlreadyRunningError, match="worker 7") as told:
        run(source)
    assert told.value.harvest == harvest
    assert (source.asked, Harvest.objects.count()) == ([], 1)


def test_it_leaves_it_to_a_living_process_of_the_same_machine() -> None:
    claimed(f"{socket.gethostname()}/{os.getppid()}/aa worker 7", NOW + timedelta(minutes=1))
    with pytest.raises(harvests.AlreadyRunningError):
        run(MadeSource(pages=pages(2)))


def test_it_leaves_it_to_another_thread_of_the_same_process() -> None:
    refused = []

    def begin_again(harvest: Harvest, page: object) -> None:
        if harvest.pages_count > 1:
            return
        refused.append(harvest)
        with pytest.raises(harvests.AlreadyRunningError):
            run(MadeSource(pages=pages(2)))

    assert run(MadeSource(pages=pages(2)), on_page=begin_again).state == "complete"
    assert len(refused) == 1


def test_it_takes_over_at_once_what_a_process_of_the_same_number_held_before() -> None:
    claimed(f"{socket.gethostname()}/{os.getpid()}/aa worker 7", NOW + timedelta(minutes=1))
    assert run(MadeSource(pages=pages(2))).state == "complete"


def test_it_takes_over_when_the_time_of_the_claim_has_run_out() -> None:
    claimed("elsewhere/1/aa worker 7", NOW - timedelta(seconds=1))
    source = MadeSource(pages=pages(2))
    assert run(source).state == "complete"
    assert source.asked == [1]


def test_it_takes_over_at_once_from_a_process_that_is_gone() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    claimed(f"{socket.gethostname()}/{child}/aa worker 7", NOW + timedelta(minutes=1))
    assert run(MadeSource(pages=pages(2))).state == "complete"


def test_it_renews_its_claim_with_each_page() -> None:
    times = iter(NOW + timedelta(minutes=10) * n for n in range(9))
    seen = []
    harvests.run(
        MadeSource(pages=pages(3)),
        NoDoor(),
        ALL,
        worker="a test",
        clock=lambda: next(times),
        on_page=lambda harvest, page: seen.append(harvest.claimed_until - NOW),
    )
    assert seen == [timedelta(minutes=minutes) + harvests.LEASE for minutes in (10, 20, 30)]


def test_a_worker_that_was_too_slow_stores_nothing_more() -> None:
    slow, other = MadeSource(pages=pages(3)), MadeSource(pages=pages(3))

    def overtake(harvest: Harvest, page: object) -> None:
        if harvest.pages_count == 1:
            Harvest.objects.update(claimed_by="elsewhere/1/aa worker 7")

    harvest = run(slow, on_page=overtake)
    assert (harvest.state, harvest.claimed_by, harvest.pages_count) == ("running", "elsewhere/1/aa worker 7", 1)
    assert Paper.objects.count() == 3
    Harvest.objects.update(claimed_until=NOW)
    assert run(other, at=NOW + timedelta(seconds=1)).state == "complete"
    assert (slow.asked, other.asked) == ([0, 1], [1, 2])
