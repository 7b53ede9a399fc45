"""The page of topics: figures as text beside each chart, and links to what they count."""

from __future__ import annotations

import re
from datetime import date, timedelta

import time_machine

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.topics.trends import WEEKS
from broadsheet.ranking.topics.weekly import weeks_until
from broadsheet.web.topics.sparkline import HEIGHT, MARGIN, chart
from tests.builders import record, take_and_index
from tests.hostile import HOSTILE
from tests.web.reading import Element, Reader

MONDAYS = weeks_until(date(2025, 10, 12), WEEKS)
NOW = "2025-10-15 12:00+00:00"


def fill(rising: str = "radiance fields", falling: str = "random forests") -> None:
    """Half a year, five papers a week: one topic takes over from another."""
    take_and_index(
        *(
            record(
                f"Paper {week} {n}",
                on=monday + timedelta(days=n),
                abstract=f"Here are {rising if n * 6 < week else falling}.",
                categories=("cs.CV",),
                arxiv=f"25{week:02}.{n:05}",
            )
            for week, monday in enumerate(MONDAYS)
            for n in range(5)
        )
    )
    while keyphrase_some():
        pass


def row_of(page: Element, topic: str) -> Element:
    return next(row for row in page.all("tr") if row.all("th", scope="row") and row.one("th").one("a").text == topic)


@time_machine.travel(NOW, tick=False)
def test_topics_rise_and_fall_with_figures_and_a_chart(reader: Reader) -> None:
    fill()
    page = reader.open("/topics")
    rising, falling = (
        row_of(page.one(class_="trends").all("section")[0], "radiance fields"),
        row_of(page, "random forests"),
    )
    before, now, papers = (cell.text for cell in rising.all("td")[1:])
    assert float(before.removesuffix(" %")) < float(now.removesuffix(" %"))
    assert "may be chance" not in rising.text
    assert float(falling.all("td")[1].text.removesuffix(" %")) > float(falling.all("td")[2].text.removesuffix(" %"))
    drawing = rising.one("svg")
    assert drawing.attrs["role"] == "img"
    assert re.match(
        r"By week: from [\d.]+ % to [\d.]+ %, highest with [\d.]+ % in 2025-W\d\d", drawing.attrs["aria-label"]
    )
    assert f"{papers} papers" in reader.open(rising.one("th").one("a").attrs["href"]).text


@time_machine.travel(NOW, tick=False)
def test_categories_lead_to_their_papers(reader: Reader) -> None:
    fill()
    row = row_of(reader.open("/topics"), "cs.CV")
    assert row.all("td")[-1].text == "40"
    assert "40 papers" in reader.open(row.one("th").one("a").attrs["href"]).text


def test_before_the_first_paper_there_are_no_topics(reader: Reader) -> None:
    assert "no topics" in reader.open("/topics").text


@time_machine.travel(NOW, tick=False)
def test_without_trends_the_page_says_so(reader: Reader) -> None:
    take_and_index(record("Alone", on=date(2025, 10, 9)))
    text = reader.open("/topics").text
    assert "Nothing rises more than chance would let it." in text
    assert "Nothing falls more than chance would let it." in text


@time_machine.travel(NOW, tick=False)
def test_hostile_phrases_are_text(reader: Reader) -> None:
    fill()
    # Their letters are read out of the abstracts as any phrase's are, so that these phrases are counted.
    for number, paper in enumerate(Paper.objects.order_by("pk")):
        wicked = (
            "radiance<b onmouseover=alert(1)>fields"
            if number % 2
            else storable_text(HOSTILE[number % len(HOSTILE)][:38])
        )
        Paper.objects.filter(pk=paper.pk).update(keyphrases=["<img src=x onerror=x> radiance", wicked, 3, None])
    page = reader.open("/topics")
    for element in page.walk():
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not element.attrs.get("href", "").lower().startswith(("javascript", "data"))
    assert not page.one("main").all("img")


def test_every_page_leads_to_topics(reader: Reader) -> None:
    assert "/topics" in {link.attrs.get("href") for link in reader.open("/about").one("footer").all("a")}


def test_charts_begin_at_nothing_and_mark_the_last_weeks() -> None:
    drawn = chart([0.0, 0.1, 0.2, 0.4], 2)
    assert [point.split(",")[1] for point in drawn.line.split()] == [f"{HEIGHT - MARGIN:.1f}", "25.0", "18.0"]
    assert drawn.recent.split()[0] == drawn.line.split()[-1]
    assert drawn.end_y == f"{MARGIN:.1f}"
    assert chart([0.0], 8).line == chart([0.0], 8).recent
