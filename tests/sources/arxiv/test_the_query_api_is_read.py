"""What arXiv's query API answers, and how it is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import pytest

from broadsheet.sources.arxiv.api import IDS_PER_REQUEST, Api, ApiError, read_api
from broadsheet.sources.door import StatusError
from broadsheet.sources.http import HttpDoor
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError, VersionRecord
from tests.fakes.arxiv import FakeArxiv
from tests.sources.arxiv.conftest import MakeFake

OLD = 'xmlns="http://www.w3.org/2005/Atom"'
NEW = f'{OLD} xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'


def entry(arxiv_id: str = "2608.00001v3", **fields: str) -> str:
    texts = {
        "id": f"http://arxiv.org/abs/{arxiv_id}",
        "title": "A page of\n  letters",
        "summary": "  We set letters\non a page.\n",
        "published": "2026-08-17T09:30:00Z",
        "updated": "2026-08-19T21:05:07Z",
    } | fields
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items() if text)
    return (
        f"<entry>{inner}<author><name>Ada Vogel</name><arxiv:affiliation>Some Press</arxiv:affiliation></author>"
        "<author><name>B. Satz</name></author><arxiv:comment>3 pages,\n 2 figures</arxiv:comment>"
        "<arxiv:journal_ref>J. Set. 5</arxiv:journal_ref><arxiv:doi>10.5555/set.5</arxiv:doi>"
        '<arxiv:primary_category term="cs.DL"/><category term="cs.CL"/><category term="cs.DL"/>'
        '<category term="68T50"/><category term="I.2.7"/></entry>'
    )


def feed(*entries: str, total: str = "7") -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><feed {NEW}><title>arXiv Query</title>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>0</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


def test_an_entry_is_read() -> None:
    answer = read_api(feed(entry()), "answer")
    (paper,) = answer.records
    assert isinstance(paper, PaperRecord)
    assert (answer.total, answer.start, answer.entries_count) == (7, 0, 1)
    assert (paper.ref, paper.title, paper.abstract) == ("2608.00001", "A page of letters", "We set letters on a page.")
    assert [author.name for author in paper.authors] == ["Ada Vogel", "B. Satz"]
    # The primary category first, and no classes of others.
    assert paper.categories == ("cs.DL", "cs.CL")
    assert paper.versions == (
        VersionRecord(number=1, submitted_at=datetime(2026, 8, 17, 9, 30, tzinfo=UTC)),
        VersionRecord(number=3, submitted_at=datetime(2026, 8, 19, 21, 5, 7, tzinfo=UTC)),
    )
    assert (paper.version_number, paper.published_on) == (3, date(2026, 8, 17))
    assert (paper.remarks, paper.journal_ref) == ("3 pages, 2 figures", "J. Set. 5")
    assert [one.value for one in paper.identifiers] == ["2608.00001", "10.5555/set.5"]


def test_a_first_version_is_listed_once() -> None:
    (paper,) = read_api(feed(entry("2608.00001v1")), "answer").records
    assert isinstance(paper, PaperRecord)
    assert [version.number for version in paper.versions] == [1]


@pytest.mark.parametrize("address", ["https://arxiv.org/abs/hep-th/9901001v2", "http://arxiv.org/abs/hep-th/9901001"])
def test_an_address_of_any_form_names_the_paper(address: str) -> None:
    (paper,) = read_api(feed(entry(id=address)), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.ref == "hep-th/9901001"


def test_the_title_zero_is_one() -> None:
    (paper,) = read_api(feed(entry(title="")), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.title == "0"


def test_an_id_that_arxiv_does_not_know_is_left_out() -> None:
    nothing = "<entry><id>http://arxiv.org/abs/2608.00009</id></entry>"
    answer = read_api(feed(nothing, entry()), "answer")
    assert (len(answer.records), answer.entries_count) == (1, 2)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry(published="soon"), "published is not a time: 'soon'"),
        (entry(updated="0001-01-01T00:00:00+14:00"), "updated is not a time"),
        (entry(id="http://arxiv.org/abs/nobody"), "is no arXiv identifier"),
    ],
)
def test_an_entry_that_breaks_is_left_out_with_its_place(bad: str, reason: str) -> None:
    first, broken, last = read_api(feed(entry(), bad, entry()), "answer").records
    assert isinstance(broken, BadRecord)
    assert broken.where.startswith("answer: entry 2")
    assert reason in broken.reason
    assert isinstance(first, PaperRecord)
    assert isinstance(last, PaperRecord)


def test_an_error_is_told_in_its_own_words() -> None:
    error = (
        "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_1</id><title>Error</title>"
        "<summary>incorrect id\n format for 1</summary></entry>"
    )
    with pytest.raises(ApiError, match="answer: the server says: incorrect id format for 1"):
        read_api(feed(error), "answer")


def test_a_paper_may_be_called_error() -> None:
    (paper,) = read_api(feed(entry(title="Error")), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.title == "Error"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body>no</body></html>", "a document of <html>"),
        (feed(entry())[:-80], "not well-formed"),
        (b"", "no element"),
    ],
)
def test_what_is_no_answer_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_api(content, "answer")


def refs(answers: object) -> list[str]:
    return [one.ref for answer in answers for one in answer.records if isinstance(one, PaperRecord)]  # type: ignore[attr-defined]


def test_many_ids_are_asked_for_a_hundred_at_a_time(fake: FakeArxiv, door: HttpDoor) -> None:
    asked = [fake.catalogue.id_of(number) for number in range(230)] + ["2608.99999"]
    assert refs(Api(fake.api_url).by_ids(door, asked)) == asked[:-1]
    counts = [len(arrival.query["id_list"].split(",")) for arrival in fake.asked("/api")]
    assert counts == [IDS_PER_REQUEST, IDS_PER_REQUEST, 31]


def test_a_refusal_with_a_reason_tells_it(fake: FakeArxiv, door: HttpDoor) -> None:
    with pytest.raises(ApiError, match="incorrect id format for nobody"):
        refs(Api(fake.api_url).by_ids(door, ["nobody"]))


def test_a_refusal_without_a_reason_is_one_of_the_door(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("error", "/api", status=400)
    with pytest.raises(StatusError):
        refs(Api(fake.api_url).by_ids(door, ["2608.00001"]))


def submitted(fake: FakeArxiv, door: HttpDoor, category: str) -> list[str]:
    since, until = fake.catalogue.calendar.submitted_between(date(2026, 8, 12))
    return refs(Api(fake.api_url).submitted_between(door, category, since, until))


def made(fake: FakeArxiv, category: str) -> list[str]:
    batch = fake.catalogue.batch(date(2026, 8, 12), category)
    numbers = [number for kind in ("new", "cross") for number in batch[kind]]
    return sorted(map(fake.catalogue.id_of, numbers))


@pytest.mark.parametrize("category", ["cs.CL", "cs", "hep-th", "physics.optics"])
def test_the_papers_of_a_span_are_found(fake: FakeArxiv, door: HttpDoor, category: str) -> None:
    assert sorted(submitted(fake, door, category)) == made(fake, category)


def test_fewer_results_than_asked_for_are_no_end(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("fewer", "/api", at={1, 2}, count=2)
    assert sorted(submitted(fake, door, "cs")) == made(fake, "cs")
    assert len(fake.asked("/api")) == 3


def test_an_answer_that_stays_empty_is_the_end(fake: FakeArxiv, door: HttpDoor) -> None:
    fake.faults.add("fewer", "/api", count=1000)
    assert submitted(fake, door, "cs") == []
    assert len(fake.asked("/api")) == 2


def test_a_span_with_too_many_results_is_halved(make_fake: MakeFake, door: HttpDoor, monkeypatch) -> None:
    monkeypatch.setattr("broadsheet.sources.arxiv.api.MOST_RESULTS", 10)
    fake = make_fake(per_day=60)
    found = submitted(fake, door, "cs")
    assert sorted(set(found)) == made(fake, "cs")
    assert len(found) == len(set(found))
    assert len(made(fake, "cs")) > 10
