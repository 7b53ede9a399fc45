"""Saved answers of the daily-papers API: the fields of an item, and the wrappings that archives put around it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from broadsheet.sources.record import (
    AuthorRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
)
from tests.sources.pages import papers

PAPER = {
    "id": "2510.00001",
    "title": "Kites in\n  Still Air",
    "summary": "They do not fly.",
    "authors": [
        {"_id": "1", "name": "Ada Reader", "hidden": False},
        {"_id": "2", "name": "Ben Writer", "hidden": True},
        {"_id": "3", "name": "Chi Editor", "user": {"_id": "4", "user": "chi", "type": "user"}},
    ],
    "publishedAt": "2025-10-12T17:59:59.000Z",
    "submittedOnDailyAt": "2025-10-14T01:02:03.004Z",
    "submittedOnDailyBy": {"_id": "5", "user": "dee", "fullname": "Dee Printer", "name": "other"},
    "upvotes": 12,
    "discussionId": "6",
    "projectPage": "https://example.org/kites",
    "githubRepo": "https://github.com/example/kites",
    "githubStars": 77,
    "ai_summary": "No wind, no kites.",
    "ai_summary_model": "Example/Writer-7B",
    "ai_keywords": ["kite", "air", "kite"],
    "organization": {"_id": "7", "name": "kite-lab", "fullname": "Kite Lab", "avatar": "https://example.org/a.png"},
}
ITEM = {
    "paper": PAPER,
    "publishedAt": "2025-10-12T13:59:59.000Z",
    "title": PAPER["title"],
    "summary": PAPER["summary"],
    "thumbnail": "https://example.org/t.png",
    "numComments": 3,
    "submittedBy": {"_id": "5", "user": "eve", "name": "Eve"},
    "isAuthorParticipating": False,
}
DAY = date(2025, 10, 14)


def item(paper: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The item above with other fields; ``None`` leaves a field out."""
    whole = ITEM | {"paper": _without_none(PAPER | (paper or {}))} | fields
    return _without_none(whole)


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


@pytest.fixture
def one(read_answer):
    """Read an answer of one item; return its record."""

    def read_one(value: object, **options: Any) -> PaperRecord:
        (paper,) = papers(read_answer([value], **options))
        return paper

    return read_one


def test_every_field_is_read(read_answer) -> None:
    file = read_answer([ITEM])
    assert (file.format, file.source, file.page) == ("daily-papers-api", "huggingface", None)
    assert file.records == (
        PaperRecord(
            title="Kites in\n  Still Air",
            abstract="They do not fly.",
            ref="2510.00001",
            authors=(AuthorRecord(name="Ada Reader"), AuthorRecord(name="Chi Editor")),
            organisations=(OrganisationRecord(slug="kite-lab", name="Kite Lab"),),
            identifiers=(IdentifierRecord(scheme="arxiv", value="2510.00001"),),
            links=(
                LinkRecord(kind="project", url="https://example.org/kites"),
                LinkRecord(kind="code", url="https://github.com/example/kites"),
            ),
            keywords=("kite", "air"),
            summary="No wind, no kites.",
            summary_model="Example/Writer-7B",
            published_on=date(2025, 10, 12),
            listing=ListingRecord(listed_on=DAY, rank=1, submitted_by="dee"),
            votes_count=12,
            comments_count=3,
            stars_count=77,
            where="answer.json:2",
        ),
    )


def test_media_become_links_and_are_not_doubled(one) -> None:
    film, picture = "https://example.org/kite.MP4?x=1", "https://example.org/kite.png"
    paper = one(item({"mediaUrls": [film], "projectPage": None, "githubRepo": None}, mediaUrls=[film, picture]))
    assert [(link.kind, link.url) for link in paper.links] == [("video", film), ("other", picture)]


def test_the_order_of_the_answer_is_the_rank(read_answer) -> None:
    titles = ["Kites", "Owls", "Moss"]
    file = read_answer([item({"title": title}) for title in titles])
    assert [(paper.title, paper.listing.rank) for paper in papers(file)] == list(zip(titles, [1, 2, 3], strict=True))


def test_an_item_needs_no_more_than_a_title(one) -> None:
    bare = PaperRecord(title="Kites", where="answer.json:2")
    assert one({"paper": {"title": "Kites"}}) == bare
    assert one({"title": "Kites"}) == bare
    assert one({"paper": {}, "title": "Kites"}) == bare
    empty = {"paper": dict.fromkeys(PAPER) | {"title": "Kites"}} | dict.fromkeys(set(ITEM) - {"paper"})
    assert one(empty) == bare


def test_an_answer_of_the_search_has_the_same_items(one) -> None:
    older = {"id": "2409.00001", "title": "Kites", "thumbnailUrl": "https://example.org/t.png", "source": "hf"}
    paper = one(older)
    assert (paper.title, paper.ref, paper.listing) == ("Kites", "2409.00001", None)


def test_a_key_of_another_kind_is_kept_without_an_identifier(one) -> None:
    paper = one(item({"id": "kites-1"}))
    assert (paper.ref, paper.identifiers) == ("kites-1", ())
    assert one(item({"id": "2510.00001v2"})).version_number == 2


