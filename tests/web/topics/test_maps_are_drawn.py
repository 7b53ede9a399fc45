"""The pages of maps: a drawing with a list that says the same, for every list there is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Paper
from broadsheet.web.topics.drawing import GAP, HEIGHT, WIDTH, hull, pushed_apart
from broadsheet.web.topics.labels import Box, Wanted, set_labels
from tests.builders import WEDNESDAY, record, take_and_index
from tests.hostile import HOSTILE
from tests.people import person
from tests.web.reading import Element, Reader, links_of
from tests.web.test_cost import MOST_BYTES, MOST_QUERIES, MaxQueries
from tests.web.topics.conftest import fill

MAP = f"/map/date/{WEDNESDAY}"


def drawn_papers(page: Element) -> set[str]:
    """Where the dots lead."""
    return {link.attrs["href"] for link in page.one("svg", class_="over").all("a") if link.all("circle")}


def listed_papers(page: Element) -> list[str]:
    """Where the list under the map leads, in its order."""
    return [item.one("a").attrs["href"] for section in page.all("section") for item in section.all("li")]


def test_the_list_says_what_the_drawing_says(reader: Reader) -> None:
    fill()
    page = reader.open(MAP)
    listed = listed_papers(page)
    assert len(listed) == len(set(listed)) == 18
    assert drawn_papers(page) == set(listed) == {f"/papers/{paper.name}" for paper in Paper.objects.all()}
    drawing, over = page.one("svg", role="img"), page.one("svg", class_="over")
    named = drawing.attrs["aria-labelledby"].split()
    assert all(page.one(id=name).text for name in named)
    for section in page.all("section", class_="region"):
        assert over.all("a", href=f"#{section.attrs['id']}")


def test_dots_say_the_title_and_grow_with_the_votes(reader: Reader) -> None:
    fill()
    dots = {link.attrs["href"]: link for link in reader.open(MAP).one(class_="over").all("a") if link.all("circle")}
    few, many = dots["/papers/2510.01000"], dots["/papers/2510.03005"]
    assert float(few.one("circle").attrs["r"]) < float(many.one("circle").attrs["r"])
    assert many.one("title").text.startswith("Speech recognition for readers")
    assert many.one("title").text.endswith("(35)")


def test_every_link_of_a_region_holds_what_it_says(reader: Reader) -> None:
    fill()
    page = reader.open(MAP)
    for section in page.all("section", class_="region"):
        own = [item.one("a").attrs["href"] for item in section.all("li")]
        exact = section.one(class_="meta").one("a").attrs["href"]
        assert links_of(reader.open(exact)) == own
        for name in section.one("h2").all("a"):
            found = reader.open(name.attrs["href"])
            assert set(links_of(found)) & set(own), name.text


def test_nothing_is_styled_or_run_inline(reader: Reader) -> None:
    fill()
    for path in (MAP, "/topics"):
        page = reader.open(path)
        for element in page.walk():
            assert "style" not in element.attrs
            assert not [name for name in element.attrs if name.startswith("on")]
            assert element.tag != "style"


def test_numbers_in_the_drawing_are_written_as_an_svg_has_them(reader: Reader) -> None:
    fill()
    drawing = reader.open(MAP).one(class_="atlas")
    for sheet in drawing.all("svg"):
        assert sheet.attrs["viewbox"] == f"0 0 {WIDTH} {HEIGHT}"
    for circle in drawing.all("circle"):
        assert all(re.fullmatch(r"\d+(\.\d)?", circle.attrs[name]) for name in ("cx", "cy", "r"))
    for path in drawing.all("path"):
        assert re.fullmatch(r"M(\d+(\.\d)? \d+(\.\d)?L?)+Z", path.attrs["d"])


@pytest.mark.parametrize("path", ["/map/week/2025-W42", "/map/month/2025-10", "/map?date=2025-10-15", "/map?cat=cs.CL"])
def test_other_lists_have_maps_too(path: str, reader: Reader) -> None:
    fill()
    assert len(listed_papers(reader.open(path))) == 18


def test_a_question_is_drawn_and_leads_back(reader: Reader) -> None:
    fill()
    page = reader.open('/map?q="robot+arms"')
    assert len(listed_papers(page)) == 6
    back = next(link for link in page.all("a") if link.text == "As a list")
    assert back.attrs["href"] == "/search?q=%22robot+arms%22"


@pytest.mark.parametrize("path", ["/map/date/yesterday", "/map/week/2025-W60", "/map/month/2025", "/map?cat=!"])
def test_addresses_that_cannot_be_read_are_refused(path: str, reader: Reader) -> None:
    reader.get(path, 400)


def test_days_lead_to_maps_and_back(reader: Reader) -> None:
    fill()
    for path, there in [
        (f"/date/{WEDNESDAY}", MAP),
        ("/week/2025-W42", "/map/week/2025-W42"),
        ("/month/2025-10", "/map/month/2025-10"),
    ]:
        link = next(link for link in reader.open(path).all("a") if link.text == "As a map")
        assert link.attrs["href"] == there
        assert path in {link.attrs["href"] for link in reader.open(there).all("a") if link.text == "As a list"}


def test_maps_lead_to_their_neighbours(reader: Reader) -> None:
    fill()
    take_and_index(record("Of the week before", on=WEDNESDAY.replace(day=8)))
    page = reader.open(MAP)
    assert page.one(rel="prev").attrs["href"] == "/map/date/2025-10-08"
    assert not page.all(rel="next")
    assert reader.open("/map/week/2025-W42").one(rel="prev").attrs["href"] == "/map/week/2025-W41"


def test_a_day_without_papers_shows_the_nearest(reader: Reader) -> None:
    assert "No papers yet" in reader.open("/map/date/2025-01-01").text
    fill()
    page = reader.open("/map/date/2025-01-01")
    assert "There are no papers in Wednesday, 1 January 2025" in page.text
    assert len(listed_papers(page)) == 18
    assert "no paper to lay out" in reader.open("/map?q=zebra-nowhere&mode=words&cat=q-bio.XX").text


def test_one_paper_is_listed_though_there_is_nothing_to_draw(reader: Reader) -> None:
    take_and_index(record("Alone with nobody"))
    page = reader.open(MAP)
    assert not page.all("svg")
    assert len(listed_papers(page)) == 1


def test_hidden_papers_are_on_no_map(reader: Reader) -> None:
    fill()
    reader.open(MAP)
    Paper.objects.filter(arxiv_id="2510.01000").update(is_hidden=True)
    assert "2510.01000" not in reader.get(MAP).content.decode()


def test_hostile_titles_and_phrases_are_text(reader: Reader) -> None:
    take_and_index(
        *(
            record(f"{text[:900]} number {n}", abstract=f"Reading {text}")
            for n, text in enumerate(HOSTILE)
            if text.strip()
        )
    )
    for paper, text in zip(Paper.objects.order_by("pk"), HOSTILE, strict=False):
        Paper.objects.filter(pk=paper.pk).update(keyphrases=[storable_text(text[:38]), '"><b onclick=alert(1)>', "]]>"])
    page = reader.open(MAP)
    allowed = {"svg", "title", "g", "path", "a", "circle", "text", "tspan"}
    assert {element.tag for sheet in page.all("svg") for element in sheet.walk()} <= allowed
    for element in page.walk():
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not element.attrs.get("href", "").lower().startswith(("javascript", "data"))


def test_what_one_person_saved_is_for_nobody_s_cache(reader: Reader, client: Client) -> None:
    fill()
    assert reader.redirected("/map?inside=saved").startswith("/accounts/login/")
    client.force_login(person("alice"))
    response = reader.get("/map?inside=saved")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_maps_cost_little(reader: Reader, django_assert_max_num_queries: MaxQueries) -> None:
    fill(each=12)
    for path in (MAP, "/map/week/2025-W42", "/topics"):
        for _turn in range(2):
            with django_assert_max_num_queries(MOST_QUERIES):
                content = reader.get(path).content
        styles = [finders.find(f"web/{name}") for name in ("broadsheet.css", "keys.js", "topics.css")]
        assert len(content) + sum(Path(str(style)).stat().st_size for style in styles) <= MOST_BYTES


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=40))
def test_dots_do_not_lie_on_each_other(corners: list[tuple[int, int]]) -> None:
    points = np.array(corners, float) + np.array([WIDTH / 2, HEIGHT / 2])
    radii = np.full(len(points), 4.0)
    found = pushed_apart(points, radii)
    assert np.array_equal(found, pushed_apart(points, radii))
    apart = np.linalg.norm(found[:, None] - found[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    # The gap is what gives way where it is tight.
    assert apart.min() > 8.0 - GAP


BOXES = st.lists(
    st.tuples(
        st.floats(40, 300), st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=1, max_size=5)
    ),
    max_size=16,
)


@given(BOXES)
def test_names_never_overlap_and_never_leave_the_sheet(labels: list[tuple[float, list[tuple[float, float]]]]) -> None:
    sheet = Box(0, 0, WIDTH, HEIGHT)
    found = [box for box in set_labels([Wanted(width, 22, points) for width, points in labels], sheet) if box]
    assert all(box.lies_in(sheet) for box in found)
    assert not [1 for n, box in enumerate(found) for other in found[:n] if box.overlaps(other)]


def test_an_outline_goes_around_all_points() -> None:
    assert hull([(0, 0), (4, 0), (2, 1), (4, 4), (0, 4), (2, 0)]) == [(0, 0), (4, 0), (4, 4), (0, 4)]
    assert hull([(1, 1), (1, 1)]) == [(1, 1)]
