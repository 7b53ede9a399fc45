"""Crossref: what a work's record says, what is no paper, and asking for papers by DOI."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from broadsheet.sources.crossref import Crossref, read_crossref
from broadsheet.sources.door import StatusError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
)
from tests.sources.network.fake_door import FakeDoor

WORK: dict[str, Any] = {
    "DOI": "10.5555/Kites.1",
    "type": "journal-article",
    "title": ["Kites in <i>still</i> air"],
    "subtitle": ["A study"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>They do not fly, p &lt; 0.05.</jats:p>",
    "author": [
        {"given": "Ada", "family": "Example", "ORCID": "http://orcid.org/0000-0002-1825-0097", "sequence": "first"},
        {"given": "Ben", "family": "Example", "suffix": "Jr."},
        {"name": "The Kite Collaboration"},
        {"affiliation": []},
    ],
    "container-title": ["Journal of Air"],
    "volume": "5",
    "issue": "2",
    "page": "7-9",
    "issued": {"date-parts": [[2025]]},
    "published-online": {"date-parts": [[2025, 3, 4]]},
    "published-print": {"date-parts": [[2025, 5]]},
    "created": {"date-parts": [[2025, 3, 3]]},
    "license": [
        {"URL": "https://example.org/terms", "content-version": "vor"},
        {"URL": "https://creativecommons.org/licenses/by/4.0/", "content-version": "am"},
    ],
    "link": [
        {"URL": "https://example.org/kites.xml", "content-type": "text/xml", "content-version": "vor"},
        {"URL": "https://example.org/kites.pdf", "content-type": "application/pdf", "content-version": "vor"},
        {"URL": "https://example.org/kites.pdf", "content-type": "application/pdf", "content-version": "vor"},
    ],
    "resource": {"primary": {"URL": "https://example.org/kites"}},
}
DOI = IdentifierRecord(scheme="doi", value="10.5555/kites.1")
PUBLISHED = StatementRecord(
    kind="published",
    text="Journal of Air 5(2), 7-9 (2025)",
    url="https://doi.org/10.5555/kites.1",
    stated_on=date(2025, 3, 4),
)


def answer(**fields: Any) -> bytes:
    """The work with other fields, as the server answers; None leaves a field out."""
    work = {name: value for name, value in (WORK | fields).items() if value is not None}
    return json.dumps({"status": "ok", "message-type": "work", "message": work}).encode()


def one(**fields: Any) -> PaperRecord | BadRecord:
    (record,) = read_crossref(answer(**fields), "works")
    return record


def test_every_field_is_read() -> None:
    assert one() == PaperRecord(
        title="Kites in still air: A study",
        abstract="They do not fly, p < 0.05.",
        ref="10.5555/kites.1",
        authors=(
            AuthorRecord(name="Ada Example", orcid="0000-0002-1825-0097"),
            AuthorRecord(name="Ben Example Jr."),
            AuthorRecord(name="The Kite Collaboration"),
        ),
        identifiers=(DOI,),
        links=(
            LinkRecord(kind="pdf", url="https://example.org/kites.pdf"),
            LinkRecord(kind="abstract", url="https://example.org/kites"),
        ),
        published_on=date(2025, 3, 4),
        licence="https://creativecommons.org/licenses/by/4.0/",
        journal_ref="Journal of Air 5(2), 7-9 (2025)",
        statements=(PUBLISHED,),
        where="works: item 1",
    )


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"issued": [[2024]]}, date(2024, 12, 31)),
        ({"issued": [[2024, 2]]}, date(2024, 2, 29)),
        # The day of registration tells the day where it lies in the span.
        ({"issued": [[2024]], "created": [[2024, 6, 7]]}, date(2024, 6, 7)),
        ({"issued": [[2024]], "created": [[2025, 6, 7]]}, date(2024, 12, 31)),
        ({"issued": [[2024, 2, 30]]}, None),
        ({"issued": [[None]]}, None),
        ({"issued": []}, None),
        ({"posted": [[2024, 5, 6]], "issued": [[2024, 5]]}, date(2024, 5, 6)),
        # A year that is not over has no last day yet.
        ({"issued": [[9000]]}, None),
    ],
)
def test_dates_may_be_stated_in_part(dates: dict[str, list], day: date | None) -> None:
    nothing = dict.fromkeys(("issued", "published-online", "published-print", "created"))
    assert one(**nothing | {name: {"date-parts": parts} for name, parts in dates.items()}).published_on == day


def test_a_preprint_takes_over_the_doi_of_its_one_article() -> None:
    article = {"id-type": "doi", "id": "10.5555/Article", "asserted-by": "subject"}
    preprint = {"type": "posted-content", "container-title": [], "relation": {"is-preprint-of": [article]}}
    found = one(**preprint)
    assert found.identifiers == (DOI, IdentifierRecord(scheme="doi", value="10.5555/article"))
    told = StatementRecord(kind="published", text="10.5555/article", url="https://doi.org/10.5555/article")
    assert found.statements == (told,)


def test_of_several_articles_of_a_preprint_none_is_the_same_paper() -> None:
    articles = [{"id-type": "doi", "id": f"10.5555/article.{number}"} for number in (1, 2)]
    found = one(type="posted-content", **{"container-title": []}, relation={"is-preprint-of": articles})
    assert found.identifiers == (DOI,)
    assert [statement.text for statement in found.statements] == ["10.5555/article.1", "10.5555/article.2"]


def test_an_article_has_the_names_of_its_preprints() -> None:
    preprints = [
        {"id-type": "doi", "id": "10.48550/arXiv.2501.00001"},
        {"id-type": "doi", "id": "10.1101/2025.01.01.000001"},
        {"id-type": "uri", "id": "https://example.org/preprint"},
    ]
    assert one(relation={"has-preprint": preprints}).identifiers == (
        DOI,
        IdentifierRecord(scheme="arxiv", value="2501.00001"),
        IdentifierRecord(scheme="doi", value="10.1101/2025.01.01.000001"),
    )


def test_versions_of_one_preprint_are_one_and_several_preprints_of_a_server_are_none() -> None:
    def names(*dois: str) -> list[str]:
        found = one(relation={"has-preprint": [{"id-type": "doi", "id": doi} for doi in dois]})
        return [named.value for named in found.identifiers[1:]]

    versions = ["10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-1/v2"]
    assert names(*versions) == versions
    assert names("10.21203/rs.3.rs-1/v1", "10.21203/rs.3.rs-2/v1") == []
    arxiv = ["10.48550/arXiv.2501.00001", "10.48550/arXiv.2501.00002"]
    assert names(*arxiv, versions[0]) == versions[:1]


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        ("retraction", "retracted"),
        ("withdrawal", "withdrawn"),
        ("removal", "withdrawn"),
        ("correction", "corrected"),
        ("erratum", "corrected"),
        ("expression_of_concern", None),
        ("new_version", None),
    ],
)
def test_what_became_of_a_paper_is_stated(kind: str, stated: str | None) -> None:
    update = {"DOI": "10.5555/notice", "type": kind, "label": "Notice", "updated": {"date-parts": [[2025, 9, 1]]}}
    told = StatementRecord(
        kind=stated or "corrected", text="Notice", url="https://doi.org/10.5555/notice", stated_on=date(2025, 9, 1)
    )
    assert one(**{"updated-by": [update]}).statements == ((PUBLISHED, told) if stated else (PUBLISHED,))
    # Some publishers put it into the record of the paper itself.
    itself = one(**{"update-to": [update | {"DOI": "10.5555/KITES.1"}]})
    assert [statement.kind for statement in itself.statements] == ["published", *([stated] if stated else [])]


def test_a_retracted_papers_title_says_so() -> None:
    found = one(title=["RETRACTED ARTICLE: Kites"])
    assert StatementRecord(kind="retracted") in found.statements


def test_a_notice_is_no_paper() -> None:
    about = [{"DOI": "10.5555/other", "type": "retraction"}]
    found = one(title=["Retraction Note: Kites in still air"], **{"update-to": about})
    assert found == BadRecord(where="works: item 1", reason="a notice about 10.5555/other, not a paper")
    # An article that was published anew is one, though it corrects another.
    assert isinstance(one(**{"update-to": about}), PaperRecord)


@pytest.mark.parametrize("kind", ["dataset", "journal-issue", "peer-review", "component", "grant"])
def test_what_is_no_paper_by_its_type_is_refused(kind: str) -> None:
    assert one(type=kind) == BadRecord(where="works: item 1", reason=f"of type {kind}, which is no paper")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "the work has no title"),
        ({"title": ["  "]}, "the work has no title"),
        ({"DOI": None}, "DOI is none: ''"),
        ({"DOI": "kites"}, "DOI is none: 'kites'"),
        ({"DOI": 5}, "DOI is a number, not text"),
        ({"author": "Ada"}, "author is text, not a list"),
        ({"author": ["Ada"]}, "an author is text, not an object"),
        ({"abstract": ["x"]}, "abstract is a list, not text"),
        ({"issued": "2025"}, "issued is text, not an object"),
    ],
)
def test_a_record_that_cannot_be_used_is_told(fields: dict[str, Any], reason: str) -> None:
    assert one(**fields) == BadRecord(where="works: item 1", reason=reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Resource not found.", r"works:1: not JSON: .* \(column 1\)"),
        (b"<html></html>", "works: a page of HTML or XML, not JSON"),
        (b'{"message": \xff}', r"works: not UTF-8 \(byte 13 is 0xff\)"),
        (b'{"message": {"total": 3}}', "works: an object without a list of items"),
        (b"[" * 100_000, "works: not JSON that can be read"),
        (b"3", "works: a number without a list of items"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        list(read_crossref(content, "works"))


def test_lists_of_works_are_read() -> None:
    work = json.loads(answer())["message"]
    listed = json.dumps({"message": {"items": [work, {"DOI": "10.5555/2"}, work]}}).encode()
    records = list(read_crossref(listed, "works"))
    assert [type(record) for record in records] == [PaperRecord, BadRecord, PaperRecord]
    assert [record.where for record in records] == ["works: item 1", "works: item 2", "works: item 3"]
    assert len(list(read_crossref(json.dumps([work]).encode(), "works"))) == 1


def test_papers_are_asked_for_one_by_one() -> None:
    address = "https://api.crossref.org/works/10.5555%2Fkites.1"
    door = FakeDoor({f"{address}?mailto=a%40example.org": answer()})
    names = ["10.5555/kites.1", "10.5555/unknown", "arXiv:2501.00001"]
    asked = [parsed for name in names if (parsed := parse_identifier(name))]
    found = list(Crossref(contact="a@example.org").fetch(door, asked))
    assert [record.title for record in found] == ["Kites in still air: A study"]
    assert len(door.asked) == 2
    without = FakeDoor({address: answer()})
    assert len(list(Crossref(contact="https://example.org").fetch(without, asked[:1]))) == 1


def test_a_fault_of_the_server_is_no_answer() -> None:
    door = FakeDoor(lambda url: StatusError("broken", 500))
    with pytest.raises(StatusError):
        list(Crossref().fetch(door, [parse_identifier("10.5555/kites.1")]))


def test_it_is_not_harvested() -> None:
    assert list(Crossref().harvest(FakeDoor({}), None, None)) == []
