"""Day, week and month pages: which day is shown, ways on, narrowing, order, and what is said when a question is bad."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.ranking.daily import today
from tests.builders import WEDNESDAY, many, record, take, take_and_index
from tests.web.reading import Element, Reader, cards, links_of, titles_of

DAY = f"/date/{WEDNESDAY}"


def way(page: Element, rel: str) -> str | None:
    """Where the page's way backwards or forwards in time leads."""
    found = [a.attrs["href"] for a in page.one("main").all("a", rel=rel)]
    return found[0] if found else None


def test_a_day_without_papers_shows_the_nearest_and_says_so(reader: Reader) -> None:
    take(record("Early", on=date(2025, 10, 10)), record("Late", on=date(2025, 10, 15)))
    page = reader.open("/date/2025-10-13")
    assert titles_of(page) == ["Late"]
    assert "no papers for 13 October 2025" in page.text
    assert "Wednesday, 15 October 2025" in page.one("h1").text
    assert titles_of(reader.open("/date/2025-10-12")) == ["Early"]
    assert "no papers for" not in reader.open("/date/2025-10-10").text


def test_the_earlier_of_two_equally_near_days_is_shown(reader: Reader) -> None:
    take(record("Early", on=date(2025, 10, 10)), record("Late", on=date(2025, 10, 14)))
    assert titles_of(reader.open("/date/2025-10-12")) == ["Early"]


def test_home_is_today_or_the_nearest_day(reader: Reader) -> None:
    take(record("Old", on=WEDNESDAY))
    page = reader.open("/")
    assert titles_of(page) == ["Old"]
    assert "no papers for" in page.text
    take(record("New", on=today()))
    page = reader.open("/")
    assert titles_of(page) == ["New"]
    assert "no papers for" not in page.text


def test_previous_and_next_skip_days_without_papers(reader: Reader) -> None:
    take(*(record(f"Of {day}", on=date(2025, 10, day)) for day in (1, 15, 28)))
    page = reader.open(DAY)
    assert (way(page, "prev"), way(page, "next")) == ("/date/2025-10-01", "/date/2025-10-28")
    first, last = reader.open("/date/2025-10-01"), reader.open("/date/2025-10-28")
    assert (way(first, "prev"), way(first, "next")) == (None, DAY)
    assert (way(last, "prev"), way(last, "next")) == (DAY, None)


def test_the_calendar_links_only_to_days_with_papers(reader: Reader) -> None:
    take(*(record(f"Of {day}", on=day) for day in (date(2025, 9, 30), date(2025, 10, 2), WEDNESDAY)))
    table = reader.open(DAY).one("table")
    assert [a.attrs["href"] for day in table.all("td") for a in day.all("a")] == [
        "/date/2025-09-30",
        "/date/2025-10-02",
        DAY,
    ]
    assert [a.text for a in table.all("a", **{"aria-current": "date"})] == ["15"]
    assert len(table.all("td")) == 35


def test_a_week_has_the_papers_of_its_seven_days(reader: Reader) -> None:
    monday = WEDNESDAY - timedelta(days=2)
    take(*(record(f"Day {n + 1}", on=monday + timedelta(days=n), votes_count=50 - n) for n in range(-1, 8)))
    page = reader.open("/week/2025-W42")
    assert titles_of(page) == [f"Day {n + 1}" for n in range(7)]
    assert "13 October to 19 October 2025" in page.one("h1").text
    assert (way(page, "prev"), way(page, "next")) == ("/week/2025-W41", "/week/2025-W43")


def test_a_month_has_the_papers_of_its_days(reader: Reader) -> None:
    days = [date(2025, 9, 30), date(2025, 10, 1), date(2025, 10, 31), date(2025, 11, 1)]
    take(*(record(f"Of {day}", on=day) for day in days))
    page = reader.open("/month/2025-10")
    assert sorted(titles_of(page)) == ["Of 2025-10-01", "Of 2025-10-31"]
    assert (way(page, "prev"), way(page, "next")) == ("/month/2025-09", "/month/2025-11")


