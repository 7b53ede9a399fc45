"""Whatever cards are printed in a layout of saved pages, the same cards are read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.files import read_file
from tests.sources.pages import (
    BANNER,
    BYLINE,
    CAPTURED_ON,
    Card,
    bare,
    cards_of,
    spaced_bare,
    spaced_with_meta,
    tight_bare,
)

LABELS = {"new", "Subscribe", "Daily Papers", BANNER, BYLINE, "·"}

# Line ends and other control characters are no part of a line; half surrogates are no text.
characters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
words = st.text(characters, min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(bool)
titles = st.lists(words, min_size=1, max_size=5).map(" ".join).filter(
    lambda text: text not in LABELS and not text.endswith(".") and "://" not in text
) | st.sampled_from(["Why?", "Subscribers Leave!", "new ideas", "• 3 authors", "3 authors", "Jul 14 in Rome", "a·b"])
# A paragraph ends in a full stop or is long; a page gives no other sign of where an abstract begins.
paragraphs = words.map(lambda text: f"{text}.") | words.map(lambda text: f"{text} and so on" + " and on" * 40)
texts = st.builds(Card, title=titles, paragraphs=st.lists(paragraphs, min_size=1, max_size=3).map(tuple))

slugs = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)
names = words.filter(lambda name: not name.endswith("."))
attributions = st.tuples(st.integers(0, 9999), st.just(("", ""))) | st.tuples(
    st.none(), st.tuples(slugs, names).filter(lambda pair: pair[1] not in {"author", "authors"})
)
days = st.dates(min_value=date(1995, 1, 1), max_value=CAPTURED_ON)


@st.composite
def cards_with_meta(draw: st.DrawFn) -> Card:
    authors, organisation = draw(attributions)
    comments = draw(st.none() | st.integers(0, 999_999))
    return replace(draw(texts), authors=authors, organisation=organisation, day=draw(days), comments=comments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def read_back(folder: Path, text: str, captured_on: date | None = CAPTURED_ON) -> tuple[Card, ...]:
    path = folder / "page.txt"
    path.write_text(text, encoding="utf-8")
    return cards_of(read_file(path, captured_on=captured_on))


@given(cards=st.lists(cards_with_meta(), min_size=1, max_size=5))
def test_cards_with_meta_lines_come_back(folder: Path, cards: list[Card]) -> None:
    assert read_back(folder, spaced_with_meta(cards)) == tuple(cards)


@pytest.mark.parametrize("layout", [spaced_bare, tight_bare])
@given(cards=st.lists(texts, min_size=1, max_size=5))
def test_bare_cards_come_back(folder: Path, layout: Callable[[Sequence[Card]], str], cards: list[Card]) -> None:
    assert read_back(folder, layout(cards)) == tuple(map(bare, cards))


@given(cards=st.lists(cards_with_meta(), min_size=1, max_size=5), age=st.integers(0, 4000))
def test_the_year_is_found_where_the_page_tells_it(folder: Path, cards: list[Card], age: int) -> None:
    """One card of the year of the visit and one of the year before are enough to know both years."""
    captured_on = CAPTURED_ON - timedelta(days=age)
    of_this_year = replace(cards[0], day=captured_on)
    of_last_year = replace(cards[0], title="Last Year", day=date(captured_on.year - 1, 12, 31))
    known = [card for card in cards if card.day <= captured_on]
    page = [*known, of_this_year, of_last_year]
    assert read_back(folder, spaced_with_meta(page, captured_on), None) == tuple(page)
