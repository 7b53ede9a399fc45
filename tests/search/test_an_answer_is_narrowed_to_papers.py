"""An answer can be had of some papers alone, in the order that all have: what letters bring is what the page shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from broadsheet.catalogue.models import Paper, Trend
from broadsheet.search.find import find
from broadsheet.search.query import parse
from tests.builders import WEDNESDAY, many, record, saved, take_and_index

pytestmark = pytest.mark.django_db

QUESTIONS = (
    "",
    "cat=cs.CL&sort=votes",
    "date=2025-10-15",
    "q=front+pages",
    "q=order+attention&mode=words",
    "q=newspaper&mode=meaning",
    "q=front&sort=votes",
    "q=front&sort=trending",
    "q=title:front+-newspaper",
    "q=author:reader1",
    "q=2510.10003",
    "q=front&prefer=recent",
    "like=2510.10003",
    "sort=trending",
    "saved=front-pages",
    "last=day",
)


@pytest.fixture(autouse=True)
def catalogue(fake: object) -> None:
    take_and_index(*many(12, days=3), page=saved())
    take_and_index(record("A newspaper for everyone", on=WEDNESDAY + timedelta(days=1), arxiv="2510.20000"))
    for number, paper in enumerate(Paper.objects.order_by("pk")[3:7]):
        Trend.objects.create(paper=paper, score=number % 3, rising=5 - number, computed_at=timezone.now())


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_order_and_the_count_are_those_of_the_whole(question: str) -> None:
    query = parse(QueryDict(question))
    whole = [paper.pk for paper in find(query, limit=100).papers]
    assert whole
    numbers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    for chosen in (numbers[::2], numbers[1::3], numbers, [], [10**9]):
        wanted = [number for number in whole if number in chosen]
        found = find(query, limit=100, among=chosen)
        assert ([paper.pk for paper in found.papers], found.total) == (wanted, len(wanted))
        assert [paper.pk for paper in find(query, offset=1, limit=2, among=chosen).papers] == wanted[1:3]