@pytest.mark.parametrize("path", ["/week/2024-W01", "/month/2024-01", "/week/1700-W01", "/month/0001-01"])
def test_a_span_without_papers_shows_the_nearest_and_says_so(path: str, reader: Reader) -> None:
    take(record("Only", on=WEDNESDAY))
    page = reader.open(path)
    assert titles_of(page) == ["Only"]
    assert "nearest" in page.text
    assert "2025" in page.one("h1").text


def test_the_nearest_span_is_told_by_its_ends(reader: Reader) -> None:
    take(record("Late in the month before", on=date(2025, 9, 30)), record("Later", on=date(2025, 12, 20)))
    page = reader.open("/month/2025-10")
    assert titles_of(page) == ["Late in the month before"]


def test_a_filter_that_nothing_in_a_span_fits_shows_the_way_back(reader: Reader) -> None:
    take(record("Only", on=WEDNESDAY))
    page = reader.open("/month/2025-10?cat=math.AG")
    assert cards(page) == []
    assert "/month/2025-10" in [a.attrs["href"] for a in page.one("main").all("a")]


def test_an_empty_catalogue_says_how_to_fill_it(reader: Reader) -> None:
    for path in ("/", DAY):
        assert "broadsheet import" in reader.open(path).text
    for path in ("/week/2025-W42", "/month/2025-10", "/search", "/search?q=x", "/saved", "/about"):
        reader.open(path)
    for path in ("/feed.rss", "/feed.atom", "/feed.json", "/api/v1/papers"):
        reader.get(path)


@pytest.mark.parametrize("path", [DAY, "/week/2025-W42", "/month/2025-10", "/search"])
def test_long_lists_are_paged_without_loss_or_repetition(path: str, reader: Reader) -> None:
    take(*many(70, length=100))
    seen: list[str] = []
    step: str | None = path
    while step:
        page = reader.open(step)
        seen += links_of(page)
        paging = page.all("nav", **{"aria-label": "Pages"})
        nexts = [a.attrs["href"] for nav in paging for a in nav.all("a", rel="next")]
        step = nexts[0] if nexts else None
    assert len(seen) == len(set(seen)) == 70


def test_paging_keeps_filters_and_view(reader: Reader) -> None:
    take(*many(130, length=100))
    paging = reader.open(f"{DAY}?cat=cs.AI&view=lines&sort=comments").one("nav", **{"aria-label": "Pages"})
    newest = Paper.objects.order_by("pk").last()
    assert newest is not None
    hrefs = [a.attrs["href"] for a in paging.all("a")]
    assert hrefs == [f"{DAY}?cat=cs.AI&view=lines&sort=comments&upto={newest.pk}&p=2"]


def test_lines_show_the_same_papers_without_abstracts(reader: Reader) -> None:
    take(*many(40, length=300))
    usual, lines = reader.open(DAY), reader.open(f"{DAY}?view=lines")
    assert links_of(lines)[:30] == links_of(usual)
    assert len(cards(lines)) == 40
    assert not lines.all("details", class_="abstract")
    assert "front page can do" not in lines.one("main").text
    assert "front page can do" in usual.one("main").text
    assert f"{DAY}?view=lines" in [a.attrs["href"] for a in usual.all("a")]
    assert DAY in [a.attrs["href"] for a in lines.all("a")]


def test_a_category_narrows_a_day(reader: Reader) -> None:
    take(
        record("Language", categories=("cs.CL",)),
        record("Learning", categories=("cs.LG", "stat.ML")),
        record("Statistics", categories=("stat.ML",)),
    )
    assert titles_of(reader.open(f"{DAY}?cat=cs.CL")) == ["Language"]
    assert sorted(titles_of(reader.open(f"{DAY}?cat=cs.*"))) == ["Language", "Learning"]
    assert sorted(titles_of(reader.open(f"{DAY}?cat=cs.CL,stat.ML"))) == ["Language", "Learning", "Statistics"]
    nothing = reader.open(f"{DAY}?cat=math.AG")
    assert cards(nothing) == []
    assert DAY in [a.attrs["href"] for a in nothing.one("main").all("a")]


