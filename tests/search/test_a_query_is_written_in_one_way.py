"""Parsing, the canonical form, and a reason for everything that is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.query import (
    INSIDES,
    MODES,
    SORTS,
    PaperQuery,
    QueryError,
    day_query,
    month_span,
    parse,
    week_span,
)

DAYS = st.dates(date(1600, 1, 1), date(2200, 12, 31))
CODES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,6}(\.([A-Za-z0-9-]{1,5}|\*))?", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(lambda text: " ".join(text.split()))


@st.composite
def queries(draw: st.DrawFn) -> PaperQuery:
    """Any question that can be asked."""
    words, days = draw(WORDS), sorted(draw(st.tuples(DAYS, DAYS)))
    return PaperQuery(
        words=words,
        mode=draw(st.sampled_from(MODES)) if words else "hybrid",
        categories=tuple(dict.fromkeys(draw(st.lists(CODES, max_size=4)))),
        day_from=draw(st.sampled_from([None, days[0]])),
        day_to=draw(st.sampled_from([None, days[1]])),
        author=draw(st.sampled_from(["", "ada-reader", "王伟", "0000-0002-1825-0097"])),
        has_code=draw(st.booleans()),
        saved=draw(st.from_regex(r"[-a-z0-9_]{0,12}", fullmatch=True)),
        inside=draw(st.none() | st.sampled_from(INSIDES)),
        collection=draw(st.sampled_from(["", "0a1b2c3d4e5f6071"])),
        sort=draw(st.none() | st.sampled_from(SORTS)),
    )


@given(queries())
def test_it_reads_back_what_it_wrote(query) -> None:
    assert parse(QueryDict(query.urlencode())) == query
    assert parse(QueryDict(query.urlencode())).urlencode() == query.urlencode()


@given(queries(), queries())
def test_it_writes_equal_questions_alike_and_others_differently(one, two) -> None:
    assert (one.urlencode() == two.urlencode()) == (one == two)


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("", ""),
        ("unknown=1&p=3&view=lines", ""),
        ("q=++zero-sum%0A+games++", "q=zero-sum+games"),
        ("q=a%00b", "q=ab"),
        ("q=x&mode=hybrid", "q=x"),
        ("mode=words", ""),
        ("cat=cs.CL,%20cs.LG&cat=cs.CL&cat=", "cat=cs.CL&cat=cs.LG"),
        ("week=2025-W44", "from=2025-10-27&to=2025-11-02"),
        ("month=2024-02", "from=2024-02-01&to=2024-02-29"),
        ("from=2025-10-01&to=2025-10-01", "date=2025-10-01"),
        ("date=2025-10-01&from=2020-01-01", "date=2025-10-01"),
        ("code=0&sort=", ""),
        ("author=N%C3%BA%C3%B1ez,+Ada&org=x", "org=x&author=ada-nunez"),
        ("author=0000-0002-1825-009x", "author=0000-0002-1825-009X"),
        ("author=+", ""),
        ("collection=0a1b&inside=saved&saved=a", "saved=a&inside=saved&collection=0a1b"),
        ("sort=newest&code=1&saved=a-b&to=2025-10-01", "to=2025-10-01&code=1&saved=a-b&sort=newest"),
    ],
)
def test_it_brings_what_people_type_into_one_form(asked, canonical) -> None:
    assert parse(QueryDict(asked)).urlencode() == canonical


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("q", "x" * 1_001, "at most 1,000 characters"),
        ("mode", "magic", "one of hybrid, words, meaning"),
        ("sort", "random", "one of relevance, votes, comments, newest, saved"),
        ("cat", "cs CL", "a category code such as cs.CL"),
        ("cat", "cs.CL.X", "a category code such as cs.CL"),
        ("cat", "*", "a category code such as cs.CL"),
        ("cat", ",".join(f"c{n}" for n in range(51)), "at most 50 codes"),
        ("code", "yes", "1 or 0"),
        ("saved", "a b", "the short name of a saved page"),
        ("saved", "s" * 121, "the short name of a saved page"),
        ("date", "2025-02-30", "a day such as 2025-10-29"),
        ("date", "20251029", "a day such as 2025-10-29"),
        ("date", "2025-W44-3", "a day such as 2025-10-29"),
        ("from", "yesterday", "a day such as 2025-10-29"),
        ("to", "2025-10", "a day such as 2025-10-29"),
        ("week", "2025-W54", "a week such as 2025-W44"),
        ("week", "0000-W01", "a week such as 2025-W44"),
        ("week", "9999-W53", "a week such as 2025-W44"),
        ("week", "2025-44", "a week such as 2025-W44"),
        ("month", "2025-13", "a month such as 2025-10"),
        ("month", "2025-1", "a month such as 2025-10"),
        ("month", "9999-12", "a month such as 2025-10"),
    ],
)
def test_it_names_the_parameter_and_what_is_expected(parameter, value, expected) -> None:
    with pytest.raises(QueryError) as refused:
        parse({parameter: value})
    assert refused.value.parameter == parameter
    assert str(refused.value).startswith(f"{parameter}=")
    assert expected in str(refused.value)


def test_it_refuses_a_span_that_ends_before_it_begins() -> None:
    with pytest.raises(QueryError, match="to='2025-10-01': expected a day not before 2025-10-02"):
        parse({"from": "2025-10-02", "to": "2025-10-01"})


@given(st.dates(date(1, 1, 1), date(9998, 12, 1)))
def test_it_puts_every_day_into_its_week_and_month(day) -> None:
    monday, sunday = week_span(f"{day.isocalendar().year:04}-W{day.isocalendar().week:02}")
    assert monday <= day <= sunday
    assert (monday.weekday(), sunday - monday) == (0, timedelta(days=6))
    first, last = month_span(f"{day.year:04}-{day.month:02}")
    assert first <= day <= last
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        (PaperQuery(), "newest"),
        (PaperQuery(words="x"), "relevance"),
        (PaperQuery(words="x", saved="s"), "relevance"),
        (PaperQuery(saved="s"), "saved"),
        (day_query(date(2025, 10, 1)), "votes"),
        (PaperQuery(day_to=date(2025, 10, 1)), "newest"),
        (PaperQuery(words="x", sort="votes"), "votes"),
    ],
)
def test_it_has_a_natural_order(query, order) -> None:
    assert query.order == order
