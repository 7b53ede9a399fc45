"""The site leaves the year out when it is the year of the visit; the importer has to find it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from broadsheet.sources.record import SourceError
from broadsheet.sources.saved_page_dates import PageDates, PrintedDate, capture_year, parse_date
from tests.sources.pages import (
    CAPTURED_ON,
    KITES,
    OWLS,
    complaints,
    meta_lines,
    papers,
    spaced_bare,
    spaced_with_meta,
)

YEARLESS = replace(KITES, day=date(2025, 7, 14))
OF_2024 = replace(OWLS, day=date(2024, 12, 24))


def days(file) -> list[date]:
    return [paper.published_on for paper in papers(file)]


def test_the_day_of_the_capture_gives_the_year(read) -> None:
    text = spaced_with_meta([YEARLESS, OF_2024])
    assert days(read(text, captured_on=CAPTURED_ON)) == [date(2025, 7, 14), date(2024, 12, 24)]
    assert days(read(text, captured_on=date(2026, 12, 1))) == [date(2026, 7, 14), date(2024, 12, 24)]


def test_without_it_the_year_comes_after_the_latest_that_is_printed(read) -> None:
    file = read(spaced_with_meta([YEARLESS, OF_2024]))
    assert days(file) == [date(2025, 7, 14), date(2024, 12, 24)]
    assert (file.page.printed_on, file.page.captured_on) == (date(2025, 10, 29), None)


def test_without_both_the_file_is_refused_with_the_line(read) -> None:
    text = spaced_with_meta([YEARLESS])
    line = text.split("\n").index("Jul 14") + 1
    with pytest.raises(SourceError, match=rf"^page\.txt:{line}: 'Jul 14' has no year .* give the day of the capture"):
        read(text)


def test_a_page_whose_dates_all_have_years_needs_no_other(read) -> None:
    file = read(spaced_with_meta([OF_2024]))
    assert days(file) == [OF_2024.day]
    assert file.page.printed_on is None


def test_a_bare_page_needs_no_year_at_all(read) -> None:
    file = read(spaced_bare([KITES]))
    assert file.page.printed_on is None
    assert read(spaced_bare([KITES]), captured_on=CAPTURED_ON).page.printed_on == date(2025, 3, 12)


def test_a_date_later_than_that_of_the_header_is_a_bad_record(read) -> None:
    late = replace(KITES, title="Late Kites", day=date(2025, 11, 3))
    text = spaced_with_meta([YEARLESS, late, OF_2024])
    file = read(text)
    line = text.split("\n").index("Nov 3") + 1
    assert complaints(file) == [f"page.txt:{line}: 'Nov 3' would be 2025-11-03, later than the page (2025-10-29)"]
    assert [paper.title for paper in papers(file)] == [YEARLESS.title, OF_2024.title]


def test_a_date_later_than_the_capture_is_a_bad_record(read) -> None:
    text = spaced_with_meta([YEARLESS, OF_2024]).replace("Oct 29\n", "Mar 12\n")
    assert "later than the page (2025-03-12)" in complaints(read(text, captured_on=date(2025, 3, 12)))[0]
    # The page that was saved later than the day that it shows may hold what came between the two.
    assert days(read(text, captured_on=CAPTURED_ON)) == [YEARLESS.day, OF_2024.day]


def test_a_header_later_than_the_capture_is_refused(read) -> None:
    with pytest.raises(SourceError, match=r"header: 2025-10-29 is later than the capture \(2025-10-01\)"):
        read(spaced_with_meta([YEARLESS]), captured_on=date(2025, 10, 1))


def test_a_day_that_does_not_exist_is_a_bad_record(read) -> None:
    text = spaced_with_meta([YEARLESS, OF_2024]).replace("Jul 14", "Feb 29")
    assert "there is no 'Feb 29' in 2025" in complaints(read(text, captured_on=CAPTURED_ON))[0]
    with pytest.raises(SourceError, match="header: there is no 'Feb 30' in 2025"):
        read(text.replace("Oct 29", "Feb 30"), captured_on=CAPTURED_ON)


@pytest.mark.parametrize("figure", ["", " 1", " 18", " 2024"])
@pytest.mark.parametrize("day", ["Jul 14", "Jul 1", "Dec 12, 2024"])
def test_day_year_and_figure_are_told_apart(read, day, figure) -> None:
    text = spaced_with_meta([YEARLESS]).replace(meta_lines(YEARLESS), f"• 3 authors\n·\n{day}{figure}")
    paper = papers(read(text, captured_on=CAPTURED_ON))[0]
    assert paper.published_on == {"Jul 14": date(2025, 7, 14), "Jul 1": date(2025, 7, 1)}.get(day, date(2024, 12, 12))
    assert paper.comments_count == (int(figure) if figure else None)


@pytest.mark.parametrize("text", ["", "July 14", "Jul14", "14 Jul", "jul 14", "Jul 14,2024", "Jul 14, 24", "Jul １４"])
def test_no_other_text_is_a_date(text) -> None:
    assert parse_date(text) is None


def test_the_year_is_unknown_where_the_cards_do_not_tell_it() -> None:
    with_year = PrintedDate(text="Dec 12, 2024", month=12, day=12, year=2024)
    without = PrintedDate(text="Jul 14", month=7, day=14, year=None)
    assert capture_year([]) is None
    assert capture_year([without, without]) is None
    assert capture_year([with_year]) is None
    assert capture_year([with_year, without]) == 2025


def test_nothing_bounds_the_dates_of_a_page_without_header_and_capture() -> None:
    dates = PageDates.of_page(None, 2025, None)
    assert dates.latest is None
    assert dates.resolve(PrintedDate(text="Dec 31", month=12, day=31, year=None)) == date(2025, 12, 31)
