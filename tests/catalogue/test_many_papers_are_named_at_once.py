"""Names in bulk mean what they mean one by one, in few queries."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.lookup import numbers_named, paper_named, paper_titled, papers_titled
from broadsheet.catalogue.models import Paper, PaperAlias
from tests.builders import paper, record, take

pytestmark = pytest.mark.django_db


def test_each_name_is_known_as_it_is_alone(django_assert_max_num_queries) -> None:
    one, two = paper("Counting sheep", arxiv="2510.00001"), paper("Counting wolves", doi="10.1234/wolves")
    PaperAlias.objects.create(key="0123456789", paper=two)
    names = [
        two.key.upper(),
        "10.1234/WOLVES",
        "2510.00001v3",
        "https://arxiv.org/pdf/2510.00001",
        one.key,
        "0123456789",
        "2510.99999",
        "10.1234/\x00",
        "Counting sheep",
        "",
        f" {one.key} ",
    ]
    with django_assert_max_num_queries(4):
        found = numbers_named(names)
    assert found == {name: known.pk for name in names if (known := paper_named(name)) is not None}
    assert len(found) == 7
    assert list(found) == [name for name in names if name in found]
    assert numbers_named([]) == {}


def test_a_title_names_a_paper_where_only_one_has_it() -> None:
    paper("Counting: Sheep!", arxiv="2510.00001")
    take(record("A title of two papers", arxiv="2510.00002", authors=["Ada Reader"]))
    take(record("A title of two papers", arxiv="2510.00003", authors=["Eve Other"]))
    assert Paper.objects.count() == 3
    assert papers_titled({"counting sheep", "A title of two papers", "Unknown", ""}) == {"counting sheep": "2510.00001"}
    assert paper_titled("COUNTING SHEEP") == paper_named("2510.00001")
    assert paper_titled("A title of two papers") is None
    assert paper_titled("…") is None
