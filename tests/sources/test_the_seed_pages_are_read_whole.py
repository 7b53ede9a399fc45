"""The four saved pages beside the project: every record, and every character of every file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from broadsheet.sources.files import read_file
from broadsheet.sources.record import OrganisationRecord, PaperRecord, SourceFile
from tests.sources.pages import BANNER, BANNER_ONCE_A_DAY, BYLINE, MONTHS, complaints, papers

CAPTURED_IN = 2025
HEADERS = {
    "000": ["new", BANNER, "Subscribe", "Daily Papers", BYLINE, "Oct 29"],
    "001": [BANNER_ONCE_A_DAY, BANNER, "Subscribe"],
    "002": ["new", BANNER, "Subscribe", BYLINE, "Mar 12"],
    "003": ["new", BANNER, "Subscribe", "Daily Papers", BYLINE, "Oct 30"],
}
# Records; with a number of authors; with an organisation; with a date; of these without a year; with a figure.
COUNTS = {
    "000": (59, 59, 0, 59, 12, 4),
    "001": (208, 0, 0, 0, 0, 0),
    "002": (77, 0, 0, 0, 0, 0),
    "003": (122, 120, 2, 122, 34, 20),
}


def path_of(shared: Path, page: str) -> Path:
    (path,) = (shared / "seeds").glob(f"{page}_*.txt")
    return path


@pytest.fixture(scope="module")
def pages(shared: Path) -> dict[str, SourceFile]:
    return {page: read_file(path_of(shared, page)) for page in HEADERS}


def lines_of(paper: PaperRecord) -> list[str]:
    """The lines of the card that a record was read from."""
    lines = [paper.title, *paper.abstract.split("\n\n")]
    if day := paper.published_on:
        whose = [f"•{paper.author_count} authors"] if paper.author_count is not None else []
        whose += [f"{one.slug} {one.name}" for one in paper.organisations]
        year = "" if day.year == CAPTURED_IN else f", {day.year}"
        figure = "" if paper.comments_count is None else f" {paper.comments_count}"
        lines += [*whose, "·", f"{MONTHS[day.month - 1]} {day.day}{year}{figure}"]
    return lines


@pytest.mark.parametrize("page", HEADERS)
def test_every_character_is_accounted_for_in_order(shared: Path, pages, page) -> None:
    lines = HEADERS[page] + [line for paper in papers(pages[page]) for line in lines_of(paper)]
    text = path_of(shared, page).read_text(encoding="utf-8")
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(("page", "counts"), COUNTS.items())
def test_every_record_is_read(pages, page, counts) -> None:
    file = pages[page]
    assert complaints(file) == []
    found = papers(file)
    assert counts == (
        len(found),
        sum(paper.author_count is not None for paper in found),
        sum(bool(paper.organisations) for paper in found),
        sum(paper.published_on is not None for paper in found),
        sum(paper.published_on is not None and paper.published_on.year == CAPTURED_IN for paper in found),
        sum(paper.comments_count is not None for paper in found),
    )
    assert all(paper.votes_count is None and not paper.identifiers for paper in found)
    assert all((paper.listing and paper.listing.listed_on) == paper.published_on for paper in found)


def test_they_hold_429_papers(pages) -> None:
    records = [paper for file in pages.values() for paper in papers(file)]
    assert len(records) == 466
    titles = {paper.title for paper in records}
    assert len(titles) == 429
    # Where a paper stands on several pages its texts are the same.
    assert len({(paper.title, paper.abstract) for paper in records}) == 429
    assert (min(map(len, titles)), max(map(len, titles))) == (16, 141)
    lengths = [len(paper.abstract) for paper in records]
    assert (min(lengths), max(lengths)) == (475, 1918)


def test_authors_and_organisations_are_as_printed(pages) -> None:
    records = [paper for file in pages.values() for paper in papers(file)]
    counts = [paper.author_count for paper in records if paper.author_count is not None]
    assert {count: counts.count(count) for count in (1, 2, 3, 5, 9, 13)} == {1: 6, 2: 24, 3: 29, 5: 34, 9: 5, 13: 1}
    found = papers(pages["003"])
    assert found[63].organisations == (OrganisationRecord(slug="naver-ai", name="NAVER AI Lab"),)
    assert found[112].organisations == (OrganisationRecord(slug="MTSAIR", name="MTSAIR"),)


def test_figures_after_the_date_are_small_counts_of_comments(pages) -> None:
    figures = sorted(paper.comments_count or 0 for file in pages.values() for paper in papers(file))[-24:]
    assert figures == [1] * 5 + [2] * 11 + [3] * 3 + [4, 5, 6, 8, 18]


def test_dates_run_from_2013_to_the_day_of_the_visit(pages) -> None:
    days = [paper.published_on for file in pages.values() for paper in papers(file) if paper.published_on]
    assert (min(days), max(days)) == (date(2013, 12, 20), date(2025, 10, 16))
    assert [file.page.printed_on for file in pages.values()] == [date(2025, 10, 29), None, None, date(2025, 10, 30)]


def test_the_day_of_the_capture_changes_no_date(shared: Path, pages) -> None:
    for page in ("000", "003"):
        stated = read_file(path_of(shared, page), captured_on=date(2025, 10, 30))
        assert stated.records == pages[page].records


def test_the_first_titles_are_whole(pages) -> None:
    first = {page: papers(file)[0].title for page, file in pages.items()}
    assert first["000"] == "Improving Multimodal Learning via Imbalanced Learning"
    assert first["001"].startswith("SPIRAL: Self-Play on Zero-Sum Games")
    assert papers(pages["001"])[137].title.startswith("μ")
