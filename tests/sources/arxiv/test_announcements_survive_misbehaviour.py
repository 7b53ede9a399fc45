"""The source ``arxiv`` against a fake arXiv that misbehaves, through the real door: no paper is lost, none made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.door import BusyError
from broadsheet.sources.http import HttpDoor
from broadsheet.sources.protocol import HarvestRequest
from broadsheet.sources.record import SourceError
from tests.fakes.arxiv import FakeArxiv
from tests.sources.arxiv.conftest import HASTE, MakeDoor, MakeFake, daily
from tests.sources.arxiv.harvesting import CS, TODAY, harvest, holds_all, ids, made


@pytest.mark.parametrize("path", ["/list", "/rss", "/api", "/catchup"])
def test_a_busy_server_ends_the_run_and_costs_nothing(fake: FakeArxiv, make_door: MakeDoor, path: str) -> None:
    fake.faults.add("busy-seconds", path, at={2}, seconds=30)
    request = HarvestRequest(categories=("cs.CL", "cs.LG"), since=date(2026, 8, 18))
    run = harvest(daily(fake), [make_door(), make_door()], request)
    assert [type(one) for one in run.errors] == [BusyError]
    for category in request.categories:
        assert all(holds_all(run, fake, date(2026, 8, day), category) for day in (18, 19, 20))


def test_a_listing_that_cannot_be_read_leaves_the_feed(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("html", "/list")
    run = harvest(daily(fake), door, CS)
    assert [bad.where for bad in run.bad] == ["cs"]
    (batch,) = run.batches
    assert (batch.announced_on, {kind: refs for kind, refs in batch.refs.items() if refs}) == (TODAY, made(fake))
    assert holds_all(run, fake)
    # Nobody but the feed says that it is of this day.
    assert all(one.is_estimated for paper in run.papers for one in paper.announcements)


def test_where_neither_can_be_read_nothing_is_claimed(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("html", "/list")
    fake.faults.add("truncated", "/rss")
    run = harvest(daily(fake), door, CS)
    assert (len(run.bad), run.batches, run.papers) == (2, [], [])


def test_the_feed_of_a_holiday_is_no_batch(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(now=datetime(2026, 8, 22, 12, tzinfo=ZONE))
    fake.faults.add("html", "/list")
    assert harvest(daily(fake), door, CS).batches == []


@pytest.mark.parametrize("kind", ["html", "truncated", "endless", "gzip-bomb", "redirect", "hung-up", "slow"])
def test_a_feed_that_cannot_be_read_leaves_listing_and_api(fake: FakeArxiv, make_door: MakeDoor, kind: str) -> None:
    fake.faults.add(kind, "/rss", times=1, seconds=0.2)
    hasty = {"limits": HASTE} if kind == "slow" else {}
    run = harvest(daily(fake), [make_door(**hasty), make_door()], CS)
    # A host that has just failed is left alone for a while, and all of the fake is one host.
    assert all(isinstance(error, BusyError) for error in run.errors)
    assert [bad.where for bad in run.bad if "/rss" in bad.where] == [f"{fake.feed_url}/cs"]
    assert run.batches[0].refs == made(fake)
    assert holds_all(run, fake)


def test_a_wrong_charset_costs_letters_and_no_papers(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("wrong-charset")
    run = harvest(daily(fake), door, CS)
    assert (run.errors, run.bad) == ([], [])
    assert holds_all(run, fake)


def test_ids_out_of_order_are_the_same_batch(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("out-of-order")
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=date(2026, 8, 19)))
    assert {kind: set(refs) for kind, refs in run.batches[-1].refs.items()} == {
        kind: set(refs) for kind, refs in made(fake).items()
    }
    assert holds_all(run, fake)


def test_yesterdays_feed_with_a_fresh_date_is_not_believed(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("stale", "/rss")
    run = harvest(daily(fake), door, CS)
    (batch,) = run.batches
    assert (batch.announced_on, batch.refs) == (TODAY, made(fake))
    # What the feed lacks comes from the API, and yesterday's papers are not announced again.
    assert sorted(run.refs) == sorted(ids(made(fake)))
    assert holds_all(run, fake)


def test_yesterdays_listing_with_a_fresh_date_is_told_as_it_is(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("stale")
    (batch,) = harvest(daily(fake), door, CS).batches
    yesterday = fake.catalogue.batch(date(2026, 8, 19), "cs")
    # The ledger knows yesterday's batch and finds out.
    assert batch.announced_on == TODAY
    assert set(batch.refs["new"]) == set(map(fake.catalogue.id_of, yesterday["new"]))


def test_a_late_batch_is_not_there_and_comes_later(fake: FakeArxiv, door: HttpDoor) -> None:
    late = fake.faults.add("late", day=TODAY.isoformat())
    request = HarvestRequest(categories=("cs",), since=TODAY)
    assert harvest(daily(fake), door, request).batches == []
    fake.faults.remove(late)
    run = harvest(daily(fake), door, request)
    assert run.batches[0].refs == made(fake)
    assert holds_all(run, fake)


def test_a_late_batch_is_caught_up_with_on_the_next_day(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("late", "/list", day=TODAY.isoformat())
    fake.now += timedelta(days=1)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=TODAY))
    assert [one.announced_on for one in run.batches] == [TODAY, date(2026, 8, 21)]
    assert holds_all(run, fake)


def test_a_short_listing_is_completed_by_the_feed_of_the_day(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("short", "/list", count=2)
    (batch,) = harvest(daily(fake), door, CS).batches
    assert batch.is_complete
    assert sorted(ids(dict(batch.refs))) == sorted(ids(made(fake)))
    assert batch.counts == {kind: len(refs) for kind, refs in made(fake).items()}


def test_a_batch_that_is_short_everywhere_tells_how_many_there_are(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("short", count=2)
    run = harvest(daily(fake), door, CS)
    (batch,) = run.batches
    assert not batch.is_complete
    assert sum(batch.counts.values()) == len(ids(made(fake)))
    assert len(run.refs) < len(ids(made(fake)))


def test_a_short_listing_is_not_completed_by_yesterdays_feed(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("short", "/list", count=2)
    fake.faults.add("stale", "/rss")
    (batch,) = harvest(daily(fake), door, CS).batches
    assert not batch.is_complete
    assert set(ids(dict(batch.refs))) < set(ids(made(fake)))


def test_an_api_that_gives_fewer_than_asked_for_leaves_a_gap_that_can_be_seen(
    make_fake: MakeFake, door: HttpDoor
) -> None:
    fake = make_fake(now=datetime(2026, 8, 19, 20, 20, tzinfo=ZONE))
    fake.faults.add("fewer", "/api", count=2)
    run = harvest(daily(fake), door, CS)
    (batch,) = run.batches
    assert batch.refs == made(fake)
    assert len(run.refs) == len(ids(made(fake))) - 2


def test_an_api_that_refuses_leaves_the_batch(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(now=datetime(2026, 8, 19, 20, 20, tzinfo=ZONE))
    fake.api.most_results = 1
    run = harvest(daily(fake), door, CS)
    assert run.batches[0].refs == made(fake)
    assert "the server says" in run.bad[0].reason


@pytest.mark.parametrize(("kind", "path"), [("error", "/list"), ("html", "/api"), ("redirect", "/list")])
def test_other_failures_end_the_run(make_fake: MakeFake, door: HttpDoor, kind: str, path: str) -> None:
    fake = make_fake(now=datetime(2026, 8, 19, 20, 20, tzinfo=ZONE))
    fake.faults.add(kind, path, status=410)
    (error,) = harvest(daily(fake), door, CS).errors
    assert isinstance(error, SourceError)