def test_authors_who_are_hidden_or_nameless_are_left_out(one) -> None:
    authors = [{"name": "Ada", "hidden": True}, {"name": " Ben "}, {"name": ""}, {"hidden": False}, {"name": "Chi"}]
    assert [author.name for author in one(item({"authors": authors})).authors] == ["Ben", "Chi"]
    assert one(item({"authors": []})).authors == ()


def test_the_organisation_may_stand_beside_the_paper(one) -> None:
    beside = item({"organization": None}, organization={"name": "moss", "fullname": ""})
    assert one(beside).organisations == (OrganisationRecord(slug="moss", name="moss"),)
    assert one(item({"organization": None})).organisations == ()
    assert one(item({"organization": {"fullname": "No Short Name"}})).organisations == ()


@pytest.mark.parametrize(
    ("paper", "fields", "submitter"),
    [
        ({}, {}, "dee"),
        ({"submittedOnDailyBy": {"name": "Dee Printer"}}, {}, "Dee Printer"),
        ({"submittedOnDailyBy": None}, {}, "eve"),
        ({"submittedOnDailyBy": None}, {"submittedBy": {"name": "Eve"}}, "Eve"),
        ({"submittedOnDailyBy": None}, {"submittedBy": None}, ""),
    ],
)
def test_who_put_it_there(one, paper, fields, submitter) -> None:
    assert one(item(paper, **fields)).listing.submitted_by == submitter


@pytest.mark.parametrize("stated", ["", " \n", "coming soon", "javascript:alert(1)", "http://[::1", "h\x00ttps://x y"])
def test_a_link_that_cannot_be_used_never_refuses_an_item(one, stated) -> None:
    paper = one(item({"projectPage": stated}))
    assert paper.links[-1] == LinkRecord(kind="code", url="https://github.com/example/kites")


OLDER = {"submittedOnDailyAt": None}
LATER = {"publishedAt": "2025-10-13T08:00:00.000Z"}


@pytest.mark.parametrize(
    ("value", "options", "listed_on"),
    [
        (item(), {"name": "2025-10-20.json", "captured_on": date(2025, 10, 21)}, DAY),
        (item({"submittedOnDailyAt": "2025-10-14T01:00:00+02:00"}), {}, date(2025, 10, 13)),
        (item(OLDER), {"name": "2025-10-20.json"}, date(2025, 10, 20)),
        (item(OLDER, **LATER), {"name": "daily_papers_2025-10-20_raw.json"}, date(2025, 10, 20)),
        (item(OLDER), {"name": "2025-13-20 of 2025-10-20.json"}, date(2025, 10, 20)),
        (item(OLDER, **LATER), {"captured_on": date(2025, 10, 21)}, date(2025, 10, 13)),
        (item(OLDER), {"captured_on": date(2025, 10, 21)}, date(2025, 10, 21)),
        (item(OLDER, publishedAt=None), {}, None),
        (item(OLDER), {}, None),
        (item({**OLDER, "publishedAt": None}, **LATER), {}, None),
    ],
    ids=[
        "own",
        "UTC",
        "file",
        "file in words",
        "first real day",
        "later item",
        "capture",
        "none",
        "same",
        "no paper's",
    ],
)
def test_the_day_of_the_page(one, value, options, listed_on) -> None:
    listing = one(value, **options).listing
    assert (listing and listing.listed_on) == listed_on


def test_a_wrapped_answer_is_read(read_answer) -> None:
    wrapped = {"status": "ok", "date": "2025-10-20", "count": 2, "data": [item(OLDER), item()]}
    file = read_answer(wrapped, "2025-10-31.json")
    assert [paper.listing.listed_on for paper in papers(file)] == [date(2025, 10, 20), DAY]
    unstated = read_answer({"data": [item(OLDER)]}, "2025-10-31.json")
    assert papers(unstated)[0].listing.listed_on == date(2025, 10, 31)


def test_another_list_of_the_same_name_is_not_taken_for_the_items(read_answer) -> None:
    file = read_answer({"meta": {"data": [1]}, "data": [item()], "next": {"data": []}})
    assert [paper.title for paper in papers(file)] == [PAPER["title"]]


def test_a_figure_that_is_no_number_reads_as_missing(read_answer) -> None:
    assert papers(read_answer([item({"upvotes": float("nan")})]))[0].votes_count is None
    assert papers(read_answer({"data": [item({"upvotes": float("nan")})]}))[0].votes_count is None


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"date": "2025-10-14", "data": items}])
def test_items_as_the_text_of_python_dictionaries_are_read(read_answer, wrap) -> None:
    items = [item(), item({"upvotes": None})]
    plain = papers(read_answer(wrap(items)))
    texts = papers(read_answer(wrap([repr(one) for one in items])))
    assert [replace(paper, where="") for paper in texts] == [replace(paper, where="") for paper in plain]
    assert texts[1].votes_count is None


def test_each_item_knows_its_line(read) -> None:
    text = json.dumps([item(), item(), item()], indent=2)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line == "  {"]
    assert [paper.where for paper in papers(read(text, "a.json"))] == [f"a.json:{line}" for line in lines]
    compact = json.dumps({"date": "2025-10-14", "data": [item(), item()]})
    assert [paper.where for paper in papers(read(f"\n\n{compact}", "a.json"))] == ["a.json:3", "a.json:3"]


def test_an_answer_without_items_has_no_papers(read_answer) -> None:
    assert read_answer([]).records == ()
    assert read_answer({"data": []}).records == ()
