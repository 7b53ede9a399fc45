"""Each page is stored with its checkpoint; whatever ends a run, the next one goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from broadsheet.catalogue import harvests
from broadsheet.catalogue.models import Harvest, Paper
from broadsheet.sources.door import BusyError, FetchError, StatusError
from broadsheet.sources.protocol import HarvestRequest, Page
from broadsheet.sources.record import BadRecord, DeletedRecord, SourceError
from tests.catalogue.batches.ledger import Weekdays
from tests.catalogue.harvests.made import NOW, MadeSource, NoDoor, pages, paper

pytestmark = pytest.mark.django_db

ALL = HarvestRequest()


def run(source: MadeSource, request: HarvestRequest = ALL, **options: object) -> Harvest:
    return harvests.run(source, NoDoor(), request, worker="a test", clock=lambda: NOW, **options)


def test_it_stores_all_pages_and_counts() -> None:
    seen = []
    harvest = run(MadeSource(pages=pages(4)), on_page=lambda harvest, page: seen.append(harvest.pages_count))
    assert (harvest.state, harvest.name, harvest.source.slug) == ("complete", "made", "made")
    assert (harvest.pages_count, harvest.created_count, harvest.checkpoint) == (4, 12, None)
    assert (harvest.started_at, harvest.finished_at, harvest.claimed_by) == (NOW, NOW, "")
    assert Paper.objects.count() == 12
    assert seen == [1, 2, 3, 4]


def test_it_begins_anew_when_the_last_one_is_complete() -> None:
    source = MadeSource(pages=pages(2))
    run(source)
    again = run(source)
    assert (again.created_count, again.unchanged_count) == (0, 6)
    assert Harvest.objects.count() == 2


def test_nothing_at_all_is_complete() -> None:
    assert run(MadeSource()).state == "complete"


@pytest.mark.parametrize(
    "fault",
    [
        FetchError("no route"),
        StatusError("it broke", 500),
        SourceError("that is no XML"),
        KeyboardInterrupt(),
        KeyError("a bug"),
    ],
)
def test_it_asks_for_no_page_that_is_stored(fault: BaseException) -> None:
    source = MadeSource(pages=pages(5), faults={3: fault})
    if isinstance(fault, SourceError):
        harvest = run(source)
        assert (harvest.state, harvest.error) == ("running", str(fault))
    else:
        with pytest.raises(type(fault)):
            run(source)
        harvest = Harvest.objects.get()
        assert harvest.state == "running"
    assert (harvest.pages_count, harvest.checkpoint, harvest.claimed_by) == (3, {"page": 3}, "")
    assert Paper.objects.count() == 9
    harvest = run(source)
    assert (harvest.state, harvest.error, harvest.pages_count) == ("complete", "", 5)
    assert source.asked == [0, 1, 2, 3, 3, 4]


def test_it_says_when_a_busy_server_can_be_asked_again() -> None:
    harvest = run(MadeSource(pages=pages(2), faults={0: BusyError("come back later", 503, 90)}))
    assert (harvest.state, harvest.retry_at) == ("running", NOW + timedelta(seconds=90))
    assert harvest.error == "come back later; it can go on at 2025-10-15 06:01:30 UTC"


def test_it_stops_when_it_is_told_to() -> None:
    source = MadeSource(pages=pages(4))
    harvest = run(source, should_stop=lambda: len(source.asked) == 2)
    assert (harvest.state, harvest.pages_count) == ("running", 2)
    assert run(source).state == "complete"
    assert source.asked == [0, 1, 2, 3]


@pytest.mark.parametrize("fault", [SourceError("that is no XML"), StatusError("it is gone", 404)])
def test_it_begins_anew_behind_a_fault_that_does_not_pass(fault: SourceError) -> None:
    source = MadeSource(pages=pages(3), faults={1: fault})
    assert run(source).state == "running"
    source.faults[1] = fault
    harvest = run(source)
    assert (harvest.state, harvest.error, harvest.finished_at) == ("failed", str(fault), NOW)
    assert run(source).pk != harvest.pk
    assert source.asked == [0, 1, 1, 0, 1, 2]


def test_other_requests_and_other_sources_have_harvests_of_their_own() -> None:
    half = {"faults": {1: FetchError("no route")}, "pages": pages(3)}
    run(MadeSource(**half))
    half["faults"] = {}
    for source, request in (
        (MadeSource(**half), HarvestRequest(categories=("cs.CL",))),
        (MadeSource(**half), HarvestRequest(since=date(2025, 10, 1))),
        (MadeSource(**half), HarvestRequest(until=date(2025, 10, 1))),
        (MadeSource(**half, name="made-otherwise"), ALL),
    ):
        run(source, request)
        assert source.asked == [0, 1, 2]
    source = MadeSource(**half)
    run(source)
    assert source.asked == [1, 2]


def test_the_order_of_categories_makes_no_other_harvest() -> None:
    source = MadeSource(pages=pages(2), faults={1: FetchError("no route")})
    run(source, HarvestRequest(categories=("b", "a")))
    run(source, HarvestRequest(categories=("a", "b")))
    assert source.asked == [0, 1, 1]


def test_it_refuses_to_go_round_in_circles() -> None:
    source = MadeSource(pages=[Page(records=(paper(1),), checkpoint={"page": 0})] * 9)
    harvest = run(source)
    assert harvest.state == "running"
    assert "again and again" in harvest.error
    assert harvest.pages_count < 9


def test_it_does_not_believe_an_end_without_a_last_page() -> None:
    harvest = run(MadeSource(pages=pages(3)[:2]))
    assert (harvest.state, harvest.error) == ("running", "made ended before its last page")


def test_one_of_the_newest_batches_is_given_up_when_a_newer_one_is_due() -> None:
    source = MadeSource(pages=pages(3), calendar=Weekdays())
    assert run(source, should_stop=lambda: True).state == "running"
    tomorrow = NOW + timedelta(days=1)
    harvest = harvests.run(source, NoDoor(), ALL, worker="a test", clock=lambda: tomorrow)
    assert (harvest.state, harvest.started_at) == ("complete", tomorrow)
    assert source.asked == [0, 0, 1, 2]
    given_up = Harvest.objects.exclude(pk=harvest.pk).get()
    assert (given_up.state, given_up.finished_at, given_up.claimed_by) == ("failed", tomorrow, "")


@pytest.mark.parametrize(("since", "hours"), [(date(2025, 10, 1), 24), (None, 3)])
def test_others_go_on(since: date | None, hours: int) -> None:
    source = MadeSource(pages=pages(3), calendar=Weekdays())
    request = HarvestRequest(since=since)
    run(source, request, should_stop=lambda: True)
    later = NOW + timedelta(hours=hours)
    assert harvests.run(source, NoDoor(), request, worker="a test", clock=lambda: later).state == "complete"
    assert source.asked == [0, 1, 2]


def test_it_counts_what_is_refused() -> None:
    bad = BadRecord(where="made:1", reason="no title")
    harvest = run(MadeSource(pages=[Page(records=(paper(1), bad))]))
    assert (harvest.created_count, harvest.refused_count) == (1, 1)


def test_it_counts_what_the_source_removed() -> None:
    run(MadeSource(pages=[Page(records=(paper(1), paper(2)))]))
    gone = DeletedRecord(ref="2510.00001", identifiers=paper(1).identifiers)
    harvest = run(MadeSource(pages=[Page(records=(gone, paper(1)))]))
    assert (harvest.deleted_count, harvest.unchanged_count) == (1, 1)
    assert [one.arxiv_id for one in Paper.objects.all()] == ["2510.00002"]


def test_the_source_is_told_that_its_last_page_is_stored() -> None:
    class Remembering(MadeSource):
        stored = 0

        def harvest(self, *asked: object) -> Iterator[Page]:
            yield from super().harvest(*asked)
            self.stored = Paper.objects.count()

    source = Remembering(pages=pages(2))
    assert run(source).state == "complete"
    assert source.stored == 6


def test_a_harvest_is_complete_together_with_its_last_page() -> None:
    def killed(harvest: Harvest, page: Page) -> None:
        if page.checkpoint is None:
            assert Harvest.objects.get().state == "complete"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(MadeSource(pages=pages(2)), on_page=killed)
    assert (Harvest.objects.get().state, Harvest.objects.get().claimed_by) == ("complete", "")


def test_nothing_of_a_page_is_kept_whose_checkpoint_is_not() -> None:
    source = MadeSource(pages=[Page(records=(paper(1),), checkpoint={"page": object()})])
    with pytest.raises(TypeError):
        run(source)
    assert (Paper.objects.count(), Harvest.objects.get().pages_count) == (0, 0)
