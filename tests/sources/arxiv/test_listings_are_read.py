"""What arXiv's listing pages say: which papers, how many, of which day."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.sources.arxiv.listing import batches_of, parse_listing_day, read_listing
from broadsheet.sources.record import SourceError
from tests.sources.arxiv.conftest import MakeFake

DAY = date(2026, 8, 6)
HEADING = "<h3>Showing new listings for Thursday, 6 August 2026</h3>"


def entry(arxiv_id: str, mark: str = "", primary: str = "cs.CL", inside: str = "") -> str:
    return (
        f'<dt><a name=\'item1\'>[1]</a> <a href ="/abs/{arxiv_id}" title="Abstract" id="{arxiv_id}">'
        f"arXiv:{arxiv_id}</a> {mark} [<a href=\"/pdf/{arxiv_id}\">pdf</a>]</dt><dd><div class='meta'>{inside}"
        f"<div class='list-subjects'><span class='descriptor'>Subjects:</span>"
        f'<span class="primary-subject">A Name (with more) ({primary})</span>; Other ({primary}.x)</div></div></dd>'
    )


def section(title: str, shown: str, *entries: str) -> str:
    return f"<dl id='articles'><h3>{title} ({shown})</h3>{''.join(entries)}</dl>"


def page(*parts: str) -> bytes:
    return f"<!DOCTYPE html><html><body><h1>Computation and Language</h1>{''.join(parts)}</body></html>".encode()


def test_a_days_listing_is_read() -> None:
    listing = read_listing(
        page(
            HEADING,
            "<div class='paging'>Total of 5 entries </div>",
            section("New submissions", "showing 2 of 2 entries", entry("2608.00001"), entry("2608.00002")),
            section(
                "Cross submissions", "showing 1 of 1 entries", entry("hep-th/9901001", "(cross-list from x)", "hep-th")
            ),
            section(
                "Replacement submissions",
                "showing 2 of 2 entries",
                entry("2607.00001", "(replaced)"),
                entry("2607.00002", "(replaced)", "math.CO"),
            ),
        ),
        "page",
    )
    assert (listing.announced_on, listing.total, listing.shown) == (DAY, 5, 5)
    (batch,) = batches_of([listing], "cs.CL")
    assert (batch.category, batch.announced_on, batch.is_complete) == ("cs.CL", DAY, True)
    assert batch.refs == {
        "new": ("2608.00001", "2608.00002"),
        "cross": ("hep-th/9901001",),
        "replace": ("2607.00001",),
        "replace-cross": ("2607.00002",),
    }
    assert batch.counts == {"new": 2, "cross": 1, "replace": 1, "replace-cross": 1}


def test_a_listing_that_shows_fewer_than_it_counts_is_not_whole() -> None:
    listing = read_listing(
        page(HEADING, section("New submissions", "showing 3 of 3 entries", entry("2608.00001"))), "page"
    )
    (batch,) = batches_of([listing], "cs.CL")
    assert (batch.counts, batch.is_complete) == ({"new": 3}, False)


def test_pages_of_one_listing_add_up() -> None:
    first = page(
        HEADING, section("New submissions", "showing first 2 of 3 entries", entry("2608.00001"), entry("2608.00002"))
    )
    second = page(
        HEADING,
        section("New submissions", "continued, showing last 1 of 3 entries", entry("2608.00003")),
        section("Replacements", "showing 1 of 1 entries", entry("2607.00001", "(replaced)")),
    )
    (batch,) = batches_of([read_listing(first, "a"), read_listing(second, "b"), read_listing(second, "b")], "cs.CL")
    assert batch.refs == {"new": ("2608.00001", "2608.00002", "2608.00003"), "replace": ("2607.00001",)}
    assert (batch.counts, batch.is_complete) == ({"new": 3, "replace": 1}, True)


def test_the_five_days_of_a_week_are_told_apart() -> None:
    listing = read_listing(
        page(
            "<h2>Authors and titles for recent submissions</h2><ul><li><a href='x'>Thu, 6 Aug 2026</a></li></ul>",
            "<div class='paging'>Total of 9 entries </div>",
            section(
                "Thu, 6 Aug 2026",
                "showing 2 of 2 entries ",
                entry("2608.00003"),
                entry("2608.00002", "(cross-list from x)"),
            ),
            section("Wed, 5 Aug 2026", "continued, showing 1 of 7 entries ", entry("2608.00001")),
        ),
        "page",
    )
    earlier, later = batches_of([listing], "cs.CL")
    assert (earlier.announced_on, later.announced_on) == (date(2026, 8, 5), DAY)
    assert later.refs == {"new": ("2608.00003",), "cross": ("2608.00002",)}
    assert (earlier.counts, later.counts) == ({"new": 7}, {"new": 1, "cross": 1})
    # Such a page has no replacements.
    assert not earlier.is_complete
    assert not later.is_complete


def test_a_page_of_catchup_has_its_day_in_its_title() -> None:
    title = "<h1>Catchup results for Machine Learning on Thu, 06 Aug 2026</h1>"
    listed = section("New submissions", "showing 1 of 1 entries", entry("2608.00001"))
    content = f"<html><body>{title}Total of 1 entries{listed}"
    listing = read_listing(content.encode(), "page")
    assert (listing.announced_on, listing.total) == (DAY, 1)
    assert [one.announced_on for one in batches_of([listing], "cs.CL")] == [DAY]


@pytest.mark.parametrize("nothing", ["<p>No updates today.</p>", "<div><p>No updates for Thu, 06 Aug 2026</p></div>"])
def test_a_day_without_any_papers_is_a_day(nothing: str) -> None:
    (batch,) = batches_of([read_listing(page(HEADING, nothing), "page")], "cs.CL")
    assert (batch.announced_on, batch.refs, batch.counts, batch.is_complete) == (DAY, {}, {}, True)


def test_what_papers_say_of_themselves_is_not_taken_for_the_list() -> None:
    inside = (
        "<p>See <a href='/abs/2601.99999'>arXiv:2601.99999</a> (cross-list from x). No updates today."
        " Total of 7 entries, showing 9 of 9 entries</p>"
    )
    listing = read_listing(
        page(HEADING, section("New submissions", "showing 1 of 1 entries", entry("2608.00001", inside=inside))), "page"
    )
    assert listing.total is None
    (batch,) = batches_of([listing], "cs.CL")
    assert (batch.refs, batch.counts) == ({"new": ("2608.00001",)}, {"new": 1})


def test_tags_that_nobody_closed_are_borne() -> None:
    content = page(
        HEADING, section("New submissions", "showing 2 of 2 entries", entry("2608.00001"), entry("2608.00002"))
    )
    for tag in (b"</dt>", b"</dd>", b"</dl>", b"</div>", b"</span>"):
        listing = read_listing(content.replace(tag, b""), "page")
        assert [one.ref for one in listing.sections[0].papers] == ["2608.00001", "2608.00002"]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body><h1>Error</h1></body></html>", b'{"json": true}', page(HEADING), page("<p>No updates</p>")],
)
def test_what_is_no_listing_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="page: not a listing of arXiv"):
        read_listing(content, "page")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Showing new listings for Thursday, 6 August 2026", DAY),
        ("Thu, 06 Aug 2026 (showing 3 of 3 entries )", DAY),
        ("Thursday, 36 August 2026", None),
        ("Thursday, 6 Nonuary 2026", None),
        ("6 August 2026", None),
    ],
)
def test_days_are_read_in_both_forms(text: str, day: date | None) -> None:
    assert parse_listing_day(text) == day


@pytest.mark.parametrize("category", ["cs.CL", "cs", "hep-th", "physics.optics"])
def test_a_made_listing_comes_back_whole(make_fake: MakeFake, category: str) -> None:
    fake = make_fake()
    day = date(2026, 8, 20)
    numbers = fake.catalogue.batch(day, category)
    (batch,) = batches_of([read_listing(fake.answer(f"/list/{category}/new", {}).body, "page")], category)
    assert batch.refs == {kind: tuple(map(fake.catalogue.id_of, chosen)) for kind, chosen in numbers.items() if chosen}
    assert batch.is_complete
