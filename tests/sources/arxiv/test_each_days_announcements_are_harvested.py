"""The source ``arxiv`` against a fake arXiv, through the real door: batches that can be proved, and their papers."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.sources.arxiv.taxonomy import ARCHIVES
from broadsheet.sources.http import HttpDoor
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import HarvestRequest
from broadsheet.sources.record import PaperRecord
from tests.fakes.arxiv import FakeArxiv
from tests.sources.arxiv.conftest import MakeFake, daily
from tests.sources.arxiv.harvesting import CS, TODAY, harvest, holds_all, ids, made


def test_the_newest_batch_comes_with_its_numbers_and_all_its_papers(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(daily(fake), door, CS)
    expected = made(fake)
    (batch,) = run.batches
    assert (batch.category, batch.announced_on, batch.is_complete) == ("cs", TODAY, True)
    assert batch.refs == expected
    assert batch.counts == {kind: len(refs) for kind, refs in expected.items()}
    assert sorted(run.refs) == sorted(ids(expected))
    for kind, refs in expected.items():
        for ref in refs:
            (announcement,) = run.paper(ref).announcements
            assert (announcement.category, announcement.announced_on, announcement.kind) == ("cs", TODAY, kind)
            assert not announcement.is_estimated
            listing = run.paper(ref).listing
            # Replacements are no news of the day.
            assert (listing.listed_on if listing else None) == (TODAY if kind in {"new", "cross"} else None)
    assert [one.path for one in fake.arrivals] == ["/list/cs/new", "/rss/cs", "/api/query"]


def test_the_texts_are_the_api_s_with_the_licence_of_the_feed(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(daily(fake), door, CS)
    latest = fake.catalogue.day_index(TODAY)
    for paper in run.papers:
        made_paper = fake.catalogue.paper(fake.catalogue.number_of(paper.ref) or 0, latest)
        assert (paper.title, paper.abstract) == (made_paper.title, made_paper.abstract)
        assert (paper.remarks, paper.licence) == (made_paper.comments, made_paper.licence)
        assert (paper.version_at, paper.version_number) == (made_paper.versions[-1][0], made_paper.version)
    assert any(paper.remarks for paper in run.papers)


def test_what_the_api_does_not_know_yet_comes_from_the_feed(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake()
    fake.api.delay = timedelta(days=1)
    run = harvest(daily(fake), door, CS)
    assert sorted(run.refs) == sorted(ids(made(fake)))
    assert holds_all(run, fake)
    assert any(paper.published_on is None for paper in run.papers)


@pytest.mark.parametrize("kind", ["busy-seconds", "html", "error", "truncated"])
def test_an_api_that_cannot_be_asked_leaves_the_feed(fake: FakeArxiv, door: HttpDoor, kind: str) -> None:
    fake.faults.add(kind, "/api", status=410, seconds=30)
    run = harvest(daily(fake), door, CS)
    assert [bad.where for bad in run.bad] == ["cs"]
    assert holds_all(run, fake)
    assert run.errors == []


def test_categories_are_batches_of_their_own(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs.CL", "hep-th")))
    assert [(one.category, one.refs) for one in run.batches] == [
        ("cs.CL", made(fake, category="cs.CL")),
        ("hep-th", made(fake, category="hep-th")),
    ]


def test_a_paper_of_several_categories_is_asked_for_once(
    fake: FakeArxiv, door: HttpDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    categories = ("cs.CL", "cs.LG", "cs.DL", "math.CO", "stat.ML", "hep-th", "physics.optics", "q-bio.NC")
    run = harvest(daily(fake), door, HarvestRequest(categories=categories))
    assert all(holds_all(run, fake, category=category) for category in categories)
    asked = [ref for one in fake.asked("/api") for ref in one.query["id_list"].split(",")]
    assert len(asked) == len(set(asked)) < len(run.refs)
    # Not so many are kept that they could fill the memory.
    monkeypatch.setattr("broadsheet.sources.arxiv.source._MOST_KEPT", 3)
    again = harvest(daily(fake), door, HarvestRequest(categories=categories))
    assert all(holds_all(again, fake, category=category) for category in categories)


def test_without_categories_all_archives_are_asked_for(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(daily(fake), door)
    assert {one.path.split("/")[2] for one in fake.asked("/list")} == set(ARCHIVES)
    assert {one.category for one in run.batches} == {"cs", "math", "stat", "hep-th", "physics", "q-bio"}


def test_between_announcement_and_midnight_the_api_has_the_texts(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(now=datetime(2026, 8, 19, 20, 20, tzinfo=ZONE))
    run = harvest(daily(fake), door, CS)
    (batch,) = run.batches
    assert (batch.announced_on, batch.refs) == (TODAY, made(fake))
    assert holds_all(run, fake)
    assert len(fake.asked("/api")) == 1


def test_days_of_the_last_weeks_are_caught_up_with(fake: FakeArxiv, door: HttpDoor) -> None:
    since = date(2026, 8, 13)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=since))
    days = fake.catalogue.calendar.days(since, TODAY)
    assert [one.announced_on for one in run.batches] == days
    assert all(one.refs == made(fake, one.announced_on) and one.is_complete for one in run.batches)
    assert all(holds_all(run, fake, day) for day in days)
    # Nothing is asked for of the weekend.
    assert len(fake.asked("/catchup")) == len(days) - 1 == 5


def test_only_the_days_asked_for_are_read(fake: FakeArxiv, door: HttpDoor) -> None:
    day = date(2026, 8, 18)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=day, until=day))
    assert [one.announced_on for one in run.batches] == [day]
    assert fake.asked("/rss") == []
    later = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=date(2026, 8, 21)))
    assert later.batches == []


def test_where_catchup_is_refused_the_last_week_has_new_papers_and_cross_lists(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("error", "/catchup", status=403)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=date(2026, 8, 19)))
    batch = run.batches[0]
    expected = {kind: refs for kind, refs in made(fake, date(2026, 8, 19)).items() if kind in {"new", "cross"}}
    assert (batch.announced_on, batch.refs, batch.is_complete) == (date(2026, 8, 19), expected, False)


def test_days_that_arxiv_does_not_show_any_more_are_reckoned(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(records=2000, now=datetime(2026, 12, 3, 1, tzinfo=ZONE))
    day = date(2026, 8, 12)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=day, until=day))
    numbers = fake.catalogue.batch(day, "cs")
    assert sorted(run.refs) == sorted(fake.catalogue.id_of(n) for kind in ("new", "cross") for n in numbers[kind])
    assert all(one.announced_on == day and one.is_estimated for paper in run.papers for one in paper.announcements)
    assert all(paper.listing is None for paper in run.papers)
    # What is only reckoned proves nothing.
    assert run.batches == []


def test_a_holiday_is_asked_for_and_is_no_batch(make_fake: MakeFake, door: HttpDoor) -> None:
    # Nothing is announced on the evening of Labor Day.
    day = date(2026, 9, 8)
    request = HarvestRequest(categories=("cs",), since=day, until=day)
    soon = make_fake(now=datetime(2026, 9, 10, 1, tzinfo=ZONE))
    run = harvest(daily(soon), door, request)
    assert (run.errors, run.batches, len(soon.asked("/catchup"))) == ([], [], 1)
    long_after = make_fake(records=2000, now=datetime(2026, 12, 20, 1, tzinfo=ZONE))
    assert harvest(daily(long_after), door, request).records == []
    assert long_after.asked("/api") == []


def test_the_time_is_that_of_the_machine_unless_another_is_told(
    fake: FakeArxiv, door: HttpDoor, time_machine: Any
) -> None:
    time_machine.move_to(datetime(2026, 8, 20, 1, tzinfo=ZONE), tick=False)
    fake.faults.add("html", "/list")
    source = ArxivSource(site_url=fake.site_url, feed_url=fake.feed_url, api_url=fake.api_url)
    assert [one.announced_on for one in harvest(source, door, CS).batches] == [TODAY]


def test_a_category_that_arxiv_does_not_know_costs_no_other(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs.NO", "cs")))
    assert [bad.where for bad in run.bad] == ["cs.NO"]
    assert "arXiv has no listing of 'cs.NO'" in run.bad[0].reason
    assert [one.category for one in run.batches] == ["cs"]


def test_a_quiet_day_is_an_empty_batch(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(per_day=1)
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs", "math", "stat", "hep-th", "physics", "q-bio")))
    quiet = [one for one in run.batches if not any(one.refs.values())]
    assert len(run.batches) == 6
    assert quiet
    assert all(one.is_complete and one.announced_on == TODAY and not one.counts for one in quiet)


def test_a_listing_of_several_pages_is_read_to_its_end(
    fake: FakeArxiv, door: HttpDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.sources.arxiv.listing_pages.ENTRIES_PER_PAGE", 5)
    fake.pages.catchup_entries = 5
    run = harvest(daily(fake), door, HarvestRequest(categories=("cs",), since=date(2026, 8, 19)))
    for batch in run.batches:
        assert batch.is_complete
        assert batch.refs == made(fake, batch.announced_on)
    assert len(fake.asked("/list")) == -(-len(ids(made(fake))) // 5)
    assert len(fake.asked("/catchup")) == -(-len(ids(made(fake, date(2026, 8, 19)))) // 5)


def test_a_listing_that_never_ends_is_left(fake: FakeArxiv, door: HttpDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.sources.arxiv.listing_pages.ENTRIES_PER_PAGE", 1)
    (batch,) = harvest(daily(fake), door, CS).batches
    assert len(fake.asked("/list")) == 10
    # The feed has the rest.
    assert batch.is_complete


def test_its_checkpoints_are_plain_data_that_lead_on(fake: FakeArxiv, door: HttpDoor) -> None:
    request = HarvestRequest(categories=("cs.CL", "hep-th"), since=date(2026, 8, 18))
    source = daily(fake)
    pages = harvest(source, door, request).pages
    everything = {paper.ref for page in pages for paper in page.records if isinstance(paper, PaperRecord)}
    for number, page in enumerate(pages[:-1]):
        rest = harvest(source, door, request, start=json.loads(json.dumps(page.checkpoint)))
        before = {one.ref for earlier in pages[: number + 1] for one in earlier.records if isinstance(one, PaperRecord)}
        assert before | set(rest.refs) == everything
    # What is whole is not asked for again.
    fake.arrivals.clear()
    harvest(source, door, request, start=pages[-2].checkpoint)
    assert fake.arrivals == []


def test_papers_are_fetched_by_name_with_a_reckoned_day(fake: FakeArxiv, door: HttpDoor) -> None:
    found = list(daily(fake).fetch(door, [ParsedIdentifier(scheme="arxiv", value="2608.00030")]))
    (paper,) = found
    assert isinstance(paper, PaperRecord)
    day = fake.catalogue.days[29 // fake.catalogue.per_day]
    assert all(one.is_estimated and one.announced_on == day for one in paper.announcements)
    assert paper.announcements


def test_the_source_is_what_a_source_must_be() -> None:
    source = ArxivSource()
    assert (source.name, source.slug, source.schemes) == ("arxiv", "arxiv", frozenset({"arxiv"}))
    assert source.calendar is not None
    assert source.schedule.zone == "America/New_York"
