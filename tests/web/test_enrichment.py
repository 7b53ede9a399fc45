"""What was added to a paper stands on its page with its origin, and in the API; what a source said goes before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.enrichment.figures import keep_citations, keep_stars
from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.catalogue.models import Paper
from broadsheet.search.maintenance import update_index
from broadsheet.web.templatetags.enrichment import HEIGHT, WIDTH, points
from tests.builders import paper, record, take
from tests.web.reading import Element, Reader, titles_of

ON = date(2025, 10, 16)
DAY = timedelta(days=1)
ABSTRACT = "We print sparse ink networks on paper. Sparse ink networks need <b>no</b> press & no ink."


def page_of(reader: Reader, one: Paper) -> Element:
    return reader.open(f"/papers/{one.name}")


def test_an_extract_is_marked_as_one(reader: Reader) -> None:
    one = paper("Ink", abstract=ABSTRACT)
    assert page_of(reader, one).all(class_="extract") == []
    Paper.objects.update(extract="It costs < $5 & <script>alert(1)</script> no more.")
    shown = page_of(reader, one).one("p", class_="extract")
    assert shown.text == "It costs < $5 & <script>alert(1)</script> no more. Extract from the abstract"


def test_a_summary_goes_before_an_extract(reader: Reader) -> None:
    one = paper("Ink", abstract=ABSTRACT, summary="In short, ink.", summary_model="some-model")
    Paper.objects.update(extract="A sentence.")
    page = page_of(reader, one)
    assert page.all(class_="extract") == []
    assert page.one("p", class_="summary").text == "In short, ink. Summary by some-model"


def test_phrases_lead_to_a_search_for_them(reader: Reader) -> None:
    one = paper("Sparse ink networks", abstract=ABSTRACT)
    take(record("Other networks, and sparse ones of ink"))
    update_index()
    keyphrase_some()
    links = [a for a in page_of(reader, one).all("a") if a.attrs["href"].startswith("/search?q=")]
    (link,) = (a for a in links if a.text.lower() == "sparse ink networks")
    assert titles_of(reader.open(link.attrs["href"])) == ["Sparse ink networks"]


def test_keywords_of_a_source_go_before_phrases(reader: Reader) -> None:
    one = paper("Sparse ink networks", abstract=ABSTRACT, keywords=("ink",))
    keyphrase_some()
    assert Paper.objects.get().keyphrases
    assert not [a for a in page_of(reader, one).all("a") if a.attrs["href"].startswith("/search?q=")]


def test_the_growth_of_stars_is_drawn_and_told(reader: Reader) -> None:
    one = paper("Ink", code="https://github.com/a/ink")
    keep_stars({one.pk: 100}, ON - 7 * DAY)
    assert page_of(reader, one).all("svg") == [], "one day is no line"
    keep_stars({one.pk: 220}, ON)
    page = page_of(reader, one)
    assert page.one("svg").attrs["aria-label"] == "Stars of the code over time, by GitHub"
    assert page.one("p", class_="growth").text == "120 more stars in a week (GitHub)"
    keep_stars({one.pk: 101}, ON)
    assert page_of(reader, one).one("p", class_="growth").text == "1 more star in a week (GitHub)"
    keep_stars({one.pk: 100}, ON)
    assert page_of(reader, one).one("p", class_="growth").text == "Stars by GitHub"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([3], "3 citations (OpenAlex)"),
        ([1], "1 citation (OpenAlex)"),
        ([0], "0 citations (OpenAlex)"),
        ([3, 1203], "1,203 citations (OpenAlex), 1,200 more in a week"),
        ([3, 3], "3 citations (OpenAlex)"),
    ],
)
def test_citations_are_told_with_who_counts_them(counts: list[int], told: str, reader: Reader) -> None:
    one = paper("Ink")
    assert page_of(reader, one).all(class_="citations") == []
    for number, count in enumerate(reversed(counts)):
        keep_citations({one.pk: count}, "openalex", ON - 7 * number * DAY)
    assert page_of(reader, one).one("p", class_="citations").text == told


def test_the_latest_counter_of_citations_is_shown(reader: Reader) -> None:
    one = paper("Ink")
    keep_citations({one.pk: 9}, "openalex", ON - DAY)
    keep_citations({one.pk: 5}, "semanticscholar", ON)
    assert page_of(reader, one).one("p", class_="citations").text == "5 citations (Semantic Scholar)"


def test_the_api_has_it_all_under_names_that_say_what_it_is(reader: Reader, client: Client) -> None:
    one = paper("Sparse ink networks", abstract=ABSTRACT)
    keyphrase_some()
    Paper.objects.update(extract="A sentence.", citations_count=3)
    told: dict[str, Any] = client.get(f"/api/v1/papers/{one.key}").json()
    assert (told["extract"], told["summary"], told["citations_count"]) == ("A sentence.", None, 3)
    assert "sparse ink networks" in [phrase.lower() for phrase in told["keyphrases"]]
    assert told["keywords"] == []


@given(st.dictionaries(st.dates(date(2020, 1, 1), date(2025, 1, 1)), st.integers(0, 10**9), max_size=30))
def test_lines_stay_in_their_picture(samples: dict[date, int]) -> None:
    drawn = points(sorted(samples.items()))
    assert bool(drawn) == (len(samples) > 1)
    pairs = [tuple(map(float, point.split(","))) for point in drawn.split()]
    assert all(0 <= across <= WIDTH and 0 <= up <= HEIGHT for across, up in pairs)
    assert pairs == sorted(pairs, key=lambda pair: pair[0])
