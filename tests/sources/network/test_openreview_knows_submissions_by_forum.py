"""OpenReview: both versions of its API, what a venue says of a submission, and reviews that are no papers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.openreview import OpenReview, read_openreview
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

CONTENT: dict[str, Any] = {
    "title": "Kites in air",
    "authors": ["Ada Example", "Ben Example"],
    "authorids": ["~Ada_Example1"],
    "abstract": "They fly where $x<5$.",
    "keywords": ["kite", "air", "kite"],
    "TLDR": "Kites do.",
    "venue": "ICKA 2025 poster",
    "venueid": "ICKA.cc/2025/Conference",
    "pdf": "/pdf/0123.pdf",
    "code": "https://github.com/example/kites",
}
NOTE: dict[str, Any] = {
    "id": "aBc-1_x",
    "forum": "aBc-1_x",
    "replyto": None,
    "cdate": 1736000000000,
    "pdate": 1737000000000,
    "license": "CC BY 4.0",
    "content": CONTENT,
}


def wrapped(content: dict[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in content.items()}


def read(note: dict[str, Any] | None = None, **content: Any) -> PaperRecord | BadRecord:
    told = NOTE | (note or {})
    kept = {name: value for name, value in (CONTENT | content).items() if value is not None}
    (record,) = read_openreview(
        json.dumps({"notes": [told | {"content": wrapped(kept)}], "count": 1}).encode(), "notes"
    )
    return record


def test_every_field_is_read_wrapped_or_not() -> None:
    site = "https://openreview.net"
    expected = PaperRecord(
        title="Kites in air",
        abstract="They fly where $x<5$.",
        ref="aBc-1_x",
        authors=(AuthorRecord(name="Ada Example"), AuthorRecord(name="Ben Example")),
        identifiers=(IdentifierRecord(scheme="openreview", value="aBc-1_x"),),
        links=(
            LinkRecord(kind="abstract", url=f"{site}/forum?id=aBc-1_x"),
            LinkRecord(kind="pdf", url=f"{site}/pdf?id=aBc-1_x"),
            LinkRecord(kind="code", url="https://github.com/example/kites"),
        ),
        keywords=("kite", "air"),
        summary="Kites do.",
        published_on=date(2025, 1, 16),
        licence="CC BY 4.0",
        journal_ref="ICKA 2025 poster",
        statements=(
            StatementRecord(
                kind="published",
                text="ICKA 2025 poster",
                url=f"{site}/forum?id=aBc-1_x",
                stated_on=date(2025, 1, 16),
            ),
        ),
        where="notes: item 1",
    )
    assert read() == expected
    (old,) = read_openreview(
        json.dumps({"notes": [NOTE | {"content": CONTENT | {"keywords": "kite, air"}}]}).encode(), "notes"
    )
    assert old == expected
    (bare,) = read_openreview(json.dumps(NOTE).encode(), "notes")
    assert bare == expected


@pytest.mark.parametrize(
    ("venue", "venue_id", "kinds", "remarks"),
    [
        ("Submitted to ICKA 2025", "ICKA.cc/2025/Conference/Submission", [], "Submitted to ICKA 2025"),
        (
            "ICKA 2025 Conference Withdrawn Submission",
            "ICKA.cc/2025/Conference/Withdrawn_Submission",
            ["withdrawn"],
            None,
        ),
        ("ICKA 2025", "ICKA.cc/2025/Conference/Rejected_Submission", [], "ICKA 2025"),
        ("TKAR", "TKAR", ["published"], ""),
        (None, None, [], ""),
    ],
)
def test_the_venue_says_what_became_of_it(venue: str, venue_id: str, kinds: list[str], remarks: str | None) -> None:
    found = read(venue=venue, venueid=venue_id)
    assert [statement.kind for statement in found.statements] == kinds
    assert found.remarks == (venue if remarks is None else remarks)


@pytest.mark.parametrize(
    "note",
    [
        {"invitations": ["ICKA.cc/2025/Conference/-/Submission", "ICKA.cc/2025/Conference/-/Withdrawn_Submission"]},
        {"invitation": "ICKA.cc/2020/Conference/-/Withdrawn_Submission"},
    ],
)
def test_an_invitation_says_that_it_was_withdrawn(note: dict[str, Any]) -> None:
    assert [statement.kind for statement in read(note, venue=None, venueid=None).statements] == ["withdrawn"]


def test_an_anonymous_submission_has_no_authors_and_the_day_it_was_made() -> None:
    found = read({"pdate": None}, authors=None, pdf=None, code="in the supplement", TLDR=None, abstract=None)
    assert (found.authors, found.published_on, found.summary) == ((), date(2025, 1, 4), "")
    assert [link.kind for link in found.links] == ["abstract"]


def test_reviews_and_comments_are_left_out() -> None:
    review = {"id": "rev", "forum": "aBc-1_x", "replyto": "aBc-1_x", "content": {"review": {"value": "Good."}}}
    reply = {"id": "rep", "forum": "aBc-1_x", "content": {"title": {"value": "Thanks"}}}
    notes = json.dumps({"notes": [review, NOTE, reply]}).encode()
    assert [record.ref for record in read_openreview(notes, "notes")] == ["aBc-1_x"]


@pytest.mark.parametrize(
    ("note", "content", "reason"),
    [
        ({}, {"title": None}, "the note has no title"),
        ({"id": None, "forum": None}, {}, "the note has no id"),
        ({"pdate": "yesterday"}, {}, "pdate is not a time in milliseconds"),
        ({"pdate": 10**30}, {}, "pdate is not a time: 1000000000"),
        ({}, {"title": 5}, "title is a number, not text"),
        ({}, {"authors": [1]}, "an entry of authors is a number, not text"),
    ],
)
def test_a_note_that_cannot_be_used_is_told(note: dict[str, Any], content: dict[str, Any], reason: str) -> None:
    found = read(note, **content)
    assert isinstance(found, BadRecord)
    assert found.reason.startswith(reason)


def test_an_answer_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SourceError, match="the server says: No such note"):
        list(read_openreview(b'{"name": "NotFoundError", "message": "No such note"}', "notes"))


def test_the_old_api_is_asked_where_the_new_one_knows_nothing() -> None:
    new, old = "https://api2.openreview.net/notes?id=", "https://api.openreview.net/notes?id="
    door = FakeDoor({f"{new}aBc-1_x": {"notes": [NOTE]}, f"{new}old": {"notes": []}, f"{old}old": {"notes": [NOTE]}})
    asked = [parse_identifier(name) for name in ("openreview:aBc-1_x", "openreview:old", "openreview:none", "pmid:1")]
    assert len(list(OpenReview().fetch(door, asked))) == 2
    assert door.asked == [f"{new}aBc-1_x", f"{new}old", f"{old}old", f"{new}none", f"{old}none"]
