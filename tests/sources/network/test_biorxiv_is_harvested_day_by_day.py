"""bioRxiv and medRxiv: one item a version, pages of any size, totals as they come, and preprints by DOI."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from broadsheet.sources.biorxiv import BioRxiv, read_biorxiv
from broadsheet.sources.door import StatusError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import HarvestRequest, Page
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
    VersionRecord,
)
from tests.sources.network.fake_door import FakeDoor

DAY = date(2025, 6, 2)
ITEM: dict[str, Any] = {
    "doi": "10.1101/2025.06.01.000001",
    "title": "Kites of <em>E. coli</em>",
    "authors": "Example, A. B.; van Example, C.; The Kite Consortium",
    "author_corresponding": "Ada Example",
    "date": "2025-06-02",
    "version": "2",
    "type": "new results",
    "license": "cc_by_nc_nd",
    "category": "Systems Biology",
    "jatsxml": "https://www.biorxiv.org/content/early/2025/06/02/2025.06.01.000001.source.xml",
    "abstract": "They do not fly at n<5.",
    "published": "10.5555/Kites.1",
    "server": "biorxiv",
}


def items(count: int, day: date = DAY, first: int = 0) -> list[dict[str, Any]]:
    return [
        ITEM | {"doi": f"10.64898/{day:%Y.%m.%d}.{number:06}", "date": day.isoformat(), "published": "NA"}
        for number in range(first, first + count)
    ]


class Server:
    """A server with some items a day, in pages of some size; ``total`` says how it writes the total."""

    def __init__(self, days: dict[date, int], page: int, total: Callable[[int], object] = str) -> None:
        self.days, self.page, self.total = days, page, total

    def __call__(self, url: str) -> object:
        _, _, rest = url.partition("/details/biorxiv/")
        since, until, cursor = rest.split("/")
        assert since == until
        every = items(self.days.get(date.fromisoformat(since), 0), date.fromisoformat(since))
        part = every[int(cursor) : int(cursor) + self.page]
        if not every:
            return {"messages": [{"status": "no posts found"}], "collection": []}
        message = {"status": "ok", "cursor": cursor, "count": len(part), "total": self.total(len(every))}
        return {"messages": [message], "collection": part}


def harvest(server: object, *, since: date = DAY, until: date = DAY, **options: Any) -> tuple[list[Page], FakeDoor]:
    door = FakeDoor(server)
    checkpoint = options.pop("checkpoint", None)
    request = HarvestRequest(since=since, until=until, **options)
    return list(BioRxiv().harvest(door, request, checkpoint)), door


def read(**fields: Any) -> PaperRecord | BadRecord:
    item = {name: value for name, value in (ITEM | fields).items() if value is not None}
    (record,) = read_biorxiv(json.dumps({"messages": [{"status": "ok"}], "collection": [item]}).encode(), "answer")
    return record


def test_every_field_is_read() -> None:
    moment = datetime(2025, 6, 2, tzinfo=UTC)
    site = "https://www.biorxiv.org/content/10.1101/2025.06.01.000001v2"
    assert read() == PaperRecord(
        title="Kites of E. coli",
        abstract="They do not fly at n<5.",
        ref="10.1101/2025.06.01.000001",
        authors=tuple(AuthorRecord(name=name) for name in ("A. B. Example", "C. van Example", "The Kite Consortium")),
        identifiers=(
            IdentifierRecord(scheme="doi", value="10.1101/2025.06.01.000001"),
            IdentifierRecord(scheme="doi", value="10.5555/kites.1"),
        ),
        categories=("systems biology",),
        links=(LinkRecord(kind="abstract", url=site), LinkRecord(kind="pdf", url=f"{site}.full.pdf")),
        published_on=DAY,
        version_number=2,
        version_at=moment,
        versions=(VersionRecord(number=2, submitted_at=moment),),
        licence="https://creativecommons.org/licenses/by-nc-nd/4.0/",
        statements=(StatementRecord(kind="published", text="10.5555/kites.1", url="https://doi.org/10.5555/kites.1"),),
        where="answer: item 1",
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = read(published="NA", license="cc_no", category=None, abstract=None, authors="", version=None, date=None)
    assert bare.identifiers == (IdentifierRecord(scheme="doi", value="10.1101/2025.06.01.000001"),)
    assert (bare.statements, bare.licence, bare.categories, bare.authors) == ((), "", (), ())
    assert (bare.version_number, bare.version_at, bare.published_on) == (1, None, None)
    assert read(license="cc0").licence == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert read(version=3).version_number == 3
    assert read(server="medRxiv").links[0].url.startswith("https://www.medrxiv.org/content/")
    withdrawn = StatementRecord(kind="withdrawn")
    assert read(title="WITHDRAWN: Kites", type="Withdrawn", published="NA").statements == (withdrawn,)
    assert read(type="withdrawn", published="NA").statements == (withdrawn,)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "the preprint has no title"),
        ({"doi": None}, "doi is none: ''"),
        ({"doi": "kites"}, "doi is none: 'kites'"),
        ({"date": "June"}, "date is not a date: 'June'"),
        ({"authors": ["A"]}, "authors is a list, not text"),
    ],
)
def test_an_item_that_cannot_be_used_is_told(fields: dict[str, Any], reason: str) -> None:
    assert read(**fields) == BadRecord(where="answer: item 1", reason=reason)


@pytest.mark.parametrize("content", [b'{"collection": "none"}', b"[1", b"<html>", b"{}", b'"x"'])
def test_an_answer_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="answer"):
        list(read_biorxiv(content, "answer"))


@pytest.mark.parametrize("page", [30, 100])
@pytest.mark.parametrize("total", [str, int, lambda count: None], ids=["text", "number", "none"])
def test_pages_of_both_sizes_are_turned_to_the_end(page: int, total: Callable[[int], object]) -> None:
    found, door = harvest(Server({DAY: 130}, page, total))
    refs = [record.ref for told in found for record in told.records]
    assert refs == [item["doi"] for item in items(130)]
    assert found[-1] == Page()
    cursors = [int(url.rpartition("/")[2]) for url in door.asked]
    assert cursors[:2] == [0, page]
    # One more only where the server does not say that this was all.
    assert cursors[-1] < 130 if total(0) is not None else cursors[-1] == 130


def test_it_goes_on_behind_every_page() -> None:
    server = Server({DAY: 70, DAY.replace(day=4): 40}, 30)
    whole, _ = harvest(server, until=DAY.replace(day=4))
    refs = [record.ref for page in whole for record in page.records]
    assert len(refs) == 110
    for number, page in enumerate(whole[:-1], 1):
        checkpoint = json.loads(json.dumps(page.checkpoint))
        # What is asked for now does not matter: the harvest that was begun goes on.
        rest, _ = harvest(server, since=DAY, until=DAY, checkpoint=checkpoint)
        before = [record.ref for told in whole[:number] for record in told.records]
        assert before + [record.ref for told in rest for record in told.records] == refs


def test_days_without_preprints_are_passed_over() -> None:
    found, door = harvest(Server({DAY: 1}, 30), since=date(2025, 6, 1), until=date(2025, 6, 4))
    assert [len(page.records) for page in found] == [1, 0]
    assert len(door.asked) == 4


def test_the_last_days_are_asked_for_by_default() -> None:
    door = FakeDoor(Server({}, 30))
    assert list(BioRxiv(today=lambda: DAY).harvest(door, HarvestRequest(), None)) == [Page()]
    days = [url.split("/")[-2] for url in door.asked]
    assert days == ["2025-05-30", "2025-05-31", "2025-06-01", "2025-06-02"]


def test_categories_are_told_apart_however_they_are_written() -> None:
    every = items(3)
    every[1]["category"], every[2]["category"] = "cell_biology", "neuroscience"
    answer = {"messages": [{"total": 3}], "collection": every}
    for wanted in ("Cell Biology", "cell_biology"):
        found, _ = harvest(lambda url: answer, categories=(wanted,))
        assert [record.ref for record in found[0].records] == [every[1]["doi"]]
        assert found[0].checkpoint["cursor"] == 3


def test_what_cannot_be_read_is_not_lost_among_categories() -> None:
    answer = {"messages": [{"total": 1}], "collection": [{"doi": "10.1101/1"}]}
    found, _ = harvest(lambda url: answer, categories=("neuroscience",))
    assert [record.reason for record in found[0].records] == ["the preprint has no title"]


def test_pages_that_end_too_soon_are_a_fault() -> None:
    def short(url: str) -> object:
        return {"messages": [{"total": "58"}], "collection": items(30) if url.endswith("/0") else []}

    with pytest.raises(SourceError, match="says there are 58 and gives nothing new behind 30"):
        harvest(short)


def test_a_server_that_gives_the_same_page_again_is_found_out() -> None:
    with pytest.raises(SourceError, match="gives nothing new behind 30"):
        harvest(lambda url: {"messages": [{"total": "58"}], "collection": items(30)})
    # One that does not say how many there are has said all that it has.
    found, _ = harvest(lambda url: {"messages": [{}], "collection": items(30)})
    assert [len(page.records) for page in found] == [30, 0]


def test_what_was_read_before_a_fault_holds() -> None:
    server = Server({DAY: 60}, 30)
    door = FakeDoor(lambda url: server(url) if url.endswith("/0") else StatusError("gone", 502))
    pages = BioRxiv().harvest(door, HarvestRequest(since=DAY, until=DAY), None)
    assert len(next(pages).records) == 30
    with pytest.raises(StatusError):
        next(pages)


def test_preprints_are_asked_for_by_doi() -> None:
    versions = [ITEM, ITEM | {"version": "1", "date": "2025-06-01"}]
    door = FakeDoor(
        {
            "https://api.biorxiv.org/details/biorxiv/10.1101/2025.06.01.000001/na": {
                "messages": [{"status": "ok"}],
                "collection": versions,
            },
            "https://api.biorxiv.org/details/biorxiv/10.64898/2026.01.01.000002/na": {
                "messages": [{"status": "no posts found"}],
                "collection": [],
            },
        }
    )
    names = ["10.1101/2025.06.01.000001", "10.64898/2026.01.01.000002", "10.1101/gone", "10.5555/x", "arXiv:2501.00001"]
    found = list(BioRxiv().fetch(door, [parse_identifier(name) for name in names]))
    assert [record.version_number for record in found] == [2, 1]
    assert len(door.asked) == 3


def test_medrxiv_is_the_same_at_another_address() -> None:
    source = BioRxiv("medrxiv")
    assert (source.name, source.slug, source.title) == ("medrxiv", "medrxiv", "medRxiv")
    door = FakeDoor(lambda url: {"messages": [{"total": 0}], "collection": []})
    list(source.harvest(door, HarvestRequest(since=DAY, until=DAY), None))
    assert door.asked == ["https://api.biorxiv.org/details/medrxiv/2025-06-02/2025-06-02/0"]
