"""The source ``arxiv-oai`` against a fake arXiv, through the real door."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.oai import OaiError
from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.door import BusyError, FetchError, RefusedAddressError, StatusError, TooLargeError, TooSlowError
from broadsheet.sources.http import HttpDoor
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.protocol import HarvestRequest
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError
from tests.fakes.arxiv import FakeArxiv
from tests.sources.arxiv.conftest import HASTE, PAGE_SIZE, PER_DAY, MakeDoor, MakeFake, whole
from tests.sources.arxiv.harvesting import harvest

# Announced by the night of 20 August 2026.
ANNOUNCED = 14 * PER_DAY


def all_ids(fake: FakeArxiv, count: int = ANNOUNCED) -> list[str]:
    return sorted(fake.catalogue.id_of(number) for number in range(count))


@pytest.mark.parametrize("style", ["new", "old"])
@pytest.mark.parametrize("prefix", ["arXivRaw", "arXiv", "oai_dc"])
def test_every_paper_comes_once(make_fake: MakeFake, door: HttpDoor, style: str, prefix: str) -> None:
    fake = make_fake(style=style)
    run = harvest(whole(fake, prefix=prefix), door)
    assert (run.errors, run.bad) == ([], [])
    assert sorted(run.refs) == all_ids(fake)
    assert len(run.pages) == len(fake.asked("/oai")) == 5
    latest = fake.catalogue.day_index(date(2026, 8, 20))
    for paper in run.papers:
        made = fake.catalogue.paper(fake.catalogue.number_of(paper.ref) or 0, latest)
        assert (paper.title, paper.abstract) == (made.title, made.abstract)
        assert [author.name for author in paper.authors] == [" ".join(name) for name in made.authors]
        assert any(one.kind == "withdrawn" for one in paper.statements) is (made.versions[-1][1] == 0)
        assert prefix != "arXivRaw" or len(paper.versions) == made.version


def test_its_checkpoints_are_plain_data_that_lead_on(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake()
    source = whole(fake)
    pages = harvest(source, door).pages
    for number, page in enumerate(pages[:-1]):
        rest = harvest(source, door, start=json.loads(json.dumps(page.checkpoint)))
        assert rest.refs == [one.ref for later in pages[number + 1 :] for one in later.records]  # type: ignore[union-attr]
    assert set(pages[0].checkpoint or {}) == {"from", "set", "token", "last_datestamp", "is_ordered"}


def test_categories_are_sets(fake: FakeArxiv, door: HttpDoor) -> None:
    run = harvest(whole(fake), door, HarvestRequest(categories=("cs.CL", "hep-th", "cs")))
    expected = [
        fake.catalogue.id_of(number)
        for category in ("cs.CL", "hep-th", "cs")
        for number in range(ANNOUNCED)
        if any(category in {one, one.partition(".")[0]} for one in fake.catalogue.categories_of(number))
    ]
    assert Counter(run.refs) == Counter(expected)
    assert [one.query["set"] for one in fake.asked("/oai") if "set" in one.query] == [
        "cs:cs:CL",
        "physics:hep-th",
        "cs:cs",
    ]


def test_days_limit_what_is_asked_for(fake: FakeArxiv, door: HttpDoor) -> None:
    since, until = date(2026, 8, 12), date(2026, 8, 14)
    run = harvest(whole(fake), door, HarvestRequest(since=since, until=until))
    latest = fake.catalogue.day_index(date(2026, 8, 20))
    numbers = [n for n in range(ANNOUNCED) if since <= fake.catalogue.stamp_of(n, latest) <= until]
    assert sorted(run.refs) == sorted(map(fake.catalogue.id_of, numbers))
    nothing = harvest(whole(fake), door, HarvestRequest(since=date(2026, 8, 21)))
    assert [(page.records, page.checkpoint) for page in nothing.pages] == [((), None)]


def test_its_announcements_are_estimates(fake: FakeArxiv, door: HttpDoor) -> None:
    for paper in harvest(whole(fake), door).papers:
        number = fake.catalogue.number_of(paper.ref) or 0
        day = fake.catalogue.days[number // PER_DAY]
        assert [(one.category, one.announced_on) for one in paper.announcements] == [
            (category, day) for category in fake.catalogue.categories_of(number)
        ]
        assert [one.kind for one in paper.announcements] == ["new", *["cross"] * (len(paper.categories) - 1)]
        assert all(one.is_estimated for one in paper.announcements)
        assert paper.listing is None


def test_without_estimates_there_are_no_announcements(fake: FakeArxiv, door: HttpDoor) -> None:
    assert not any(paper.announcements for paper in harvest(whole(fake, is_estimating=False), door).papers)


def test_deleted_records_are_told_of(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake(deleted_every=50)
    ids = all_ids(fake)
    fake.faults.add("deleted", "/oai", ids=[ids[0]])
    run = harvest(whole(fake), door)
    gone = {fake.catalogue.id_of(number) for number in range(49, ANNOUNCED, 50)} | {ids[0]}
    assert {record.ref for record in run.deleted} == gone
    assert sorted(run.refs) == [ref for ref in ids if ref not in gone]


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("busy-seconds", {"seconds": 20}, BusyError),
        ("busy-date", {"seconds": 20}, BusyError),
        ("error", {"status": 404}, StatusError),
        ("html", {}, SourceError),
        ("truncated", {}, SourceError),
        ("hung-up", {}, FetchError),
        ("slow", {"seconds": 0.2}, TooSlowError),
        ("endless", {}, TooLargeError),
        ("gzip-bomb", {}, TooLargeError),
        ("redirect", {}, RefusedAddressError),
        ("redirect-metadata", {}, RefusedAddressError),
    ],
)
def test_a_failure_ends_the_run_and_costs_nothing(
    make_fake: MakeFake, make_door: MakeDoor, kind: str, options: dict[str, object], error: type[SourceError]
) -> None:
    fake = make_fake()
    fake.faults.add(kind, "/oai", at={3}, **options)
    hasty = {"limits": HASTE} if kind == "slow" else {}
    run = harvest(whole(fake), [make_door(**hasty), make_door()])
    (failure,) = run.errors
    assert isinstance(failure, error)
    # What was there before stands, and nothing comes twice.
    assert sorted(run.refs) == all_ids(fake)
    assert len(fake.asked("/oai")) == 6


def test_a_server_that_asks_for_patience_says_for_how_long(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("busy-seconds", "/oai", seconds=45)
    (error,) = harvest(whole(fake), door).errors
    assert isinstance(error, BusyError)
    assert 40 < error.retry_after <= 45


def test_a_patient_door_waits_by_itself(fake: FakeArxiv, patient_door: HttpDoor) -> None:
    fake.faults.add("busy-seconds", "/oai", at={2, 3}, seconds=45)
    fake.faults.add("busy-date", "/oai", at={5}, seconds=45)
    run = harvest(whole(fake), patient_door)
    assert run.errors == []
    assert sorted(run.refs) == all_ids(fake)


@pytest.mark.parametrize("style", ["new", "old"])
def test_an_expired_token_is_begun_again_a_day_before(make_fake: MakeFake, door: HttpDoor, style: str) -> None:
    fake = make_fake(style=style)
    fake.faults.add("expired-token", "/oai", at={4})
    run = harvest(whole(fake), door)
    assert run.errors == []
    assert set(run.refs) == set(all_ids(fake))
    again = fake.asked("/oai")[4].query
    latest = fake.catalogue.day_index(date(2026, 8, 20))
    order = fake.catalogue.order(latest)
    last_seen = fake.catalogue.stamp_of(order[3 * PAGE_SIZE - 1], latest)
    assert again["from"] == (last_seen - timedelta(days=1)).isoformat()
    # Only the days of the overlap come twice.
    twice = [ref for ref, times in Counter(run.refs).items() if times > 1]
    stamps = {fake.catalogue.stamp_of(fake.catalogue.number_of(ref) or 0, latest) for ref in twice}
    assert stamps <= {last_seen, last_seen - timedelta(days=1)}


def test_an_expired_token_keeps_the_days_that_were_asked_for(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("expired-token", "/oai", at={2})
    since, until = date(2026, 8, 10), date(2026, 8, 18)
    harvest(whole(fake), door, HarvestRequest(since=since, until=until, categories=("cs",)))
    again = fake.asked("/oai")[2].query
    assert (again["set"], again["until"]) == ("cs:cs", "2026-08-18")
    assert since.isoformat() <= again["from"] < until.isoformat()


def test_an_error_may_come_under_any_status(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake()
    fake.oai.error_status = 422
    fake.faults.add("expired-token", "/oai", at={2})
    run = harvest(whole(fake), door)
    assert run.errors == []
    assert set(run.refs) == set(all_ids(fake))
    nothing = harvest(whole(fake), door, HarvestRequest(since=date(2026, 8, 21)))
    assert (nothing.errors, nothing.records) == ([], [])


def test_an_error_that_is_not_about_the_token_is_raised(fake: FakeArxiv, door: HttpDoor) -> None:
    (error,) = harvest(whole(fake, prefix="nothing"), door).errors
    assert isinstance(error, OaiError)
    assert error.code == "cannotDisseminateFormat"
    going_on = harvest(
        whole(fake), door, start={"token": "metadataPrefix%3Dnothing%26skip%3D60", "from": "", "set": ""}
    )
    assert [str(one).rpartition(": ")[2] for one in going_on.errors] == ["The metadata format is not supported."]


def test_a_checkpoint_of_other_categories_is_not_gone_on_from(fake: FakeArxiv, door: HttpDoor) -> None:
    request = HarvestRequest(categories=("hep-th",))
    run = harvest(whole(fake), door, request, start={"set": "cs:cs", "token": "skip%3D60", "from": "2026-08-19"})
    assert run.refs == harvest(whole(fake), door, request).refs


def test_where_changes_came_in_no_order_everything_is_asked_for_again(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("out-of-order", "/oai", at={2})
    fake.faults.add("expired-token", "/oai", at={4})
    run = harvest(whole(fake), door, HarvestRequest(since=date(2026, 8, 3)))
    assert set(run.refs) == set(all_ids(fake))
    assert fake.asked("/oai")[4].query["from"] == "2026-08-03"


def test_a_token_that_expires_at_once_again_is_an_error_and_no_circle(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("expired-token", "/oai")
    source = whole(fake)
    pages = source.harvest(door, HarvestRequest(), {"token": "old", "from": "", "set": ""})
    first = next(pages)
    assert (first.checkpoint or {})["token"]
    assert len(fake.arrivals) == 2


@pytest.mark.parametrize("kind", ["duplicate", "out-of-order"])
def test_answers_that_repeat_or_are_out_of_order_cost_nothing(fake: FakeArxiv, door: HttpDoor, kind: str) -> None:
    fake.faults.add(kind, "/oai", at={3})
    run = harvest(whole(fake), door)
    assert run.errors == []
    assert set(run.refs) == set(all_ids(fake))


def test_a_wrong_charset_costs_letters_and_no_papers(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("wrong-charset", "/oai", at={2})
    run = harvest(whole(fake), door)
    assert (run.errors, run.bad) == ([], [])
    assert sorted(run.refs) == all_ids(fake)


@pytest.mark.parametrize(("kind", "is_lost"), [("broken-record", True), ("control-character", False)])
def test_one_broken_record_costs_no_other(fake: FakeArxiv, door: HttpDoor, kind: str, is_lost: bool) -> None:
    fake.faults.add(kind, "/oai", at={2})
    run = harvest(whole(fake), door)
    assert run.errors == []
    assert len(run.refs) == ANNOUNCED - is_lost
    assert len(run.bad) == is_lost


def test_papers_are_fetched_by_name(fake: FakeArxiv, door: HttpDoor) -> None:
    names = [ParsedIdentifier(scheme="arxiv", value=value) for value in ("2608.00001", "2608.99999", "2608.00005")]
    found = list(whole(fake).fetch(door, [*names, names[0], ParsedIdentifier(scheme="doi", value="10.5555/a")]))
    assert [one.ref for one in found if isinstance(one, PaperRecord)] == ["2608.00001", "2608.00005"]
    # The API has been asked for all, and OAI-PMH for what it did not know.
    assert len(fake.asked("/api")) == 1
    assert [one.query["identifier"] for one in fake.asked("/oai")] == ["oai:arXiv.org:2608.99999"]


def test_what_the_api_lags_behind_with_comes_by_oai_pmh(make_fake: MakeFake, door: HttpDoor) -> None:
    fake = make_fake()
    fake.api.delay = timedelta(days=2)
    last = fake.catalogue.id_of(ANNOUNCED - 1)
    names = [ParsedIdentifier(scheme="arxiv", value=value) for value in ("2608.00001", last)]
    found = list(whole(fake).fetch(door, names))
    assert [one.ref for one in found if isinstance(one, PaperRecord)] == ["2608.00001", last]


def test_where_the_api_refuses_oai_pmh_is_asked_for_each(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.api.most_results = 1
    names = [ParsedIdentifier(scheme="arxiv", value=value) for value in ("2608.00001", "2608.00002")]
    found = list(whole(fake).fetch(door, names))
    assert [one.ref for one in found if isinstance(one, PaperRecord)] == ["2608.00001", "2608.00002"]
    assert len(fake.asked("/oai")) == 2


def test_what_oai_pmh_refuses_is_told(fake: FakeArxiv, door: HttpDoor) -> None:
    names = [ParsedIdentifier(scheme="arxiv", value="2608.99999")]
    (bad,) = whole(fake, prefix="nothing").fetch(door, names)
    assert isinstance(bad, BadRecord)
    assert "cannotDisseminateFormat" in bad.reason


@pytest.mark.parametrize("kind", ["deleted", "broken-record"])
def test_what_can_not_be_fetched_yields_no_paper(fake: FakeArxiv, door: HttpDoor, kind: str) -> None:
    fake.faults.add("fewer", "/api", count=100)
    fake.faults.add(kind, "/oai", ids=["2608.00001"])
    found = list(whole(fake).fetch(door, [ParsedIdentifier(scheme="arxiv", value="2608.00001")]))
    assert kind != "deleted" or found == []
    assert all(isinstance(one, PaperRecord | BadRecord) for one in found)


def test_a_fake_that_believes_to_be_earlier_knows_less(make_fake: MakeFake, door: HttpDoor) -> None:
    # OAI-PMH has an evening's papers some hours after their announcement.
    fake = make_fake(now=datetime(2026, 8, 19, 22, tzinfo=ZONE))
    assert len(harvest(whole(fake), door).refs) == ANNOUNCED - PER_DAY


def test_the_source_is_what_a_source_must_be() -> None:
    source = ArxivOaiSource()
    assert (source.name, source.slug, source.calendar) == ("arxiv-oai", "arxiv", None)
    assert source.schemes == frozenset({"arxiv"})