def test_most_votes_come_first_and_other_orders_are_obeyed(reader: Reader) -> None:
    take(
        record("Quiet", votes_count=1, comments_count=9, published_on=date(2025, 10, 1)),
        record("Loud", votes_count=9, comments_count=1, published_on=date(2025, 10, 2)),
        record("New", votes_count=5, comments_count=5, published_on=date(2025, 10, 3)),
    )
    assert titles_of(reader.open(DAY)) == ["Loud", "New", "Quiet"]
    assert titles_of(reader.open(f"{DAY}?sort=comments")) == ["Quiet", "New", "Loud"]
    assert titles_of(reader.open(f"{DAY}?sort=newest")) == ["New", "Loud", "Quiet"]
    assert titles_of(reader.open("/search?sort=votes")) == ["Loud", "New", "Quiet"]


def test_search_finds_and_says_how_many(reader: Reader) -> None:
    take_and_index(record("Counting sheep in dreams"), record("Sleeping giants"), record("A sheep again"))
    page = reader.open("/search?q=sheep")
    assert sorted(titles_of(page)) == ["A sheep again", "Counting sheep in dreams"]
    assert "2 papers" in page.one(role="status").text
    page = reader.open("/search?q=zebra&cat=cs.CL")
    assert "Nothing was found" in page.text
    assert "/search?q=zebra" in [a.attrs["href"] for a in page.one("main").all("a")]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/date/2025-13-01", "date"),
        ("/date/today", "date"),
        ("/date/20251015", "date"),
        ("/date/2025-W42-3", "date"),
        ("/week/2025-42", "week"),
        ("/week/2025-W54", "week"),
        ("/week/9999-W51", "week"),
        ("/month/2025-00", "month"),
        ("/month/2025", "month"),
        ("/month/9999-12", "month"),
        (f"{DAY}?p=0", "p"),
        (f"{DAY}?p=2", "p"),
        (f"{DAY}?p=-1", "p"),
        (f"{DAY}?p=%D9%A1", "p"),
        (f"{DAY}?p=99999999999", "p"),
        (f"{DAY}?view=grid", "view"),
        (f"{DAY}?sort=best", "sort"),
        (f"{DAY}?cat=<script>", "cat"),
        ("/search?from=2025-10-15&to=2025-10-01", "to"),
        ("/search?from=soon", "from"),
        ("/search?mode=magic", "mode"),
        ("/search?code=yes", "code"),
        ("/search?saved=a/b", "saved"),
        (f"/search?q={'x' * 1001}", "q"),
    ],
)
def test_a_bad_question_gets_a_page_that_names_the_parameter(path: str, named: str, reader: Reader) -> None:
    take(record("Only", on=WEDNESDAY))
    page = reader.open(path, 400)
    assert f"{named}=" in page.one("main").text
    assert "/" in [a.attrs["href"] for a in page.one("main").all("a")]


@pytest.mark.parametrize("path", ["/papers/0000000000", "/papers/2510.99999", "/saved/none", "/no/such/page"])
def test_an_unknown_address_is_a_page_with_a_way_on(path: str, reader: Reader) -> None:
    page = reader.open(path, 404)
    hrefs = [a.attrs["href"] for a in page.one("main").all("a")]
    assert "/" in hrefs
    assert "/search" in hrefs


@pytest.mark.parametrize("path", ["/date/9999-12-31", "/date/0001-01-01", "/week/0001-W01", "/week/9998-W52"])
def test_the_ends_of_time_are_days_like_others(path: str, reader: Reader) -> None:
    take(record("Only", on=WEDNESDAY))
    reader.open(path)


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=%00",
        "/search?q=10.1234/%00",
        "/papers/10.1234/%00",
        "/search?q=%ED%A0%80",
        "/search?q=https://doi.org/10.1234/%2500x",
    ],
)
def test_characters_that_no_database_takes_break_nothing(path: str, reader: Reader) -> None:
    take_and_index(record("Only", on=WEDNESDAY))
    reader.open(path, 404 if path.startswith("/papers") else 200)
